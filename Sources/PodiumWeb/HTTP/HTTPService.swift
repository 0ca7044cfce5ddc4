internal import FlyingFox
internal import FlyingSocks
internal import Foundation

/// Answers HTTP on a TCP port: the one file that knows the server library.
package actor HTTPService {
    package typealias Handler = @Sendable (WebRequest) async -> WebResponse

    /// Larger bodies are refused.
    private static let bodyLimit = 1 << 20
    /// As `bodyLimit`, of a part of a file.
    private static let partLimit = 4 << 20

    private let server: HTTPServer
    private let running: Task<Void, any Error>
    /// Where it listens.
    package nonisolated let port: Int

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - address: an IPv4 address of this machine.
    ///   - ports: tried one after the other until one is free.
    package static func start(
        address: String,
        ports: some Sequence<Int>,
        handler: @escaping Handler
    ) async throws(WebError) -> HTTPService {
        var reason = "no port was given"
        for port in ports {
            do {
                return try await HTTPService(address: address, port: port, handler: handler)
            } catch {
                guard "\(error)".contains("already in use") else {
                    throw WebError(.cannotListen, "the dashboard cannot listen on \(address), port \(port): \(error)")
                }
                reason = "port \(port) is in use already"
            }
        }
        throw WebError(.cannotListen, "the dashboard cannot listen on \(address): \(reason)")
    }

    private init(address: String, port: Int, handler: @escaping Handler) async throws {
        guard let number = UInt16(exactly: port) else { throw WebError(.cannotListen, "there is no port \(port)") }
        let server = HTTPServer(
            config: HTTPServer.Configuration(
                address: try sockaddr_in.inet(ip4: address, port: number),
                timeout: 60,
                sharedRequestBufferSize: 1 << 16,
                logger: .disabled
            ),
            handler: ClosureHTTPHandler { request in await Self.answer(request, handler) }
        )
        let running = Task { try await server.run() }
        let listening = Task { try await server.waitUntilListening(timeout: 10) }
        // Where it cannot listen it ends, and the wait for it is over.
        let watch = Task {
            _ = await running.result
            listening.cancel()
        }
        do {
            try await listening.value
        } catch {
            running.cancel()
            _ = try await running.value
            throw error
        }
        watch.cancel()
        self.server = server
        self.running = running
        self.port =
            switch await server.listeningAddress {
            case .ip4(_, port: let port): Int(port)
            default: port
            }
    }

    /// Closes the port and all connections.
    package func stop() async {
        await server.stop(timeout: 1)
        running.cancel()
        _ = await running.result
    }

    private static func answer(_ request: HTTPRequest, _ handler: Handler) async -> HTTPResponse {
        var headers: [String: String] = [:]
        for (name, value) in request.headers { headers[name.rawValue.lowercased()] = value }
        let isHead = request.method.rawValue == "HEAD"
        let response: WebResponse
        do {
            let limit = request.method.rawValue == "PUT" ? partLimit : bodyLimit
            if let body = try await body(of: request, limit: limit) {
                let read = WebRequest(
                    method: request.method.rawValue,
                    target: request.target.rawValue,
                    headers: headers,
                    body: body,
                    peer: peer(of: request)
                )
                if let read {
                    response = await handler(read)
                } else {
                    response = try .problem(Problem(400, "the address of the request is badly encoded"))
                }
            } else {
                response = try .problem(Problem(413, "a request may have \(limit) bytes"))
                    .header("Connection", "close")
            }
        } catch {
            return HTTPResponse(statusCode: .internalServerError)
        }
        do {
            return try encode(response, isHead: isHead)
        } catch {
            return HTTPResponse(statusCode: .internalServerError)
        }
    }

    /// Nil for a body beyond the limit.
    private static func body(of request: HTTPRequest, limit: Int) async throws -> [UInt8]? {
        if let count = request.bodySequence.count, count > limit { return nil }
        var body: [UInt8] = []
        for try await piece in request.bodySequence {
            body.append(contentsOf: piece)
            if body.count > limit { return nil }
        }
        return body
    }

    private static func peer(of request: HTTPRequest) -> String {
        switch request.remoteAddress {
        case .ip4(let address, port: _), .ip6(let address, port: _): address
        case .unix, nil: "local"
        }
    }

    private static func encode(_ response: WebResponse, isHead: Bool) throws -> HTTPResponse {
        var headers = HTTPHeaders()
        for (name, value) in response.headers { headers.addValue(value, for: HTTPHeader(name)) }
        let status = HTTPStatusCode(response.status, phrase: Problem.title(response.status))
        switch response.body {
        case .bytes(let bytes):
            headers.addValue("\(bytes.count)", for: .contentLength)
            let body = isHead ? HTTPBodySequence() : HTTPBodySequence(data: Data(bytes), suggestedBufferSize: 1 << 20)
            return HTTPResponse(statusCode: status, headers: headers, body: body)
        case .file(let path, let range):
            headers.addValue("\(range.count)", for: .contentLength)
            guard !isHead, !range.isEmpty else { return HTTPResponse(statusCode: status, headers: headers) }
            let body = try HTTPBodySequence(
                file: URL(fileURLWithPath: path),
                range: Int(range.lowerBound)..<Int(range.upperBound),
                suggestedBufferSize: 1 << 18
            )
            return HTTPResponse(statusCode: status, headers: headers, body: body)
        case .stream(let pieces):
            guard !isHead else { return HTTPResponse(statusCode: status, headers: headers) }
            return HTTPResponse(statusCode: status, headers: headers, body: HTTPBodySequence(from: Pieces(pieces)))
        }
    }
}

/// A stream of pieces as the server library sends them, one chunk each.
private struct Pieces: AsyncBufferedSequence {
    typealias Element = UInt8

    private let stream: AsyncStream<[UInt8]>

    init(_ stream: AsyncStream<[UInt8]>) {
        self.stream = stream
    }

    func makeAsyncIterator() -> Iterator { Iterator(pieces: stream.makeAsyncIterator()) }

    struct Iterator: AsyncBufferedIteratorProtocol {
        var pieces: AsyncStream<[UInt8]>.Iterator

        /// Nobody asks for single bytes.
        mutating func next() async throws -> UInt8? { nil }

        mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? {
            await pieces.next()
        }
    }
}
