internal import PodiumCore
internal import PodiumStore

/// What one kind of request is answered by.
struct Route: Sendable {
    /// A piece of a path.
    enum Piece: Sendable, Equatable {
        case literal(String)
        /// Any text; the handler hears it by this name.
        case parameter(String)
    }

    typealias Handler = @Sendable (Exchange) async throws -> WebResponse

    let method: WebRequest.Method
    let pieces: [Piece]
    /// As it was written: `/api/v1/runs/{run}`.
    let pattern: String
    /// What the visitor must be; nil for everybody.
    let role: AccessRole?
    let handler: Handler

    init(_ method: WebRequest.Method, _ pattern: String, _ role: AccessRole?, _ handler: @escaping Handler) {
        self.method = method
        self.pattern = pattern
        self.role = role
        self.handler = handler
        pieces = pattern.split(separator: "/").map { piece in
            piece.hasPrefix("{") ? .parameter(String(piece.dropFirst().dropLast())) : .literal(String(piece))
        }
    }

    /// The parameters of a path that fits; nil for one that does not.
    func parameters(of path: [String]) -> [String: String]? {
        guard path.count == pieces.count else { return nil }
        var parameters: [String: String] = [:]
        for (piece, text) in zip(pieces, path) {
            switch piece {
            case .literal(let literal): guard literal == text else { return nil }
            case .parameter(let name): parameters[name] = text
            }
        }
        return parameters
    }

    var isAPI: Bool { pattern.hasPrefix("/api/") }
}

/// A request with all that is known of it.
struct Exchange: Sendable {
    var request: WebRequest
    /// Of the path.
    var parameters: [String: String]
    var visitor: Visitor
    /// What forms of the answer must hold.
    var formCode: String
    /// Where the change feed stood before anything was read for the answer.
    var place: ChangeID

    /// A number in the path; there is nothing where it is none.
    func number(_ name: String) throws -> Int64 {
        guard let text = parameters[name], let number = Int64(text), number > 0 else {
            throw Problem(404, "there is no \(name) \"\(parameters[name] ?? "")\"")
        }
        return number
    }

    /// A number in the query between bounds; an error names it.
    func count(_ name: String, default usual: Int, upTo limit: Int) throws -> Int {
        guard let text = request.parameter(name) else { return usual }
        guard let number = Int(text), (1...limit).contains(number) else {
            throw Problem(400, "\(name) is a number from 1 to \(limit), not \"\(text.prefix(40))\"")
        }
        return number
    }
}

/// All routes, and which one a request means.
struct Router: Sendable {
    enum Match {
        case route(Route, [String: String])
        /// The path is known, but not with this method; with these it is.
        case otherMethods([String])
        case nothing
    }

    let routes: [Route]

    func match(_ request: WebRequest) -> Match {
        let method: WebRequest.Method = request.method == .head ? .get : request.method
        var others: [String] = []
        for route in routes {
            guard let parameters = route.parameters(of: request.path) else { continue }
            if route.method == method { return .route(route, parameters) }
            others.append(route.method.rawValue)
        }
        if others.contains("GET") { others.append("HEAD") }
        return others.isEmpty ? .nothing : .otherMethods(others)
    }
}
