import Foundation

enum JSONOutput {
    /// Prints one JSON document with sorted keys.
    static func print(_ value: some Encodable) throws {
        try Terminal.data(try text(value))
    }

    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
