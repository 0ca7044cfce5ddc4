internal import FoundationEssentials

/// An HTTP request, read whole.
package struct WebRequest: Sendable {
    package enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
        case other
    }

    package var method: Method
    /// Decoded, between the slashes; empty for `/`.
    package var path: [String]
    /// Decoded, in the order in which they stand.
    package var query: [(name: String, value: String)]
    /// By lower-case names.
    package var headers: [String: String]
    package var body: [UInt8]
    /// The client's address without its port.
    package var peer: String

    /// - Parameters:
    ///   - target: path and query as they were sent.
    /// - Returns: nil where the target is no path, or is badly encoded.
    package init?(method: String, target: String, headers: [String: String], body: [UInt8], peer: String) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole.hasPrefix("/") else { return nil }
        let pieces = whole.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        var path: [String] = []
        for piece in pieces {
            guard let text = PercentEncoding.decode(piece, plusIsSpace: false) else { return nil }
            path.append(text)
        }
        if path.last == "" { path.removeLast() }
        guard let query = PercentEncoding.fields(parts.count > 1 ? parts[1] : "") else { return nil }
        self.method = Method(rawValue: method) ?? .other
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.peer = peer
    }

    /// The first value of that name in the query that is not empty.
    package func parameter(_ name: String) -> String? {
        query.first { $0.name == name && !$0.value.isEmpty }?.value
    }

    package var cookies: [String: String] {
        var cookies: [String: String] = [:]
        for pair in (headers["cookie"] ?? "").split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            cookies[String(parts[0].trimmingSpaces())] = String(parts[1].trimmingSpaces())
        }
        return cookies
    }

    /// The media type of the body without its parameters, in lower case.
    package var contentType: String {
        String((headers["content-type"] ?? "").prefix { $0 != ";" }.trimmingSpaces()).lowercased()
    }

    /// The fields of a form that was sent; nil if it is none.
    package var form: [(name: String, value: String)]? {
        guard contentType == "application/x-www-form-urlencoded" else { return nil }
        guard let text = String(validating: body, as: UTF8.self) else { return nil }
        return PercentEncoding.fields(text[...])
    }

    /// The first field of the form with that name that is not empty.
    func field(_ name: String) -> String? { form?.first { $0.name == name && !$0.value.isEmpty }?.value }
}

/// `a=1&b=%20` and back (WHATWG URL, application/x-www-form-urlencoded).
package enum PercentEncoding {
    /// Nil for a broken escape, bytes that are not UTF-8, and zero bytes, which no text of the database has.
    package static func decode(_ text: Substring, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }

    package static func fields(_ text: Substring) -> [(name: String, value: String)]? {
        var fields: [(String, String)] = []
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decode(parts[0], plusIsSpace: true),
                let value = decode(parts.count > 1 ? parts[1] : "", plusIsSpace: true)
            else { return nil }
            fields.append((name, value))
        }
        return fields
    }

    /// Escapes everything but letters, digits and `-._~`.
    package static func encode(_ text: String) -> String {
        var output = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                output.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                output += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return output
    }

    /// `a=1&b=2`; pairs without a value are left out.
    package static func query(_ fields: [(name: String, value: String?)]) -> String {
        fields.compactMap { field in
            guard let value = field.value, !value.isEmpty else { return nil }
            return "\(encode(field.name))=\(encode(value))"
        }.joined(separator: "&")
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension Substring {
    func trimmingSpaces() -> Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
