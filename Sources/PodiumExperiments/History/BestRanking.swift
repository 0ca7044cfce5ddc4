package import PodiumCore
internal import PodiumPrimitives

/// The best that every system reached on a task, across suites.
///
/// Only scores that were taken on the same split of the same data, by the same protocol and on as many examples stand in
/// one ranking: everything else is another `Group`.
package struct BestRanking: Codable, Sendable, Equatable {
    package struct Row: Codable, Sendable, Equatable {
        /// By the mean over seeds, from 1; equal means share one.
        package var rank: Int
        package var system: String
        package var suite: SuiteID
        package var suiteName: String
        /// Mean over the seeds of its best configuration, 0 to 1.
        package var score: Double
        package var deviation: Double?
        package var minimum: Double
        package var median: Double
        package var maximum: Double
        package var seeds: Int
        /// Runs of that configuration that failed or were cancelled.
        package var failed: Int
        /// How many configurations of the system were tried on this data, in all suites, and in how many runs.
        package var tries: Int
        package var runs: Int
        package var firstRun: RunID
    }

    package struct Group: Codable, Sendable, Equatable {
        package var basis: ScoreBasis
        /// Whose definition of the metrics: `GLUE`, `SQuAD v1.1 official`.
        package var scoring: String
        package var rows: [Row]
    }

    package var task: BenchmarkTask
    /// The one with the newest score first.
    package var groups: [Group]

    package init(_ task: BenchmarkTask, _ scores: [ConfigurationScores]) {
        self.task = task
        let usable = scores.filter { $0.task == task && $0.basis != nil && $0.mean != nil }
        let newest = Dictionary(grouping: usable) { $0.basis }.sorted { a, b in
            let (first, second) = (a.value.map(\.firstRun).max(), b.value.map(\.firstRun).max())
            return (first?.rawValue ?? 0) > (second?.rawValue ?? 0)
        }
        groups = newest.compactMap { basis, all in
            basis.map { Group(basis: $0, scoring: task.scoringProtocol, rows: Self.rows(all)) }
        }
    }

    private static func rows(_ all: [ConfigurationScores]) -> [Row] {
        var rows: [Row] = []
        for (system, own) in Dictionary(grouping: all, by: \.system) {
            guard let best = own.max(by: { ($0.mean ?? 0, $1.firstRun) < ($1.mean ?? 0, $0.firstRun) }),
                let mean = best.mean, let minimum = best.minimum, let median = best.median, let maximum = best.maximum
            else { continue }
            rows.append(
                Row(
                    rank: 0,
                    system: system,
                    suite: best.suite,
                    suiteName: best.suiteName,
                    score: mean,
                    deviation: best.deviation,
                    minimum: minimum,
                    median: median,
                    maximum: maximum,
                    seeds: best.scored,
                    failed: best.failed,
                    tries: Set(own.map(\.configuration)).count,
                    runs: own.map(\.runs).reduce(0, +),
                    firstRun: best.firstRun
                )
            )
        }
        rows.sort { ($0.score, $1.system) > ($1.score, $0.system) }
        for place in rows.indices {
            let isTied = place > 0 && rows[place - 1].score == rows[place].score
            rows[place].rank = isTied ? rows[place - 1].rank : place + 1
        }
        return rows
    }

    package func text() -> String {
        guard !groups.isEmpty else { return "no score on \(task.displayName) yet" }
        var parts = groups.map { group in
            var table = TextTable([
                ("#", .right), ("SYSTEM", .left), ("SCORE", .right), ("SD", .right), ("MIN", .right),
                ("MEDIAN", .right),
                ("MAX", .right), ("SEEDS", .right), ("TRIES", .right), ("RUNS", .right), ("SUITE", .left),
                ("RUN", .right),
            ])
            for row in group.rows {
                func points(_ value: Double) -> String { NumberText.percent(value, digits: 2) }
                table.add([
                    "\(row.rank)", row.system, points(row.score), row.deviation.map(points) ?? "", points(row.minimum),
                    points(row.median), points(row.maximum), "\(row.seeds)" + (row.failed > 0 ? "!" : ""),
                    "\(row.tries)", "\(row.runs)", "\(row.suite) \(row.suiteName)", "\(row.firstRun)",
                ])
            }
            let basis = group.basis
            return "\(task.displayName) \(basis.split), \(basis.origin.rawValue) data \(basis.version), "
                + "\(NumberText.grouped(basis.examples)) examples, scored as \(group.scoring)\n" + table.rendered()
        }
        parts.append(
            "SCORE is the mean over the seeds of the best configuration, chosen on the same data that it is scored on: best of TRIES."
        )
        if groups.count > 1 {
            parts.append("Scores on different data stand in tables of their own: they cannot be ranked together.")
        }
        return parts.joined(separator: "\n\n")
    }
}

extension BenchmarkTask {
    /// Whose definition of the metrics the scores of runs follow.
    package var scoringProtocol: String { isSQuAD ? "SQuAD \(shortName) official" : "GLUE" }
}
