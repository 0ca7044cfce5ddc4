internal import PodiumCore
internal import PodiumStore

/// Summaries of suites, kept for all who look until something of the suite changes: the database counts a suite's runs, of
/// which there may be a hundred thousand, once.
actor Summaries {
    private let store: PostgresStore
    private var known: [SuiteID: (version: SuiteVersion, summary: SuiteSummary)] = [:]

    /// A summary is about as large as its names.
    private static let memory = 10_000

    init(store: PostgresStore) {
        self.store = store
    }

    /// The newest first.
    func page(before: SuiteID?, limit: Int, includesArchived: Bool = true) async throws -> [SuiteSummary] {
        try await summaries(
            of: try await store.suites(before: before, limit: limit, includesArchived: includesArchived)
        )
    }

    func summary(of suite: SuiteID) async throws -> SuiteSummary? {
        try await summaries(of: [suite]).first
    }

    /// In the order of the suites, without those that are not there.
    private func summaries(of suites: [SuiteID]) async throws -> [SuiteSummary] {
        // Before the summaries are read: what changes in between makes them anew the next time.
        let versions = try await store.versions(of: suites)
        for suite in suites where versions[suite] == nil { known[suite] = nil }
        let unknown = suites.filter { suite in versions[suite].map { known[suite]?.version != $0 } ?? false }
        if !unknown.isEmpty {
            if known.count + unknown.count > Self.memory { known = [:] }
            var filter = HistoryFilter(includesArchived: true)
            filter.suites = unknown
            var fresh: [SuiteID: SuiteSummary] = [:]
            for summary in try await store.suiteSummaries(filter, before: nil, limit: unknown.count) {
                fresh[summary.id] = summary
                if let version = versions[summary.id], version.isSettled {
                    known[summary.id] = (version, summary)
                } else {
                    known[summary.id] = nil
                }
            }
            return suites.compactMap { fresh[$0] ?? known[$0]?.summary }
        }
        return suites.compactMap { known[$0]?.summary }
    }
}
