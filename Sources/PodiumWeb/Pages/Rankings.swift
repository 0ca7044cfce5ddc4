internal import FoundationEssentials
internal import PodiumCore
internal import PodiumExperiments
internal import PodiumReport
internal import PodiumStore

/// Leaderboards of suites, made once for all who look and anew when something has changed.
actor Rankings {
    /// A suite's report, without curves, and its table as a page shows it.
    struct Ranking: Sendable {
        let report: Report
        let board: Fragments.Board
    }

    private struct Made {
        var change: ChangeID
        var at: Double
        var ranking: Task<Ranking?, any Error>
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

    static func reportPage(of suite: SuiteID) -> String { "/suites/\(suite)/report" }

    /// The suite's ranking as of its last change; nil for a suite that scores nothing.
    func ranking(of suite: SuiteID) async throws -> (ranking: Ranking, at: Double)? {
        let change = try await store.lastChange(of: suite)
        if let known = made[suite], known.change == change, let ranking = try await known.ranking.value {
            return (ranking, known.at)
        }
        let (store, provenance) = (store, provenance)
        let task = Task<Ranking?, any Error> {
            guard let record = try await store.suites(named: "\(suite)").first else { return nil }
            let maker = SuiteReport(try await SuiteHistory.leaderboard([record], from: store))
            guard !maker.tasks.isEmpty else { return nil }
            let report = try maker.current(provenance: provenance)
            // Rendered with it: that takes longer than all that a page has besides.
            return Ranking(
                report: report,
                board: try Fragments.leaderboard(report, page: Self.reportPage(of: suite))
            )
        }
        let now = Date().timeIntervalSince1970
        made[suite] = Made(change: change, at: now, ranking: task)
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
