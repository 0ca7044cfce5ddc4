import PodiumCore
import PodiumEval
import PodiumReport

/// Makes one leaderboard cell of all the runs of a system on a task: those of its best configuration.
///
/// Failed seeds are counted, never hidden.
struct LeaderboardCells {
    let histories: [SuiteHistory.Run]
    let tables: PredictionTables

    func outcome(system: String, task: BenchmarkTask) -> Report.Outcome? {
        let configurations = Configurations(histories, system: system, task: task)
        guard let best = configurations.best else { return nil }
        let done = best.filter { $0.record.state == .succeeded }
        let failed = best.filter { $0.record.state == .failed || $0.record.state == .cancelled }.count
        let dataset = done.first?.result?.datasets.first(where: \.isEvaluation)
        var outcome = Report.Outcome(
            system: system,
            task: task,
            dataset: dataset?.reportID ?? "\(task.rawValue) dev",
            status: status(of: best, done: done, failed: failed),
            examples: done.first?.result?.examples ?? 0,
            runs: best.map(\.record.id.rawValue),
            configuration: configurations.label(of: best),
            configurations: configurations.all.count,
            notes: Self.findings(done) + Self.budget(configurations)
        )
        outcome.score = measurement(of: done, failed: failed, interval: "score", scale: 1) { $0.score }
        if done.count > 1, let table = tables.table(of: done, task: task),
            let interval = Bootstrap().hierarchical(table)
        {
            outcome.score?.intervals.append(Report.Interval(interval, source: .both))
        }
        outcome.metrics = task.metrics.map { name in
            Report.Metric(
                name: name,
                measurement: measurement(of: done, failed: failed, interval: name, scale: task.metricScale) {
                    $0.metrics[name].map { $0 / task.metricScale }
                }
            )
        }
        return outcome
    }

    /// What detectors found in the runs, with how many of several found it.
    private static func findings(_ done: [SuiteHistory.Run]) -> [Report.Note] {
        let all = done.flatMap { $0.result?.findings ?? [] }
        var notes: [Report.Note] = []
        for code in all.map(\.code) where !notes.contains(where: { $0.code == code }) {
            let same = all.filter { $0.code == code }
            let several = done.count > 1 ? "\(same.count) of \(done.count) seeds: " : ""
            let isWarning = code != Finding.Code.adversarialSet.rawValue
            notes.append(
                Report.Note(code: code, severity: isWarning ? .warning : .info, message: several + same[0].message)
            )
        }
        return notes
    }

    /// What a smaller tuning budget would have been expected to reach.
    private static func budget(_ configurations: Configurations) -> [Report.Note] {
        let means = configurations.means
        guard means.count > 2 else { return [] }
        let expected = Power.expectedMaximum(means).dropLast().enumerated().map { place, value in
            "\(place + 1): \((value * 10_000).rounded() / 100)"
        }
        return [
            Report.Note(
                code: "expected-maximum",
                message: "expected best of fewer configurations: \(expected.joined(separator: ", "))"
            )
        ]
    }

    private func status(
        of runs: [SuiteHistory.Run],
        done: [SuiteHistory.Run],
        failed: Int
    ) -> Report.Outcome.Status {
        if done.isEmpty { return failed == runs.count ? .failed : .missing }
        let scoresPart = done.contains { $0.record.spec.work.examples?.evaluationExamples != nil }
        if done.count + failed < runs.count || scoresPart { return .partial }
        guard done.contains(where: { $0.result?.score != nil }) else { return .undefined }
        let collapsed = Finding.Code.collapsed.rawValue
        return done.allSatisfy { $0.result?.findings?.contains { $0.code == collapsed } == true } ? .degenerate : .ok
    }

    private func measurement(
        of done: [SuiteHistory.Run],
        failed: Int,
        interval name: String,
        scale: Double,
        _ value: (RunResult) -> Double?
    ) -> Report.Measurement? {
        let values = done.compactMap { history in
            history.result.flatMap(value).map {
                Report.SeedValue(seed: history.record.spec.work.seed ?? 0, run: history.record.id.rawValue, value: $0)
            }
        }
        guard let summary = Report.SeedSummary(values.sorted { $0.seed < $1.seed }, failed: failed) else { return nil }
        return Report.Measurement(
            value: summary.mean,
            intervals: [Self.seedInterval(summary) ?? Self.exampleInterval(done, name, scale)].compactMap(\.self),
            seeds: values.count + failed > 1 ? summary : nil
        )
    }

    /// A single run's own interval: what other examples might have given.
    private static func exampleInterval(_ done: [SuiteHistory.Run], _ name: String, _ scale: Double) -> Report.Interval?
    {
        guard done.count == 1, let interval = done.first?.result?.intervals?[name] else { return nil }
        return Report.Interval(
            low: interval.low / scale,
            high: interval.high / scale,
            level: interval.level,
            source: .examples,
            method: Interval.Method(rawValue: interval.method)?.title ?? interval.method
        )
    }

    /// Student's 95 % interval of the mean over seeds.
    private static func seedInterval(_ summary: Report.SeedSummary) -> Report.Interval? {
        guard let deviation = summary.standardDeviation, summary.count > 1 else { return nil }
        let quantile = Distribution.studentQuantile(0.975, degreesOfFreedom: Double(summary.count - 1))
        let half = quantile * deviation / Double(summary.count).squareRoot()
        return Report.Interval(
            low: summary.mean - half,
            high: summary.mean + half,
            source: .seeds,
            method: Interval.Method.student.title
        )
    }
}
