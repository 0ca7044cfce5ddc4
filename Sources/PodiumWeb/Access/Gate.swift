internal import PodiumStore

/// Who asks.
struct Visitor: Sendable, Equatable {
    /// The token's name; nil for somebody without one.
    var name: String?
    /// Nil for somebody who may see nothing.
    var role: AccessRole?
    /// Whether the token came in a cookie, which browsers send by themselves.
    var isByCookie = false
    /// A random cookie of the browser's; nil for programs and at the first visit.
    var cookie: String?

    func may(_ role: AccessRole) -> Bool { self.role.map { $0 >= role } ?? false }
}

/// Finds out who asks, and how often they may.
///
/// As long as there is no token everybody who reaches the port may look and nobody may change anything; from the
/// first token on everybody needs one.
actor Gate {
    private struct Known {
        var token: AccessToken?
        var until: ContinuousClock.Instant
    }

    static let tokenCookie = "podium_token"
    static let visitorCookie = "podium_visitor"
    /// For how long an answer of the store holds: a revoked token is refused after that.
    private static let memory: Duration = .milliseconds(500)

    private let store: PostgresStore
    private let limits: WebOptions.Limits
    private var known: [String: Known] = [:]
    private var isOpen: (value: Bool, until: ContinuousClock.Instant)?
    private var limiter = RateLimiter()

    init(store: PostgresStore, limits: WebOptions.Limits) {
        self.store = store
        self.limits = limits
    }

    /// - Returns: nil for a token that is none.
    func visitor(_ request: WebRequest) async throws -> Visitor? {
        let cookies = request.cookies
        let cookie = cookies[Self.visitorCookie]
        if let header = request.headers["authorization"] {
            let parts = header.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer",
                let token = try await token(String(parts[1].trimmingSpaces()))
            else { return nil }
            return Visitor(name: token.name, role: token.role)
        }
        if let text = cookies[Self.tokenCookie], let token = try await token(text) {
            return Visitor(name: token.name, role: token.role, isByCookie: true, cookie: cookie)
        }
        return Visitor(name: nil, role: try await isOpenToReaders() ? .reader : nil, cookie: cookie)
    }

    /// Whether nobody has a token yet.
    func isOpenToReaders() async throws -> Bool {
        if let isOpen, isOpen.until > .now { return isOpen.value }
        let value = try await !store.hasTokens()
        isOpen = (value, .now + Self.memory)
        return value
    }

    /// The token in force with this text.
    func token(_ text: String) async throws -> AccessToken? {
        let hash = TokenText.sha256(text)
        if let known = known[hash], known.until > .now { return known.token }
        let token = try await store.token(sha256: hash)
        if known.count > 1000 { known = [:] }
        known[hash] = Known(token: token, until: .now + Self.memory)
        return token
    }

    /// Nil if the client may go on, else the seconds to wait.
    func wait(_ client: String, writes: Bool) -> Double? {
        limiter.take(client, writes ? limits.writes : limits.reads)
    }

    /// As `wait`, for guesses at a token.
    func waitForGuess(_ client: String) -> Double? {
        limiter.take("guess \(client)", limits.guesses)
    }
}
