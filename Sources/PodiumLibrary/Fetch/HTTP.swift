internal import CCurl
internal import Foundation

/// One request and its answer, by libcurl.
struct HTTP: Sendable {
    struct Response: Sendable {
        var status: Int
        /// By lower-case name; the last of several with one name.
        var headers: [String: String]
        /// The address that answered, after redirects.
        var address: String
        /// Headers of the redirects before it, in order.
        var redirects: [[String: String]] = []

        /// A header, from the first answer that has it: the named host's own comes before those of hosts it redirects to.
        func first(_ name: String) -> String? {
            (redirects + [headers]).lazy.compactMap { $0[name] }.first
        }
    }

    /// No bytes arrived, or fewer than announced; another try may succeed.
    struct Broken: Error {
        let reason: String
    }

    var connectSeconds = 15
    var idleSeconds = 30

    private static let maximumRedirects = 10

    /// Follows redirects; only the named host gets the secret headers.
    ///
    /// - Parameters:
    ///   - method: another than GET and HEAD.
    ///   - content: what is sent with such a method.
    ///   - secrets: header lines, such as `Authorization: …`.
    ///   - body: takes the bytes of an answer that is no redirect; false ends the transfer.
    func request(
        _ address: String,
        isHead: Bool = false,
        method: String? = nil,
        content: [UInt8] = [],
        headers: [String] = [],
        secrets: [String] = [],
        body: (Response, UnsafeRawBufferPointer) -> Bool = { _, _ in true }
    ) throws -> Response {
        var address = address
        let host = try Self.host(address)
        var redirects: [[String: String]] = []
        while true {
            let isHost = try Self.host(address) == host
            var response = try single(
                address,
                isHead: isHead,
                method: method,
                content: content,
                headers: headers + (isHost ? secrets : []),
                body: body
            )
            response.redirects = redirects
            guard [301, 302, 303, 307, 308].contains(response.status), let location = response.headers["location"]
            else {
                return response
            }
            guard redirects.count < Self.maximumRedirects else {
                throw LibraryError(.malformed, "\(address): more than \(Self.maximumRedirects) redirects")
            }
            redirects.append(response.headers)
            guard let base = URL(string: address), let next = URL(string: location, relativeTo: base)?.absoluteString
            else {
                throw LibraryError(.malformed, "\(address): redirected to \(location), which is no address")
            }
            guard !address.hasPrefix("https:") || next.hasPrefix("https:") else {
                throw LibraryError(.malformed, "\(address): redirected to \(next), which is not secured")
            }
            address = next
        }
    }

    /// Scheme, host and port.
    private static func host(_ address: String) throws -> String {
        guard let url = URL(string: address), let scheme = url.scheme?.lowercased(), let host = url.host,
            scheme == "http" || scheme == "https"
        else { throw LibraryError(.malformed, "\(address): not an http or https address") }
        return "\(scheme)://\(host):\(url.port ?? (scheme == "http" ? 80 : 443))"
    }

    private final class Transfer {
        var response: Response
        var isStopped = false
        let body: (Response, UnsafeRawBufferPointer) -> Bool

        init(_ response: Response, _ body: @escaping (Response, UnsafeRawBufferPointer) -> Bool) {
            (self.response, self.body) = (response, body)
        }

        func header(_ line: String) {
            if line.hasPrefix("HTTP/") {
                // Of an interim answer before this one nothing stays.
                response.headers = [:]
                response.status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            } else if let colon = line.firstIndex(of: ":") {
                let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespacesAndNewlines)
                let name = line[..<colon].lowercased()
                // The one list of values that is read here comes in several lines.
                let before = name == "x-goog-hash" ? response.headers[name].map { "\($0)," } ?? "" : ""
                response.headers[name] = before + value
            }
        }

        func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
            if (300..<400).contains(response.status), response.headers["location"] != nil { return true }
            if body(response, bytes) { return true }
            isStopped = true
            return false
        }
    }

    private func single(
        _ address: String,
        isHead: Bool,
        method: String?,
        content: [UInt8],
        headers: [String],
        body: (Response, UnsafeRawBufferPointer) -> Bool
    ) throws -> Response {
        if let reason = podium_curl_missing() {
            throw LibraryError(
                .unreachable,
                "libcurl is needed to fetch \(address), and cannot be loaded: \(String(cString: reason)) (on Debian: apt install libcurl4)"
            )
        }
        return try withoutActuallyEscaping(body) { body in
            let transfer = Transfer(Response(status: 0, headers: [:], address: address), body)
            var message = [CChar](repeating: 0, count: 256)
            var status = 0
            // Nobody waits for a permission to send (libcurl would, for a second).
            let lines = (headers + (method == nil ? [] : ["Expect:", "Content-Type: application/octet-stream"])).map {
                strdup($0)
            }
            let verb = method.flatMap { strdup($0) }
            defer {
                lines.forEach { free($0) }
                free(verb)
            }
            let pointers = lines.map { UnsafePointer<CChar>($0) }
            let result = pointers.withUnsafeBufferPointer { pointers in
                content.withUnsafeBytes { content in
                    address.withCString { url in
                        var request = podium_curl_request(
                            url: url,
                            headers: pointers.baseAddress,
                            header_count: pointers.count,
                            is_head: isHead ? 1 : 0,
                            method: verb,
                            content: content.baseAddress,
                            content_count: content.count,
                            connect_seconds: connectSeconds,
                            idle_seconds: idleSeconds
                        )
                        return podium_curl_perform(
                            &request,
                            { bytes, count, context in
                                guard let bytes, let context else { return 0 }
                                let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                                return transfer.take(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
                            },
                            { bytes, count, context in
                                guard let bytes, let context else { return 0 }
                                let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                                let line = UnsafeRawBufferPointer(start: bytes, count: count)
                                transfer.header(String(decoding: line, as: UTF8.self))
                                return count
                            },
                            Unmanaged.passUnretained(transfer).toOpaque(),
                            &status,
                            &message
                        )
                    }
                }
            }
            if result != 0, !transfer.isStopped {
                let said = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                throw Broken(reason: said)
            }
            return transfer.response
        }
    }
}
