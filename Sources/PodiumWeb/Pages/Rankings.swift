internal import FoundationEssentials
internal import PodiumCore
internal import PodiumExperiments
internal import PodiumLibrary
internal import PodiumReport
internal import PodiumStore

/// Leaderboards and reports of suites, made once for all who look and anew when something has changed.
actor Rankings {
    /// What a suite's leaderboard shows, and its table as a page has it.
    struct Ranking: Sendable {
        let report: Report
        let board: Fragments.Board
        fileprivate let files: FileSnapshot
    }

    private struct Made {
        var version: SuiteVersion
        var at: Double
        var ranking: Task<Ranking?, any Error>
        /// When it was there, and how long it took to make; nil while it is being made.
        var done: (at: ContinuousClock.Instant, took: Duration)?
        /// When its files were last looked at.
        var checked = ContinuousClock.now
    }

    /// The pages of a whole report, by their file names.
    private struct WholeReport {
        var suite: SuiteID
        var version: SuiteVersion
        var pages: Task<(files: FileSnapshot, pages: [String: [UInt8]]), any Error>
        var checked = ContinuousClock.now
    }

    private let store: PostgresStore
    private let provenance: Report.Provenance
    private let dataDirectory: String?
    /// What earlier ones have read and computed: a run that ends costs its own part only.
    private let memory = ReportMemory()
    private var made: [SuiteID: Made] = [:]
    private var order: [SuiteID] = []
    /// The latest last.
    private var reports: [WholeReport] = []

    private static let memory = 20
    private static let reportMemory = 2
    /// How often it is looked whether somebody took predictions away or replaced them: a thousand runs have as many files.
    private static let fileInterval: Duration = .seconds(2)

    init(store: PostgresStore, provenance: Report.Provenance, dataDirectory: String?) {
        self.store = store
        self.provenance = provenance
        self.dataDirectory = dataDirectory
    }

    static func reportPage(of suite: SuiteID) -> String { "/suites/\(suite)/\(ReportHTML.fileName)" }

    /// A page of the suite's report as of its last change, and the long tables beside it, as `podium report` writes them.
    ///
    /// - Parameter name: its file name there.
    /// - Returns: nil where the suite scores nothing or the report has no such page.
    func reportPage(_ name: String, of suite: SuiteID) async throws -> [UInt8]? {
        guard let version = try await store.versions(of: [suite])[suite] else { return nil }
        if version.isSettled, let place = reports.firstIndex(where: { $0.suite == suite && $0.version == version }) {
            let isDue = Self.isDue(&reports[place].checked)
            let known = try await reports[place].pages.value
            if !isDue || known.files.isCurrent { return known.pages[name] }
        }
        let (store, provenance, dataDirectory, memory) = (store, provenance, dataDirectory, memory)
        let task = Task<(files: FileSnapshot, pages: [String: [UInt8]]), any Error> {
            guard let history = try await SuiteHistory.load(suite, from: store) else { return (FileSnapshot([]), [:]) }
            let maker = SuiteReport(history, dataDirectory: dataDirectory, memory: memory)
            // Before they are read: what changes in between is found the next time.
            let files = FileSnapshot(maker.predictionPaths)
            guard !maker.tasks.isEmpty else { return (files, [:]) }
            let pages = try ReportHTML.pages(try maker.current(provenance: provenance))
            return (files, Dictionary(pages.map { ($0.name, $0.bytes) }) { first, _ in first })
        }
        reports.removeAll { $0.suite == suite }
        reports = reports.suffix(Self.reportMemory - 1) + [WholeReport(suite: suite, version: version, pages: task)]
        do {
            return try await task.value.pages[name]
        } catch {
            reports.removeAll { $0.suite == suite }
            throw error
        }
    }

    /// The suite's ranking; nil for a suite that scores nothing.
    ///
    /// Of a suite that is over it is that of the last change. While runs of it end every few seconds, one that takes long to make
    /// is shown for a while, and nobody starts a second one beside the one that is being made.
    ///
    /// - Returns: with the time as of which it is, in seconds since 1970.
    func ranking(of suite: SuiteSummary) async throws -> (ranking: Ranking, at: Double)? {
        let isOver = suite.endedAt != nil
        let suite = suite.id
        guard let version = try await store.versions(of: [suite])[suite] else { return nil }
        if let known = made[suite] {
            let isCurrent = version.isSettled && known.version == version
            // Runs that end are shown a little later; one that was deleted not a moment longer.
            let isRecent =
                version.hasRow(of: known.version)
                && known.done.map { RankingAge.isRecent(took: $0.took, age: .now - $0.at, isOver: isOver) } ?? !isOver
            if isCurrent || isRecent {
                let isDue = known.done != nil && Self.isDue(&made[suite, default: known].checked)
                if let ranking = try await known.ranking.value, !isDue || ranking.files.isCurrent {
                    return (ranking, known.at)
                }
            }
        }
        let (store, provenance, memory) = (store, provenance, memory)
        let task = Task<Ranking?, any Error> {
            guard let record = try await store.suites(named: "\(suite)").first else { return nil }
            let maker = SuiteReport(try await SuiteHistory.leaderboard([record], from: store), memory: memory)
            guard !maker.tasks.isEmpty else { return nil }
            let files = FileSnapshot(maker.predictionPaths)
            let report = try maker.current(provenance: provenance, extent: .leaderboard)
            // Rendered with it: that takes longer than all that a page has besides.
            return Ranking(
                report: report,
                board: try Fragments.leaderboard(report, page: Self.reportPage(of: suite)),
                files: files
            )
        }
        let now = Date().timeIntervalSince1970
        let start = ContinuousClock.now
        made[suite] = Made(version: version, at: now, ranking: task)
        order.removeAll { $0 == suite }
        order.append(suite)
        if order.count > Self.memory { made[order.removeFirst()] = nil }
        do {
            let ranking = try await task.value
            // Another one may have been begun meanwhile.
            if made[suite]?.ranking == task { made[suite]?.done = (.now, .now - start) }
            return ranking.map { ($0, now) }
        } catch {
            if made[suite]?.ranking == task { made[suite] = nil }
            throw error
        }
    }
    /// Whether files are to be looked at again; then that is done now.
    private static func isDue(_ checked: inout ContinuousClock.Instant) -> Bool {
        guard checked.duration(to: .now) > fileInterval else { return false }
        checked = .now
        return true
    }
}

/// Files of predictions as they were at some time.
private struct FileSnapshot: Sendable {
    private let files: [(path: String, identity: FileIdentity?)]

    init(_ paths: [String]) {
        files = paths.map { ($0, FileIdentity($0)) }
    }

    /// Whether all of them still are what they were.
    var isCurrent: Bool { files.allSatisfy { FileIdentity($0.path) == $0.identity } }
}
