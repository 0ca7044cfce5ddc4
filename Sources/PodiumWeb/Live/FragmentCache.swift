internal import PodiumCore
internal import PodiumStore

/// Parts of pages that several open pages ask for at the same time: made once.
actor FragmentCache {
    private struct Made {
        var response: Task<WebResponse, any Error>
        var until: ContinuousClock.Instant
    }

    private static let memory: Duration = .milliseconds(300)

    private var made: [String: Made] = [:]

    func response(_ exchange: Exchange, _ route: Route) async throws -> WebResponse {
        let query = PercentEncoding.query(exchange.request.query.map { ($0.name, Optional($0.value)) })
        let role = exchange.visitor.role?.rawValue ?? ""
        // With the place: who has heard of a change gets nothing from before it.
        let key = "\(role) \(exchange.place) \(exchange.request.path.joined(separator: "/"))?\(query)"
        let now = ContinuousClock.now
        if let known = made[key], known.until > now { return try await known.response.value }
        if made.count > 200 { made = made.filter { $0.value.until > now } }
        let task = Task { try await route.handler(exchange) }
        made[key] = Made(response: task, until: now + Self.memory)
        return try await task.value
    }
}
