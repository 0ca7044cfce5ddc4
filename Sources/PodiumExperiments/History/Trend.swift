package import PodiumCore
internal import PodiumPrimitives
internal import PodiumReport

/// How the scores of one system went from suite to suite.
package struct Trend: Codable, Sendable, Equatable {
    /// The system's best configuration on a task in one suite.
    package struct Point: Codable, Sendable, Equatable {
        package var suite: SuiteID
        package var suiteName: String
        package var submittedAt: Double
        package var task: BenchmarkTask
        package var basis: ScoreBasis
        /// Mean over seeds, 0 to 1.
        package var score: Double
        package var deviation: Double?
        package var seeds: Int
        package var tries: Int
        /// From the point before on the same task and data; nil for the first.
        package var change: Double?
    }

    package var system: String
    /// By task, then by time.
    package var points: [Point]

    package init(_ system: String, _ scores: [ConfigurationScores]) {
        self.system = system
        struct Key: Hashable {
            var suite: SuiteID
            var task: BenchmarkTask
            var basis: ScoreBasis?
        }
        let usable = scores.filter { $0.basis != nil && $0.mean != nil }
        var points: [Point] = []
        for (key, own) in Dictionary(grouping: usable, by: { Key(suite: $0.suite, task: $0.task, basis: $0.basis) }) {
            guard let basis = key.basis, let best = own.max(by: { ($0.mean ?? 0) < ($1.mean ?? 0) }),
                let mean = best.mean
            else { continue }
            points.append(
                Point(
                    suite: key.suite,
                    suiteName: best.suiteName,
                    submittedAt: best.submittedAt,
                    task: key.task,
                    basis: basis,
                    score: mean,
                    deviation: best.deviation,
                    seeds: best.scored,
                    tries: own.count
                )
            )
        }
        let order = Dictionary(uniqueKeysWithValues: BenchmarkTask.allCases.enumerated().map { ($1, $0) })
        points.sort { a, b in
            let places = (order[a.task] ?? 0, order[b.task] ?? 0)
            if places.0 != places.1 { return places.0 < places.1 }
            return (a.suite, a.basis.version) < (b.suite, b.basis.version)
        }
        for place in points.indices {
            let before = points[..<place].last { $0.task == points[place].task && $0.basis == points[place].basis }
            points[place].change = before.map { points[place].score - $0.score }
        }
        self.points = points
    }

    package func text() -> String {
        guard !points.isEmpty else { return "\(system) has no score yet" }
        var table = TextTable([
            ("TASK", .left), ("SUITE", .left), ("SUBMITTED", .left), ("SCORE", .right), ("SD", .right),
            ("SEEDS", .right),
            ("TRIES", .right), ("CHANGE", .right), ("DATA", .left),
        ])
        for point in points {
            let sign = (point.change ?? 0) > 0 ? "+" : ""
            table.add([
                point.task.displayName, "\(point.suite) \(point.suiteName)",
                String(LocalTime.text(point.submittedAt).dropLast(3)), NumberText.percent(point.score, digits: 2),
                point.deviation.map { NumberText.percent($0, digits: 2) } ?? "", "\(point.seeds)", "\(point.tries)",
                point.change.map { sign + NumberText.percent($0, digits: 2) } ?? "", point.basis.text,
            ])
        }
        return table.rendered()
            + "\n\nCHANGE is from the suite before on the same data; `podium compare` tells whether it is real.."
    }

    package func csv() -> String {
        var rows = [
            [
                "task", "suite", "suite_name", "submitted_at", "score", "deviation", "seeds", "tries", "change",
                "split", "data_origin", "data_version", "examples",
            ]
        ]
        for point in points {
            rows.append([
                point.task.rawValue, "\(point.suite)", point.suiteName, Timestamp.iso8601(point.submittedAt),
                "\(point.score)", point.deviation.map { "\($0)" } ?? "", "\(point.seeds)", "\(point.tries)",
                point.change.map { "\($0)" } ?? "", point.basis.split, point.basis.origin.rawValue, point.basis.version,
                "\(point.basis.examples)",
            ])
        }
        return CSV.text(rows)
    }
}
