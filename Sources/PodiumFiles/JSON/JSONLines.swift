internal import Foundation

/// Values as JSON, one a line.
package enum JSONLines {
    package static func bytes(_ values: [some Encodable]) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var bytes: [UInt8] = []
        for value in values {
            bytes += try encoder.encode(value)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// The values of a file; empty lines are none.
    package static func read<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> [Value] {
        let decoder = JSONDecoder()
        let lines = try FileLines(path)
        var values: [Value] = []
        while let line = try lines.next() {
            if !line.isEmpty { values.append(try decoder.decode(type, from: Data(line))) }
        }
        return values
    }
}
