import FoundationEssentials
import Glibc

/// The one way in which values become `jsonb` and back.
///
/// Numbers keep their exact value; those that JSON has no word for travel as
/// strings. NUL, which PostgreSQL's text cannot hold, becomes U+FFFD.
enum StoredJSON {
    static func encode(_ value: some Encodable) throws(StoreError) -> String {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity",
            negativeInfinity: "-Infinity",
            nan: "NaN"
        )
        do {
            let text = String(decoding: try encoder.encode(value), as: UTF8.self)
            // Looked for by bytes first: replacing goes by characters and takes longer than all the rest.
            let hasNUL = strstr(text, #"\u0000"#) != nil
            return hasNUL ? text.replacing(#"\u0000"#, with: #"\uFFFD"#) : text
        } catch {
            throw StoreError(.value, "cannot write \(type(of: value)) as JSON: \(error)")
        }
    }

    static func decode<T: Decodable>(_ type: T.Type, from text: String) throws(StoreError) -> T {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity",
            negativeInfinity: "-Infinity",
            nan: "NaN"
        )
        do {
            return try decoder.decode(type, from: Data(text.utf8))
        } catch {
            throw StoreError(.value, "the database holds a \(type) that this podium cannot read: \(error)")
        }
    }
}

extension Row {
    func json<T: Decodable>(_ column: String, as type: T.Type = T.self) throws(StoreError) -> T {
        try StoredJSON.decode(type, from: try get(column))
    }

    func optionalJSON<T: Decodable>(_ column: String, as type: T.Type = T.self) throws(StoreError) -> T? {
        guard let text = try optional(column, as: String.self) else { return nil }
        return try StoredJSON.decode(type, from: text)
    }
}

extension String {
    /// Free text, such as a log line, as PostgreSQL can hold it.
    var storable: String {
        utf8.contains(0) ? replacing("\0", with: "\u{FFFD}") : self
    }
}
