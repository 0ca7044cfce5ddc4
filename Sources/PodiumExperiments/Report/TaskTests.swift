import PodiumCore
import PodiumEval
import PodiumReport

/// What one Multi-Bootstrap says of the systems of a task: their draws, and their ranks among those that answered the same
/// examples.
///
/// A function of the runs' answers and nothing else, so that it may be kept (`ReportMemory`).
struct TaskTests: Sendable {
    struct Group: Sendable {
        /// Places of the systems that answered the same examples.
        var members: [Int]
        /// Of each member; nil without a defined score.
        var draws: [SystemDraws?]
        /// Of the members with draws; empty with fewer than two.
        var standings: [Report.Standing]
        var comparisons: [Report.Comparison]

        var defined: [Int] { members.indices.filter { draws[$0] != nil }.map { members[$0] } }
    }

    let groups: [Group]

    /// - Parameter runs: of each system.
    init(
        task: BenchmarkTask,
        systems: [String],
        runs: [[SuiteHistory.Run]],
        tables: PredictionTables,
        bootstrap: Bootstrap
    ) {
        groups = tables.groups(runs).compactMap { members -> Group? in
            guard let table = tables.table(of: members.flatMap { runs[$0] }, task: task) else { return nil }
            let owners = members.enumerated().flatMap { place, system in runs[system].map { _ in place } }
            let draws = MultiBootstrap(bootstrap).draws(table, owners: owners, systems: members.count)
            var group = Group(members: members, draws: draws, standings: [], comparisons: [])
            let names = group.defined.map { systems[$0] }
            (group.standings, group.comparisons) = Self.rank(names, draws.compactMap(\.self), task: task)
            return group
        }
    }

    /// Ranks and pairs of systems by their draws, which are of the same resamples.
    ///
    /// - Parameter task: nil over all tasks.
    static func rank(
        _ systems: [String],
        _ drawn: [SystemDraws],
        task: BenchmarkTask?
    ) -> ([Report.Standing], [Report.Comparison]) {
        guard systems.count > 1 else { return ([], []) }
        let ranking = SystemRanking(drawn)
        let standings = systems.enumerated().map { place, system in
            Report.Standing(
                system: system,
                task: task,
                best: ranking.ranks[place].lowerBound,
                worst: ranking.ranks[place].upperBound,
                tier: ranking.tiers[place]
            )
        }
        let shown = Self.shown(systems.indices.sorted { drawn[$0].estimate > drawn[$1].estimate })
        let overSeeds = drawn.contains { $0.seeds > 1 }
        let comparisons = ranking.pairs.filter { shown.contains([$0.first, $0.second]) }.map { pair in
            Report.Comparison(
                first: systems[pair.first],
                second: systems[pair.second],
                task: task,
                difference: pair.difference,
                interval: Report.Interval(pair.interval, source: overSeeds ? .both : .examples),
                detectable: pair.detectable,
                test: "Multi-Bootstrap (\(drawn[0].values.count))",
                p: pair.p,
                adjustedP: pair.adjustedP,
                correction: ranking.pairs.count > 1 ? "studentised maximum, step-down" : nil
            )
        }
        return (standings, comparisons)
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

    /// About how much memory it takes.
    var bytes: Int {
        groups.reduce(0) { total, group in
            total + group.draws.reduce(0) { $0 + ($1?.values.count ?? 0) * 8 } + group.comparisons.count * 300
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
            method: interval.method.title + (interval.clusters.map { ", \($0) clusters" } ?? "")
        )
    }
}
