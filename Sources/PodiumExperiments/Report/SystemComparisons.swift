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

    init(
        systems: [String],
        tasks: [BenchmarkTask],
        tables: PredictionTables,
        texts: ExampleTexts,
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
            var groups: [Set<Int>] = []
            for group in tables.groups(runs) {
                let columns = group.flatMap { runs[$0] }
                guard let table = tables.table(of: columns, task: task) else { continue }
                let owners = group.enumerated().flatMap { place, system in runs[system].map { _ in place } }
                let drawn = MultiBootstrap(bootstrap).draws(table, owners: owners, systems: group.count)
                let defined = group.indices.filter { drawn[$0] != nil }.map { group[$0] }
                for (place, system) in group.enumerated() { draws[task, default: [:]][system] = drawn[place] }
                groups.append(Set(defined))
                rank(defined, drawn.compactMap(\.self), task: task, bootstrap: bootstrap)
                compareNeighbours(defined, runs, task, tables, texts)
                divide(defined, runs, task, tables)
            }
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
            rank(indices, own.map(\.1), task: nil, bootstrap: Bootstrap(resamples: own[0].1.values.count))
        }
        let overall = standings.filter { $0.task == nil }
        for tier in Set(overall.map(\.tier)).sorted() {
            tiers.append(Report.Tier(rank: tier, systems: overall.filter { $0.tier == tier }.map(\.system)))
        }
    }

    private mutating func rank(
        _ indices: [Int],
        _ drawn: [SystemDraws],
        task: BenchmarkTask?,
        bootstrap: Bootstrap
    ) {
        guard indices.count > 1 else { return }
        let ranking = SystemRanking(drawn)
        for (place, system) in indices.enumerated() {
            standings.append(
                Report.Standing(
                    system: systems[system],
                    task: task,
                    best: ranking.ranks[place].lowerBound,
                    worst: ranking.ranks[place].upperBound,
                    tier: ranking.tiers[place]
                )
            )
        }
        let order = indices.indices.sorted { drawn[$0].estimate > drawn[$1].estimate }
        let shown = Self.shown(order)
        let overSeeds = drawn.contains { $0.seeds > 1 }
        for pair in ranking.pairs where shown.contains([pair.first, pair.second]) {
            comparisons.append(
                Report.Comparison(
                    first: systems[indices[pair.first]],
                    second: systems[indices[pair.second]],
                    task: task,
                    difference: pair.difference,
                    interval: Report.Interval(pair.interval, source: overSeeds ? .both : .examples),
                    detectable: pair.detectable,
                    test: "Multi-Bootstrap (\(bootstrap.resamples))",
                    p: pair.p,
                    adjustedP: pair.adjustedP,
                    correction: ranking.pairs.count > 1 ? "studentised maximum, step-down" : nil
                )
            )
        }
    }

    /// All pairs of a few systems; of many those with the leader and those of neighbours.
    private static func shown(_ order: [Int]) -> Set<Set<Int>> {
        var pairs: Set<Set<Int>> = []
        for (place, first) in order.enumerated() {
            for (other, second) in order.enumerated() where other > place {
                if order.count <= 10 || place == 0 || other == place + 1 { pairs.insert([first, second]) }
            }
        }
        return pairs
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

extension Report.Interval {
    /// The evaluator's interval, of values between 0 and 1.
    init(_ interval: Interval, source: Source) {
        self.init(
            low: interval.low,
            high: interval.high,
            level: interval.level,
            source: source,
            method: interval.method.title + (interval.clusters.map { ", \($0) clusters" } ?? "")
        )
    }
}
