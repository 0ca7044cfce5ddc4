internal import FoundationEssentials
internal import PodiumCore
internal import PodiumExperiments
internal import PodiumReport
internal import PodiumStore

/// Leaderboards of suites, made once for all who look and anew when something has changed.
actor Rankings {
    private struct Made {
        var change: ChangeID
        var at: Double
        var report: Task<Report?, any Error>
    }

    private let store: PostgresStore
    nonisolated let provenance: Report.Provenance
    private var made: [SuiteID: Made] = [:]
    private var order: [SuiteID] = []

    private static let memory = 20

    init(store: PostgresStore, provenance: Report.Provenance) {
        self.store = store
        self.provenance = provenance
    }

    /// The suite's report as of its last change, without curves; nil for a suite that scores nothing.
    ///
    /// - Parameter change: the newest entry of the feed; a report of an older one is made anew.
    func report(of suite: SuiteID) async throws -> (report: Report, at: Double)? {
        let change = try await store.lastChange(of: suite)
        if let known = made[suite], known.change == change, let report = try await known.report.value {
            return (report, known.at)
        }
        let (store, provenance) = (store, provenance)
        let task = Task<Report?, any Error> {
            guard let record = try await store.suites(named: "\(suite)").first else { return nil }
            let maker = SuiteReport(try await SuiteHistory.leaderboard([record], from: store))
            return maker.tasks.isEmpty ? nil : try maker.current(provenance: provenance)
        }
        let now = Date().timeIntervalSince1970
        made[suite] = Made(change: change, at: now, report: task)
        order.removeAll { $0 == suite }
        order.append(suite)
        if order.count > Self.memory { made[order.removeFirst()] = nil }
        do {
            return try await task.value.map { ($0, now) }
        } catch {
            made[suite] = nil
            throw error
        }
    }
}
