import PodiumCore
import PodiumEval
import PodiumReport

/// Whether the systems of a suite differ, by tests on the same examples.
///
/// Of each task one Multi-Bootstrap draws examples for all systems and seeds of each; over all tasks the means of those
/// draws count. The pairs of a task are one family, and so are those over all tasks. Systems that were scored on other
/// examples are tested with nobody.
struct SystemComparisons {
    private(set) var comparisons: [Report.Comparison] = []
    /// Over all tasks, best first; empty where nobody was tested.
    private(set) var tiers: [Report.Tier] = []
    private(set) var standings: [Report.Standing] = []
    private(set) var flips: [Report.Flips] = []
    private(set) var slices: [Report.Slices] = []
    private let systems: [String]
    /// By task, then by system.
    private var draws: [BenchmarkTask: [Int: SystemDraws]] = [:]

    /// A system's runs that count on a task.
    typealias Chosen = (_ system: String, _ task: BenchmarkTask) -> [SuiteHistory.Run]

    /// - Parameter details: the texts of examples on which neighbours differ; nil leaves out in what they do, and parts of the
    ///   sets: a leaderboard shows ranks alone.
    init(
        systems: [String],
        tasks: [BenchmarkTask],
        tables: PredictionTables,
        memory: ReportMemory,
        details: ExampleTexts?,
        chosen: Chosen
    ) {
        self.systems = systems
        let resamples = Self.resamples(systems.count)
        // Systems that share their examples on every task so far, for the ranking over all.
        var together: [Set<Int>] = []
        var scored: [BenchmarkTask] = []
        for (number, task) in tasks.enumerated() {
            // A seed for each task: its examples are drawn independently of the others'.
            let bootstrap = Bootstrap(resamples: resamples, seed: UInt64(number) + 1)
            let runs = systems.map { chosen($0, task) }
            guard runs.contains(where: { !$0.isEmpty }) else { continue }
            scored.append(task)
            let key = ReportMemory.TestKey(
                task: task,
                seed: bootstrap.seed,
                resamples: resamples,
                systems: systems,
                files: runs.map { $0.map { tables.files[$0.record.id] } }
            )
            let tests = memory.tests(key) {
                TaskTests(task: task, systems: systems, runs: runs, tables: tables, bootstrap: bootstrap)
            }
            for group in tests.groups {
                for (place, system) in group.members.enumerated() {
                    draws[task, default: [:]][system] = group.draws[place]
                }
                standings += group.standings
                comparisons += group.comparisons
                guard let details else { continue }
                compareNeighbours(group.defined, runs, task, tables, details)
                divide(group.defined, runs, task, tables)
            }
            let groups = tests.groups.map { Set($0.defined) }
            together = scored.count == 1 ? groups : together.flatMap { one in groups.map { one.intersection($0) } }
        }
        rankOverall(together.max { $0.count < $1.count } ?? [], tasks: scored)
    }

    /// Fewer for many systems, whose pairs would take too much memory.
    private static func resamples(_ systems: Int) -> Int {
        systems <= 12 ? 10_000 : systems <= 30 ? 4000 : 1000
    }

    /// What resampling gave for a system on a task; nil where its predictions are not known.
    func draws(of system: String, on task: BenchmarkTask) -> SystemDraws? {
        systems.firstIndex(of: system).flatMap { draws[task]?[$0] }
    }

    /// The mean over tasks; nil if one of them is missing.
    func draws(of system: String, over tasks: [BenchmarkTask]) -> SystemDraws? {
        let parts = tasks.compactMap { draws(of: system, on: $0) }
        return parts.count == tasks.count ? SystemDraws.mean(of: parts) : nil
    }

    // MARK: Ranking

    private mutating func rankOverall(_ members: Set<Int>, tasks: [BenchmarkTask]) {
        let own = members.sorted().compactMap { system in
            self.draws(of: systems[system], over: tasks).map { (system, $0) }
        }
        guard own.count > 1 else { return }
        let indices = own.map(\.0)
        if tasks.count == 1 {
            // The same ranking under another name.
            standings += standings.map {
                Report.Standing(system: $0.system, task: nil, best: $0.best, worst: $0.worst, tier: $0.tier)
            }
            .filter { standing in indices.contains { systems[$0] == standing.system } }
        } else {
            let (ranks, pairs) = TaskTests.rank(indices.map { systems[$0] }, own.map(\.1), task: nil)
            standings += ranks
            comparisons += pairs
        }
        let overall = standings.filter { $0.task == nil }
        for tier in Set(overall.map(\.tier)).sorted() {
            tiers.append(Report.Tier(rank: tier, systems: overall.filter { $0.tier == tier }.map(\.system)))
        }
    }

    // MARK: Neighbours

    /// Of systems next to each other on a task: how few examples their order hangs on, and where they differ.
    private mutating func compareNeighbours(
        _ indices: [Int],
        _ runs: [[SuiteHistory.Run]],
        _ task: BenchmarkTask,
        _ tables: PredictionTables,
        _ texts: ExampleTexts
    ) {
        let estimates = indices.map { draws[task]?[$0]?.estimate ?? 0 }
        let order = indices.indices.sorted { estimates[$0] > estimates[$1] }.map { indices[$0] }
        for (place, (better, worse)) in zip(order, order.dropFirst()).prefix(Self.neighbourLimit).enumerated() {
            let (a, b) = (runs[better], runs[worse])
            if let table = tables.table(of: a + b, task: task),
                let place = comparisons.lastIndex(where: { comparison in
                    comparison.task == task
                        && Set([comparison.first, comparison.second]) == Set([systems[better], systems[worse]])
                })
            {
                comparisons[place].fragility = Robustness.fragility(
                    table,
                    Array(0..<a.count),
                    Array(a.count..<(a.count + b.count))
                )
            }
            if let found = tables.flips(
                a,
                b,
                task: task,
                texts: texts,
                examples: place == 0 ? Self.bestExamples : Self.neighbourExamples
            ) {
                var found = found
                found.first = systems[better]
                found.second = systems[worse]
                flips.append(found)
            }
        }
    }

    /// Scores parts of the task's examples, and compares the two best systems on them.
    private mutating func divide(
        _ indices: [Int],
        _ runs: [[SuiteHistory.Run]],
        _ task: BenchmarkTask,
        _ tables: PredictionTables
    ) {
        let order = indices.sorted {
            (draws[task]?[$0]?.estimate ?? 0, $1) > (draws[task]?[$1]?.estimate ?? 0, $0)
        }
        let shown = order.prefix(Self.slicedSystems)
        if let found = tables.slices(
            shown.map { (systems[$0], runs[$0]) },
            task: task,
            furtherSystems: order.count - shown.count
        ) {
            slices.append(found)
        }
    }

    /// Systems of a task whose scores on parts of it are shown.
    private static let slicedSystems = 20

    /// Examples of each kind on which the two best systems differ, and on which other neighbours do.
    private static let bestExamples = 25
    private static let neighbourExamples = 3

    /// Pairs of a task that are looked at so closely.
    private static let neighbourLimit = 10
}
