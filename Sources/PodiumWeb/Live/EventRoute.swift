internal import PodiumCore

extension Pages {
    /// Connections that may follow the feed at the same time.
    private static let streamLimit = 2000

    /// The change feed as server-sent events, from the place that the browser has seen last.
    ///
    /// The place comes in the header `Last-Event-ID`, which browsers send when they come back, or in the query's
    /// `after`. An entry is sent at least once and in order.
    func events(_ exchange: Exchange) async throws -> WebResponse {
        var scope = EventReader.Scope()
        scope.suite = try exchange.place("suite").map { SuiteID(rawValue: $0) }
        scope.run = try exchange.place("run").map { RunID(rawValue: $0) }
        var place: ChangeID?
        if let text = exchange.request.headers["last-event-id"] ?? exchange.request.parameter("after") {
            guard let known = ChangeID(text) else {
                throw Problem(400, "a place in the feed is written as in the events' ids, not \"\(text.prefix(40))\"")
            }
            place = known
        }
        guard hub.subscriberCount < Self.streamLimit else { throw Problem(503, "too many pages follow the events") }
        let reader = EventReader(hub, after: place, scope: scope)
        return WebResponse(
            headers: [("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")],
            body: .stream(AsyncStream { await reader.next() })
        )
    }
}
