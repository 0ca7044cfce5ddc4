import PodiumCore
import PodiumEval
import PodiumReport

/// Makes one leaderboard cell of all the runs of a system on a task.
///
/// Runs that differ in nothing but the seed are one configuration; the cell
/// shows the configuration that the suite's selection rule picks. Failed seeds
/// are counted, never hidden.
struct LeaderboardCells {
    let histories: [SuiteHistory.Run]
    let selection: SelectionRule

    func outcome(system: String, task: BenchmarkTask) -> Report.Outcome? {
        let runs = histories.filter { $0.record.spec.system == system && $0.record.spec.task == task }
        guard !runs.isEmpty else { return nil }
        let configurations = Dictionary(grouping: runs) { $0.record.spec.training }.values
            .sorted { ($0.first?.record.id.rawValue ?? 0) < ($1.first?.record.id.rawValue ?? 0) }
        let best = configurations.max { (mean($0) ?? -2) < (mean($1) ?? -2) } ?? runs
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
            configuration: configurations.count > 1 ? label(of: best, among: configurations) : nil,
            configurations: configurations.count
        )
        outcome.score = measurement(of: done, failed: failed, interval: "score", scale: 1) { $0.score }
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

    private func mean(_ runs: [SuiteHistory.Run]) -> Double? {
        let scores = runs.compactMap { $0.record.state == .succeeded ? $0.result?.score : nil }
        return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
    }

    private func status(
        of runs: [SuiteHistory.Run],
        done: [SuiteHistory.Run],
        failed: Int
    ) -> Report.Outcome.Status {
        if done.isEmpty { return failed == runs.count ? .failed : .missing }
        let scoresPart = done.contains { $0.record.spec.training.evaluationExamples != nil }
        if done.count + failed < runs.count || scoresPart { return .partial }
        return done.contains { $0.result?.score != nil } ? .ok : .undefined
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
                Report.SeedValue(seed: history.record.spec.seed, run: history.record.id.rawValue, value: $0)
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
            method: interval.method == "wilson" ? "Wilson" : interval.method
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
            method: "Student t"
        )
    }

    /// What tells one configuration from the others of its sweep.
    private func label(of chosen: [SuiteHistory.Run], among all: [[SuiteHistory.Run]]) -> String? {
        guard let own = chosen.first?.record.spec.reportParameters else { return nil }
        let others = all.compactMap { $0.first?.record.spec.reportParameters }
        let telling = own.filter { parameter in !others.allSatisfy { $0.contains(parameter) } }
        return telling.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    }
}
