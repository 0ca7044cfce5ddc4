package import PodiumCore

/// What an engine said and the store has not got yet, in order.
///
/// Beyond a number of events the oldest measurements go until half of it is left, then the oldest log lines, whose number is said in their
/// place. All else stays whatever its number: rows of artifacts depend on it.
package struct EventBacklog: Sendable {
    package private(set) var events: [EngineEvent] = []
    private let limit: Int
    /// Where the next event makes it shorter: doubled where little can go, so that the cost of an event does not depend on how many wait.
    private var bound: Int

    package init(limit: Int = 20_000) {
        self.limit = limit
        bound = limit
    }

    package mutating func append(_ event: EngineEvent) {
        events.append(event)
        shorten()
    }

    package mutating func takeAll() -> [EngineEvent] {
        defer {
            events = []
            bound = limit
        }
        return events
    }

    /// Puts back what was taken and could not be stored, before what came meanwhile.
    package mutating func putBack(_ taken: [EngineEvent]) {
        events = taken + events
        shorten()
    }

    private mutating func shorten() {
        guard events.count > bound else { return }
        removeOldest { if case .progress = $0 { true } else { false } }
        let lines = removeOldest { if case .log = $0 { true } else { false } }
        if lines > 0 {
            events.insert(
                .log(.warning, "\(lines) earlier lines are left out: the database was away for too long"),
                at: 0
            )
        }
        bound = max(limit, 2 * events.count)
    }

    /// Removes events of a kind, the oldest first, until half of the limit is left or none are; returns how many went.
    @discardableResult
    private mutating func removeOldest(_ isOfKind: (EngineEvent) -> Bool) -> Int {
        let surplus = max(0, events.count - limit / 2)
        guard surplus > 0 else { return 0 }
        var removed = 0
        events.removeAll { event in
            guard removed < surplus, isOfKind(event) else { return false }
            removed += 1
            return true
        }
        return removed
    }
}
