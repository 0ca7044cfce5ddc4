internal import FoundationEssentials
internal import PodiumCore
internal import PodiumStore
internal import Synchronization

/// The change feed and the latest measurements, read once for all pages that are open.
///
/// One task reads; each page has a place of its own in the feed, and what it has missed it gets from the last entries
/// that are kept here or, further back, from the store. So an entry costs the store one read, however many look on.
final class ChangeHub: Sendable {
    /// An entry as it goes over the wire.
    struct Entry: Sendable {
        var change: RunChange
        var event: [UInt8]
    }

    /// The latest measurements of one run, as they go over the wire.
    struct Progress: Sendable {
        var run: RunID
        var suite: SuiteID
        var event: [UInt8]
    }

    private struct State {
        /// Oldest first; what lies at or before `start` is in the store only.
        var entries: [Entry] = []
        var start = ChangeID.start
        var place = ChangeID.start
        var progress: [Progress] = []
        /// Grows with each change of `progress`.
        var progressVersion = 0
        var subscribers: [Int: AsyncStream<Void>.Continuation] = [:]
        var next = 0
        var isClosed = false
    }

    /// Entries that are kept.
    private static let memory = 5000
    private static let progressLimit = 200
    /// After so long all subscribers are woken, news or none.
    static let silence: Duration = .seconds(15)

    private let store: PostgresStore
    private let state = Mutex(State())

    init(store: PostgresStore) {
        self.store = store
    }

    /// Reads until the task is cancelled.
    ///
    /// - Parameter interval: how often running work is asked for its measurements, and the feed where no hint came.
    func run(interval: Duration) async {
        await begin(interval)
        let hints = try? await store.notifications()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                guard let hints else { return }
                for await _ in hints where !Task.isCancelled {
                    await self.readChanges()
                    // Hints come in bursts.
                    try? await Task.sleep(for: .milliseconds(50))
                }
            }
            group.addTask {
                var woken = ContinuousClock.now
                while !Task.isCancelled {
                    await self.readChanges()
                    await self.readProgress()
                    if woken.duration(to: .now) > Self.silence {
                        woken = .now
                        for subscriber in self.state.withLock({ Array($0.subscribers.values) }) { subscriber.yield() }
                    }
                    try? await Task.sleep(for: interval)
                }
            }
            await group.waitForAll()
        }
        close()
    }

    private func begin(_ interval: Duration) async {
        while !Task.isCancelled {
            if let place = try? await store.lastChange() {
                state.withLock { ($0.start, $0.place) = (place, place) }
                return
            }
            try? await Task.sleep(for: interval)
        }
    }

    /// Ends the streams of all pages.
    func close() {
        let subscribers = state.withLock { state in
            state.isClosed = true
            defer { state.subscribers = [:] }
            return Array(state.subscribers.values)
        }
        for subscriber in subscribers { subscriber.finish() }
    }

    /// The place after which everything is still to come.
    var place: ChangeID { state.withLock { $0.place } }

    /// How many pages look on.
    var subscriberCount: Int { state.withLock { $0.subscribers.count } }

    /// A stream that says when there is news; it ends with the hub.
    func subscribe() -> (number: Int, news: AsyncStream<Void>) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state -> Int in
            state.next += 1
            guard !state.isClosed else {
                continuation.finish()
                return state.next
            }
            state.subscribers[state.next] = continuation
            return state.next
        }
        return (number, stream)
    }

    func unsubscribe(_ number: Int) {
        state.withLock { $0.subscribers.removeValue(forKey: number) }?.finish()
    }

    /// Entries after a place, oldest first, at most `limit`; of one suite and of none, or of all.
    func entries(after place: ChangeID, suite: SuiteID?, limit: Int) async throws -> [Entry] {
        let kept: [Entry]? = state.withLock { state in
            guard place >= state.start else { return nil }
            // The entries are in order: the first one after the place is found by halves.
            var low = 0
            var high = state.entries.count
            while low < high {
                let middle = (low + high) / 2
                if state.entries[middle].change.id <= place { low = middle + 1 } else { high = middle }
            }
            let fitting = state.entries[low...].lazy.filter { [suite] in
                suite == nil || $0.change.suite == nil || $0.change.suite == suite
            }
            return Array(fitting.prefix(limit))
        }
        if let kept { return kept }
        return try await store.changes(after: place, suite: suite, limit: limit).map(Self.entry)
    }

    /// The latest measurements, with a number that tells whether they are new.
    var progress: (version: Int, runs: [Progress]) { state.withLock { ($0.progressVersion, $0.progress) } }

    // MARK: Reading

    private func readChanges() async {
        while let changes = try? await store.changes(after: place, suite: nil, limit: 1000), let last = changes.last {
            let entries = changes.map(Self.entry)
            let subscribers = state.withLock { state -> [AsyncStream<Void>.Continuation] in
                // Both tasks may have read the same.
                state.entries += entries.filter { $0.change.id > state.place }
                state.place = max(state.place, last.id)
                if state.entries.count > Self.memory {
                    let gone = state.entries.count - Self.memory
                    state.start = state.entries[gone - 1].change.id
                    state.entries.removeFirst(gone)
                }
                return Array(state.subscribers.values)
            }
            for subscriber in subscribers { subscriber.yield() }
        }
    }

    private func readProgress() async {
        guard subscriberCount > 0, let running = try? await store.runningProgress(limit: Self.progressLimit) else {
            return
        }
        let fresh = running.compactMap { item -> Progress? in
            guard let event = ServerEvent.progress(item) else { return nil }
            return Progress(run: item.run, suite: item.suite, event: event)
        }
        let subscribers = state.withLock { state -> [AsyncStream<Void>.Continuation] in
            guard fresh.map(\.event) != state.progress.map(\.event) else { return [] }
            state.progress = fresh
            state.progressVersion += 1
            return Array(state.subscribers.values)
        }
        for subscriber in subscribers { subscriber.yield() }
    }

    private static func entry(_ change: RunChange) -> Entry {
        Entry(change: change, event: ServerEvent.change(change))
    }
}
