import PodiumCore
import PodiumReport

/// What a report says of each run.
extension SuiteReport {
    func run(_ history: SuiteHistory.Run, _ thinning: CurveThinning) -> Report.Run {
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
