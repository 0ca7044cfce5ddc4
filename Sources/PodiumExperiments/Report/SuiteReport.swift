package import PodiumCore
import PodiumEval
package import PodiumReport

/// Turns a suite's history into the report's plain values.
///
/// What the store knows comes in, the page's content comes out; besides, only files that runs left behind are read.
package struct SuiteReport {
    package let suite: SuiteRecord
    private let history: SuiteHistory
    private let names: DatasetNames
    private let dataDirectory: String?
    private let places: [String: String]
    private let memory: ReportMemory

    /// - Parameters:
    ///   - dataDirectory: where the sample lies, so that texts of examples can be shown; nil shows none.
    ///   - places: where folders of data lie on this machine, by the names that they have in job files.
    ///   - memory: what earlier reports have read and computed; it changes nothing but how long this one takes.
    package init(
        _ history: SuiteHistory,
        dataDirectory: String? = nil,
        places: [String: String] = [:],
        memory: ReportMemory = ReportMemory()
    ) {
        suite = history.suite
        self.history = history.reported
        names = DatasetNames(self.history.runs)
        self.dataDirectory = dataDirectory
        self.places = places
        self.memory = memory
    }

    private var histories: [SuiteHistory.Run] { history.runs }

    /// Where the predictions lie that are tested: with a file that is changed or gone another report comes out.
    package var predictionPaths: [String] { histories.compactMap { $0.artifact(.predictions)?.path } }

    /// The finished runs of a system's best configuration.
    private func chosen(_ system: String, _ task: BenchmarkTask) -> [SuiteHistory.Run] {
        Configurations(history, system: system, task: task).best?.members.filter { $0.record.state == .succeeded } ?? []
    }

    /// The tasks that runs of the suite are scored on, in the benchmark's order.
    package var tasks: [BenchmarkTask] {
        BenchmarkTask.allCases.filter { task in
            histories.contains { run in
                run.record.spec.task == task || run.result?.furtherSets?.contains { $0.task == task } == true
            }
        }
    }

    /// What of a report is wanted.
    package enum Extent: Sendable {
        case whole
        /// What `Leaderboard` shows: without the runs, in what systems differ, and parts of the sets.
        case leaderboard
    }

    /// The report, without published rows when `published` is empty.
    package func report(
        provenance: Report.Provenance,
        generatedAt: Double,
        published: [Report.PublishedTable],
        extent: Extent = .whole
    ) -> Report {
        let isWhole = extent == .whole
        let (systems, tasks) = (self.systems(), self.tasks)
        let tables = PredictionTables(
            systems.flatMap { system in tasks.flatMap { chosen(system.id, $0) } },
            memory: memory,
            traits: isWhole
        )
        let tests = SystemComparisons(
            systems: systems.map(\.id),
            tasks: tasks,
            tables: tables,
            memory: memory,
            details: isWhole ? ExampleTexts(dataDirectory: dataDirectory, places: places) : nil,
            chosen: chosen
        )
        let cells = LeaderboardCells(history: history, datasets: names, tables: tables, tests: tests)
        let datasets = self.datasets()
        let results = systems.flatMap { system in tasks.compactMap { cells.outcome(system: system.id, task: $0) } }
            .map { $0.checkedForPlausibility(datasets: datasets, published: published) }
        var notes: [Report.Note] = []
        if !tables.missing.isEmpty {
            let runs = tables.missing.map { "\($0)" }.joined(separator: ", ")
            notes.append(
                Report.Note(
                    code: "predictions-missing",
                    severity: .warning,
                    message: "Nothing is tested with these runs, whose predictions are not on this machine: \(runs)"
                )
            )
        }
        let thinning = CurveThinning(histories)
        if let note = thinning.note { notes.append(note) }
        notes += history.seedPlanNotes
        for system in systems {
            let own = histories.filter { $0.record.spec.system == system.id }
            if let sane = GLUESane(own) { notes.append(sane.note(of: system.name)) }
        }
        if histories.contains(where: { $0.record.spec.work.examples?.data == .sample }) {
            notes.append(
                Report.Note(
                    code: "sample-data",
                    severity: .warning,
                    message: "Scores on the generated sample compare systems with each other, with nothing published."
                )
            )
        }
        return Report(
            title: suite.name,
            generatedAt: generatedAt,
            provenance: provenance.computed(on: histories.compactMap(\.environment)),
            selection: suite.selection.rule == .best
                ? "per task, the configuration with the best mean development score over its seeds"
                : "every configuration, in a row of its own",
            tasks: tasks,
            datasets: datasets,
            systems: systems,
            runs: isWhole ? histories.map { run($0, thinning) } : [],
            results: results,
            averages: systems.flatMap { averages(of: $0.id, results: results, tests: tests) },
            comparisons: isWhole ? tests.comparisons : [],
            tiers: tests.tiers,
            standings: tests.standings,
            flips: tests.flips,
            slices: tests.slices,
            published: tasks.isEmpty ? [] : published,
            notes: notes
        )
    }

    // MARK: Systems and data

    /// The leaderboard row of a run: a pre-training counts for the first system that starts from it.
    private func system(of spec: RunSpec) -> String {
        guard spec.kind == .pretrain else { return spec.system }
        let heir = histories.first { $0.record.spec.model?.parent == spec.name && $0.record.spec.task != nil }
        return heir?.record.spec.system ?? spec.system
    }

    private func systems() -> [Report.System] {
        var result: [Report.System] = []
        for history in histories where system(of: history.record.spec) == history.record.spec.system {
            let spec = history.record.spec
            guard !result.contains(where: { $0.id == spec.system }) else { continue }
            let known = histories.first { $0.record.spec.system == spec.system && $0.result != nil }?.result
            result.append(
                Report.System(
                    id: spec.system,
                    name: spec.system,
                    summary: known?.modelSummary,
                    parameters: known?.parameters,
                    origin: spec.model?.description,
                    weightsSHA256: known?.startWeightsSHA256
                )
            )
        }
        return result
    }

    /// Each data set once; a task's evaluation sets are one (MNLI has two).
    private func datasets() -> [Report.Dataset] {
        var result: [Report.Dataset] = []
        for history in histories {
            for (id, parts) in names.parts(of: history).sorted(by: { $0.key < $1.key }) {
                guard let first = parts.first, !result.contains(where: { $0.id == id }) else { continue }
                result.append(
                    Report.Dataset(
                        id: id,
                        task: first.task,
                        split: first.reportSplit,
                        origin: Report.Dataset.Origin(rawValue: first.origin.rawValue) ?? .modified,
                        examples: parts.reduce(0) { $0 + $1.examples },
                        files: parts.flatMap(\.files).map {
                            Report.Dataset.File(name: $0.name, sha256: $0.sha256, bytes: $0.bytes)
                        }
                    )
                )
            }
        }
        // A task whose runs all failed read nothing that anybody knows of, but its cells name a data set.
        for spec in histories.map(\.record.spec) {
            guard let task = spec.task, !result.contains(where: { $0.task == task && $0.split == "dev" })
            else { continue }
            result.append(
                Report.Dataset(
                    id: "\(task.rawValue) dev",
                    task: task,
                    split: "dev",
                    origin: spec.work.examples?.data == .sample ? .sample : .modified,
                    examples: 0
                )
            )
        }
        return result
    }

    // MARK: Runs

    private func run(_ history: SuiteHistory.Run, _ thinning: CurveThinning) -> Report.Run {
        let record = history.record
        let result = history.result
        let parent: Int64? =
            if let name = record.spec.model?.parent {
                histories.first { $0.record.spec.name == name }?.record.id.rawValue
            } else { nil }
        return Report.Run(
            id: record.id.rawValue,
            name: record.spec.name,
            kind: record.spec.kind,
            system: system(of: record.spec),
            task: record.spec.task,
            dataset: names.evaluation(history),
            trainingSet: names.training(history),
            seed: record.spec.work.seed,
            state: record.state,
            reason: record.reason,
            parameters: record.spec.reportParameters,
            attempts: history.attempts.map { attempt in
                Report.Attempt(
                    number: attempt.attempt,
                    host: attempt.host,
                    startedAt: attempt.startedAt,
                    endedAt: attempt.endedAt,
                    outcome: attempt.outcome?.rawValue,
                    message: attempt.message,
                    resumedFromStep: attempt.resumedFromStep,
                    environment: attempt.environment
                )
            },
            startedAt: record.startedAt,
            endedAt: record.endedAt,
            wallSeconds: result?.reusedFrom?.wallSeconds
                ?? history.attempts.compactMap { a in a.endedAt.map { $0 - a.startedAt } }.reduce(0, +),
            trainedSteps: result?.trainedSteps,
            examplesPerSecond: result?.examplesPerSecond,
            tokensPerSecond: result?.tokensPerSecond,
            checkpoint: history.artifact(.model).map { Report.Checkpoint(sha256: $0.sha256, bytes: $0.bytes) },
            parent: parent,
            metrics: record.spec.task.map { task in (result?.metrics ?? [:]).mapValues { $0 / task.metricScale } }
                ?? result?.metrics ?? [:],
            score: result?.score,
            curves: history.curves.sorted { $0.key < $1.key }.map { name, points in
                Report.Curve(
                    metric: name,
                    points: thinning.thinned(points).map { Report.Point(step: $0.step, value: $0.value) }
                )
            },
            wordSimilarity: result?.wordSimilarity,
            notes: (result?.notes ?? []).map { Report.Note(code: "run-note", message: $0) }
        )
    }

    // MARK: Averages

    private func averages(
        of system: String,
        results: [Report.Outcome],
        tests: SystemComparisons
    ) -> [Report.Average] {
        func outcome(_ task: BenchmarkTask) -> Report.Outcome? {
            results.first { $0.system == system && $0.task == task && $0.status != .failed && $0.status != .missing }
        }
        guard BenchmarkTask.glue.contains(where: { outcome($0) != nil }) else { return [] }
        let scores = BenchmarkTask.glue.compactMap { task in outcome(task).map { score(of: $0) } }
        return [(Report.AveragingProtocol.glue, GLUEAverage.Rule.glue), (.bertPaper, .bertPaper)].compactMap {
            name,
            rule in
            guard let average = try? GLUEAverage(rule, of: scores) else { return nil }
            var missing: [BenchmarkTask] = []
            switch average.outcome {
            case .incomplete(let tasks): missing = tasks
            case .undefined(let task, _): missing = [task]
            case .value: break
            }
            // The BERT paper's average is of metrics, not of scores, which alone are resampled.
            let drawn = name == .glue ? tests.draws(of: system, over: BenchmarkTask.glue) : nil
            let interval = drawn?.interval().map { interval in
                var interval = interval
                let shift = (average.value ?? 0) - (drawn?.estimate ?? 0)
                interval.low += shift
                interval.high += shift
                return Report.Interval(interval, source: (drawn?.seeds ?? 1) > 1 ? .both : .examples)
            }
            return Report.Average(
                system: system,
                averaging: name,
                value: average.value,
                interval: average.value == nil ? nil : interval,
                missing: missing
            )
        }
    }

    /// A cell as the evaluator's own value, for averages by its rules.
    private func score(of outcome: Report.Outcome) -> GLUEScore {
        let metrics = outcome.metrics.map { metric in
            NamedMetric(
                name: metric.name,
                value: metric.measurement.map { .value($0.value) } ?? .undefined(reason: "no run gave it a value")
            )
        }
        return GLUEScore(task: outcome.task, n: outcome.examples, metrics: metrics)
    }
}

extension BenchmarkTask {
    /// Between which values its score lies.
    var scoreBounds: ClosedRange<Double> {
        switch self {
        case .cola, .ax, .stsb: -1...1
        default: 0...1
        }
    }

    /// What official metric values are divided by to lie between 0 and 1.
    package var metricScale: Double { isSQuAD ? 100 : 1 }
}

extension DatasetUse {
    /// The data set's name in a report.
    var reportID: String {
        "\(task?.rawValue ?? "corpus") \(reportSplit)"
    }

    /// `dev` for MNLI's `dev_matched` and `dev_mismatched` alike.
    var reportSplit: String { isEvaluation ? DataSplit.dev.rawValue : split.rawValue }

    /// Whether the run was scored on it.
    var isEvaluation: Bool { split.isDevelopment }
}

extension RunSpec {
    /// The hyper-parameters of the run, by their names in the job file.
    var reportParameters: [Report.Parameter] {
        work.settings.map { Report.Parameter(name: $0.key, value: "\($0.value)") }
            + [Report.Parameter(name: "threads", value: "\(resources.threads)")]
            + (resources.ranks.map { [Report.Parameter(name: "ranks", value: "\($0)")] } ?? [])
            + (resources.nodes.map { [Report.Parameter(name: "nodes", value: "\($0)")] } ?? [])
    }
}
