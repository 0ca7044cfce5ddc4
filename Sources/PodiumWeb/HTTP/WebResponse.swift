internal import FoundationEssentials

/// An HTTP response.
package struct WebResponse: Sendable {
    package enum Body: Sendable {
        case bytes([UInt8])
        /// Pieces as they come; the connection ends with the stream.
        case stream(AsyncStream<[UInt8]>)
        /// A part of a file, read while it is sent.
        case file(String, Range<Int64>)
    }

    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: Body

    package init(status: Int = 200, headers: [(name: String, value: String)] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package init(status: Int = 200, type: String, _ bytes: [UInt8]) {
        self.init(status: status, headers: [("Content-Type", type)], body: .bytes(bytes))
    }

    package static func html(_ text: String, status: Int = 200) -> WebResponse {
        WebResponse(status: status, type: "text/html; charset=utf-8", Array(text.utf8))
    }

    package static func json(_ value: some Encodable, status: Int = 200) throws -> WebResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // JSON has no such numbers; a diverged run has them.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity",
            negativeInfinity: "-Infinity",
            nan: "NaN"
        )
        return WebResponse(status: status, type: "application/json", Array(try encoder.encode(value)))
    }

    static func problem(_ problem: Problem) throws -> WebResponse {
        var response = try WebResponse.json(problem, status: problem.status)
        response.headers = [("Content-Type", "application/problem+json")]
        return response
    }

    /// To another page, which is then read by GET.
    package static func seeOther(_ location: String) -> WebResponse {
        WebResponse(status: 303, headers: [("Location", location)])
    }

    package func header(_ name: String, _ value: String) -> WebResponse {
        var response = self
        response.headers.append((name, value))
        return response
    }

    /// The value of a header, by its name in any case.
    package func value(of name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// What the API answers where it cannot do as asked (RFC 9457).
package struct Problem: Encodable, Sendable, Error {
    package var status: Int
    package var title: String
    package var detail: String
    /// Where in the document that was sent, counted from 1.
    package var line: Int?
    package var column: Int?
    /// Other mistakes in the same document; nil where there is no other.
    package var further: [Mistake]?

    package struct Mistake: Encodable, Sendable {
        package var detail: String
        package var line: Int?
        package var column: Int?
    }

    package init(_ status: Int, _ detail: String, line: Int? = nil, column: Int? = nil) {
        self.status = status
        self.title = Self.title(status)
        self.detail = detail
        self.line = line
        self.column = column
    }

    package static func title(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 303: "See Other"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 503: "Service Unavailable"
        default: "Internal Server Error"
        }
    }
}
