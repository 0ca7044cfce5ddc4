internal import PodiumCore

/// One open connection's place in the feed; what it returns goes over the wire as it is.
actor EventReader {
    /// What the connection wants to hear of.
    struct Scope: Sendable {
        var suite: SuiteID?
        var run: RunID?

        /// Whoever follows a run of a suite hears also what happens to the suite as a whole: the run may be gone with it.
        ///
        /// Budgets concern runs of any suite.
        func includes(_ change: RunChange) -> Bool {
            if change.suite == nil { return true }
            guard suite == nil || change.suite == suite else { return false }
            return run == nil || change.run == run || (change.run == nil && suite != nil)
        }
    }

    private let hub: ChangeHub
    private let scope: Scope
    private let subscription: Int
    private let news: AsyncStream<Void>
    private var place: ChangeID
    private var progressVersion = -1
    private var hasBegun = false
    private var written = ContinuousClock.now

    /// - Parameter place: the last entry that the other side has seen; nil for whatever comes from now on.
    init(_ hub: ChangeHub, after place: ChangeID?, scope: Scope) {
        self.hub = hub
        self.scope = scope
        // Before the place is read, so that nothing comes in between unseen.
        (subscription, news) = hub.subscribe()
        self.place = place ?? hub.place
    }

    deinit { hub.unsubscribe(subscription) }

    /// The next bytes; nil once the hub has ended.
    func next() async -> [UInt8]? {
        if !hasBegun {
            hasBegun = true
            return ServerEvent.opening + ServerEvent.place(place) + (await pending() ?? [])
        }
        while !Task.isCancelled {
            if let bytes = await pending() {
                written = .now
                return bytes
            }
            if written.duration(to: .now) > ChangeHub.silence / 2 {
                written = .now
                return ServerEvent.heartbeat
            }
            var news = news.makeAsyncIterator()
            if await news.next() == nil { return nil }
        }
        return nil
    }

    /// What has come since the last look; nil if there is nothing.
    private func pending() async -> [UInt8]? {
        var bytes: [UInt8] = []
        // A store that cannot be reached is asked again at the next hint.
        while let entries = try? await hub.entries(after: place, suite: scope.suite, limit: 500),
            let last = entries.last
        {
            for entry in entries where scope.includes(entry.change) { bytes += entry.event }
            place = last.change.id
        }
        let progress = hub.progress
        if progress.version != progressVersion {
            progressVersion = progress.version
            for item in progress.runs
            where (scope.run == nil || item.run == scope.run) && (scope.suite == nil || item.suite == scope.suite) {
                bytes += item.event
            }
        }
        return bytes.isEmpty ? nil : bytes
    }
}
