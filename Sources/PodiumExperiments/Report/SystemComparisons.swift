import PodiumCore
import PodiumEval
import PodiumReport

/// Whether the systems of a suite differ, by tests on the same examples.
///
/// Every pair of systems is compared on every task with a bootstrap over examples and, where there are several,
/// over seeds; and over all tasks by the mean of those differences. Each family (the pairs on one task, the
/// pairs over all) has Holm's correction.
struct SystemComparisons {
    private(set) var comparisons: [Report.Comparison] = []
    /// Over all tasks, best first; empty unless every system was tested on the same tasks.
    private(set) var tiers: [Report.Tier] = []

    /// A system's runs that count on a task.
    typealias Chosen = (_ system: String, _ task: BenchmarkTask) -> [SuiteHistory.Run]

    private struct Pair: Hashable {
        var first: Int
        var second: Int
    }

    init(systems: [String], tasks: [BenchmarkTask], tables: PredictionTables, chosen: Chosen) {
        let pairs = systems.indices.flatMap { first in
            systems.indices.filter { $0 > first }.map { Pair(first: first, second: $0) }
        }
        guard !pairs.isEmpty else { return }
        var tested: [Pair: [PairedComparison]] = [:]
        for (number, task) in tasks.enumerated() {
            // A seed for each task: its examples are drawn independently of the others'.
            let bootstrap = Bootstrap(seed: UInt64(number) + 1)
            let runs = systems.map { chosen($0, task) }
            var family: [(Pair, PairedComparison)] = []
            for pair in pairs {
                let (a, b) = (runs[pair.first], runs[pair.second])
                guard !a.isEmpty, !b.isEmpty, let table = tables.table(of: a + b, task: task) else { continue }
                let comparison = PairedComparison(table, first: a.count, bootstrap: bootstrap)
                family.append((pair, comparison))
                tested[pair, default: []].append(comparison)
            }
            let seeds = runs.contains { $0.count > 1 }
            report(family, task: task, systems: systems, test: Self.name(overSeeds: seeds))
        }
        let scored = tasks.filter { task in systems.contains { !chosen($0, task).isEmpty } }
        let complete = pairs.filter { tested[$0]?.count == scored.count }
        guard scored.count > 1 else {
            if complete.count == pairs.count, let task = scored.first { makeTiers(systems, task: task) }
            return
        }
        report(
            complete.compactMap { pair in PairedComparison.mean(of: tested[pair] ?? []).map { (pair, $0) } },
            task: nil,
            systems: systems,
            test: Self.name(overSeeds: false) + ", mean of \(scored.count) tasks"
        )
        if complete.count == pairs.count { makeTiers(systems, task: nil) }
    }

    private static func name(overSeeds: Bool) -> String {
        let method: Interval.Method = overSeeds ? .hierarchicalBootstrap : .bootstrap
        return "paired \(method.title) (\(Bootstrap().resamples))"
    }

    private mutating func report(
        _ family: [(pair: Pair, comparison: PairedComparison)],
        task: BenchmarkTask?,
        systems: [String],
        test: String
    ) {
        let defined = family.compactMap { entry -> (Pair, PairedComparison, Double, Double)? in
            guard let difference = entry.comparison.difference.value, let p = entry.comparison.bootstrapP else {
                return nil
            }
            return (entry.pair, entry.comparison, difference, p)
        }
        let adjusted = MultipleComparisons.holm(defined.map(\.3))
        for ((pair, comparison, difference, p), adjusted) in zip(defined, adjusted) {
            comparisons.append(
                Report.Comparison(
                    first: systems[pair.first],
                    second: systems[pair.second],
                    task: task,
                    difference: difference,
                    interval: comparison.interval.map {
                        Report.Interval($0, source: $0.method == .bootstrap ? .examples : .both)
                    },
                    detectable: comparison.minimumDetectableDifference,
                    test: test,
                    p: p,
                    adjustedP: adjusted,
                    correction: defined.count > 1 ? "Holm" : nil
                )
            )
        }
    }

    /// Groups systems by the comparisons already made.
    private mutating func makeTiers(_ systems: [String], task: BenchmarkTask?) {
        let family = comparisons.filter { $0.task == task }
        // Differences from the first system are scores up to a constant.
        let scores: [Double?] = systems.map { system in
            system == systems[0]
                ? 0 : family.first { $0.first == systems[0] && $0.second == system }.map { -$0.difference }
        }
        guard scores.allSatisfy({ $0 != nil }) else { return }
        let tiers = MultipleComparisons.tiers(scores) { better, worse in
            family.contains { comparison in
                [comparison.first, comparison.second].contains(systems[better])
                    && [comparison.first, comparison.second].contains(systems[worse])
                    && (comparison.adjustedP ?? comparison.p) < 0.05
            }
        }
        for rank in Set(tiers.compactMap(\.self)).sorted() {
            let members = systems.indices.filter { tiers[$0] == rank }.map { systems[$0] }
            self.tiers.append(Report.Tier(rank: rank, systems: members))
        }
    }
}

extension Report.Interval {
    /// The evaluator's interval, of values between 0 and 1.
    init(_ interval: Interval, source: Source) {
        self.init(
            low: interval.low,
            high: interval.high,
            level: interval.level,
            source: source,
            method: interval.method.title
        )
    }
}
