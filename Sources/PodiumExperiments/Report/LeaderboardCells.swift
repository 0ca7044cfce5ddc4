import PodiumCore
import PodiumEval
import PodiumPrimitives
import PodiumReport

/// Makes one leaderboard cell of all the runs of a system on a task: those of its best configuration.
///
/// Failed seeds are counted, never hidden.
struct LeaderboardCells {
    let history: SuiteHistory
    let datasets: DatasetNames
    let tables: PredictionTables
    let tests: SystemComparisons

    func outcome(system: String, task: BenchmarkTask) -> Report.Outcome? {
        if task == .ax { return diagnostic(system: system) }
        let configurations = Configurations(history, system: system, task: task)
        guard let best = configurations.best else { return nil }
        let done = Self.measured(best.members)
        var outcome = Report.Outcome(
            system: system,
            task: task,
            dataset: done.first.flatMap { datasets.evaluation($0) } ?? "\(task.rawValue) dev",
            status: status(of: best, done: done),
            examples: done.first?.result?.examples ?? 0,
            runs: best.members.map(\.record.id.rawValue),
            configuration: configurations.label(of: best),
            configurations: configurations.all.count,
            tries: configurations.all.reduce(0) { $0 + $1.runs },
            agreement: tables.agreement(of: done),
            expectedMaximum: configurations.means.count > 1
                ? Power.expectedMaximum(configurations.means, budgets: 100) : [],
            notes: Self.findings(done) + Self.checkpoints(done) + Self.reuses(done)
        )
        outcome.score = measurement(of: done, failed: best.failed, interval: "score", scale: 1) { $0.score }
        addTwoLevelInterval(to: &outcome, system: system)
        noteSelection(in: &outcome)
        outcome.metrics = task.metrics.map { name in
            Report.Metric(
                name: name,
                measurement: measurement(of: done, failed: best.failed, interval: name, scale: task.metricScale) {
                    $0.metrics[name].map { $0 / task.metricScale }
                }
            )
        }
        return outcome
    }

    /// The cell of GLUE's diagnostic set: what the runs of the system's MNLI cell scored on it, whose choice it had no part in.
    private func diagnostic(system: String) -> Report.Outcome? {
        guard let best = Configurations(history, system: system, task: .mnli).best,
            var outcome = outcome(system: system, task: .mnli)
        else { return nil }
        func scored(_ run: SuiteHistory.Run) -> SuiteHistory.Run? {
            guard var result = run.result, let set = result.furtherSets?.first(where: { $0.task == .ax }) else {
                return nil
            }
            (result.metrics, result.score, result.intervals) = (set.metrics, set.score, set.intervals)
            result.examples = set.examples
            var copy = run
            copy.result = result
            return copy
        }
        let done = Self.measured(best.members).compactMap(scored)
        guard let first = done.first, let result = first.result else { return nil }
        outcome.task = .ax
        outcome.dataset =
            datasets.parts(of: first).first { $0.value.contains { $0.task == .ax } }?.key
            ?? "\(BenchmarkTask.ax.rawValue) diagnostic"
        outcome.examples = result.examples
        outcome.status = result.score == nil ? .undefined : done.count + best.failed < best.runs ? .partial : .ok
        outcome.score = measurement(of: done, failed: best.failed, interval: "score", scale: 1) { $0.score }
        outcome.metrics = BenchmarkTask.ax.metrics.map { name in
            Report.Metric(
                name: name,
                measurement: measurement(of: done, failed: best.failed, interval: name, scale: 1) { $0.metrics[name] }
            )
        }
        // These are of MNLI's own scores.
        (outcome.agreement, outcome.inflation, outcome.expectedMaximum) = (nil, nil, [])
        outcome.notes = [
            Report.Note(
                code: "answered-by-mnli",
                message: "The diagnostic set is answered by the runs of MNLI, chosen by MNLI's development sets."
            )
        ]
        return outcome
    }

    /// What detectors found in the runs, with how many of several found it.
    private static func findings(_ done: [SuiteHistory.Run]) -> [Report.Note] {
        let all = done.flatMap { $0.result?.findings ?? [] }
        var notes: [Report.Note] = []
        for code in all.map(\.code) where !notes.contains(where: { $0.code == code }) {
            let same = all.filter { $0.code == code }
            let several = done.count > 1 ? "\(same.count) of \(done.count) seeds: " : ""
            // Seeds may fail in different ways: a few of them, each once.
            var messages: [String] = []
            for finding in same where !messages.contains(finding.message) { messages.append(finding.message) }
            let said = messages.prefix(3).joined(separator: "; ") + (messages.count > 3 ? "; …" : "")
            let isWarning = code != Finding.Code.adversarialSet.rawValue
            notes.append(
                Report.Note(code: code, severity: isWarning ? .warning : .info, message: several + said)
            )
        }
        return notes
    }

    /// That models were chosen, or trainings ended, by the very set that scores them.
    private static func checkpoints(_ done: [SuiteHistory.Run]) -> [Report.Note] {
        let choices = done.compactMap { run in run.result?.checkpointChoice.map { (run.record.id, $0) } }
        guard choices.contains(where: { $1.isBest || $1.stoppedAt != nil }) else { return [] }
        return [
            Report.Note(
                code: "checkpoint-choice",
                message: "Chosen on the set that it is scored on: "
                    + choices.map { "run \($0), \($1.description)" }.joined(separator: ". ")
            )
        ]
    }

    /// The runs that succeeded, each result once: one that several took over is one measurement.
    private static func measured(_ members: [SuiteHistory.Run]) -> [SuiteHistory.Run] {
        var seen: Set<RunID> = []
        return members.filter { run in
            run.record.state == .succeeded && seen.insert(run.result?.reusedFrom?.run ?? run.record.id).inserted
        }
    }

    /// Which results were taken over from other runs.
    private static func reuses(_ done: [SuiteHistory.Run]) -> [Report.Note] {
        let reused = done.compactMap { run in run.result?.reusedFrom.map { (run.record.id, $0) } }
        guard !reused.isEmpty else { return [] }
        return [
            Report.Note(
                code: "reused",
                message:
                    "\(reused.count) of \(done.count) run\(done.count == 1 ? "" : "s") took over an earlier result of the same "
                    + "work: " + reused.map { "run \($0), \($1.description)" }.joined(separator: "; ")
            )
        ]
    }

    /// The interval over seeds and examples comes first: it is the one that tables print.
    private func addTwoLevelInterval(to outcome: inout Report.Outcome, system: String) {
        guard let score = outcome.score, let drawn = tests.draws(of: system, on: outcome.task),
            drawn.seeds > 1 || score.intervals.isEmpty,
            var interval = drawn.interval(bounds: outcome.task.scoreBounds)
        else { return }
        // MNLI's score is the mean of two sets, its draws are of both as one.
        interval.low += score.value - drawn.estimate
        interval.high += score.value - drawn.estimate
        outcome.score?.intervals.insert(Report.Interval(interval, source: drawn.seeds > 1 ? .both : .examples), at: 0)
    }

    /// A score whose configuration was chosen on the data that it is scored on says so.
    private func noteSelection(in outcome: inout Report.Outcome) {
        guard outcome.configurations > 1, let interval = outcome.score?.intervals.first else { return }
        let width = Distribution.normalQuantile(1 - (1 - interval.level) / 2)
        let error = tests.draws(of: outcome.system, on: outcome.task)?.standardError ?? interval.halfWidth / width
        let inflation = Selection.inflation(count: outcome.configurations, standardError: error)
        outcome.inflation = inflation
        outcome.notes.append(
            Report.Note(
                code: "selected-on-dev",
                message:
                    "selected on dev, best of \(outcome.configurations): of equally good configurations the best would "
                    + "be expected up to \(NumberText.percent(inflation, digits: 2)) above the others"
            )
        )
    }

    private func status(
        of configuration: Configurations.Configuration,
        done: [SuiteHistory.Run]
    ) -> Report.Outcome.Status {
        if done.isEmpty { return configuration.failed == configuration.runs ? .failed : .missing }
        let scoresPart = done.contains { $0.record.spec.work.examples?.evaluationExamples != nil }
        if done.count + configuration.failed < configuration.runs || scoresPart { return .partial }
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
