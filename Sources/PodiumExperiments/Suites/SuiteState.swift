package import PodiumCore

/// The runs of a suite, kept up to date by the change feed.
package struct SuiteState {
    private let store: any JobStore
    private let suite: SuiteID
    private var place: ChangeID
    private var readReasons: ContinuousClock.Instant
    /// In the order of submission.
    package private(set) var runs: [RunRecord]

    package init(of suite: SuiteID, in store: any JobStore) async throws {
        self.store = store
        self.suite = suite
        // Before the runs are read, so that nothing can happen in between unseen.
        place = try await store.lastChange()
        runs = try await store.runs(suite: suite, includingTerminal: true)
        readReasons = .now
    }

    /// Reads new entries of the feed, then the rows of the runs that changed and of those that are running.
    package mutating func update(reasonsAfter seconds: Double) async throws {
        var stale = Set(runs.filter { $0.state == .running }.map(\.id))
        if readReasons.duration(to: .now) > .seconds(seconds) {
            // Why runs wait, of the first few: whoever looks sees no more.
            stale.formUnion(runs.lazy.filter { !$0.isOver && $0.state != .running }.prefix(200).map(\.id))
            readReasons = .now
        }
        var next = place
        while true {
            let changes = try await store.changes(after: next, suite: suite, limit: 1000)
            stale.formUnion(changes.compactMap(\.run))
            // Which runs they were is in no entry: those that are there no more are left out below.
            if changes.contains(where: { $0.kind == .deleted }) { stale.formUnion(runs.map(\.id)) }
            guard let last = changes.last else { break }
            next = last.id
        }
        let fresh = Dictionary(uniqueKeysWithValues: try await store.runs(Array(stale)).map { ($0.id, $0) })
        // What was deleted is left out; what joined the suite comes last.
        if !stale.isEmpty {
            let known = Set(runs.map(\.id))
            runs = runs.compactMap { stale.contains($0.id) ? fresh[$0.id] : $0 }
            runs += fresh.values.filter { !known.contains($0.id) }.sorted { $0.id < $1.id }
        }
        place = next
    }
}
