package import PodiumCore

/// The score of one GLUE task (or the diagnostic set AX) by the official definitions.
package struct GLUEScore: Hashable, Sendable {
    package var task: BenchmarkTask
    /// Number of examples.
    package var n: Int
    /// The task's metrics by their JSON names, scale ×1.
    package var metrics: [NamedMetric]

    package init(task: BenchmarkTask, n: Int, metrics: [NamedMetric]) {
        self.task = task
        self.n = n
        self.metrics = metrics
    }

    /// The number that enters averages: the unweighted mean of the task's metrics.
    package var score: MetricValue { .mean(metrics.map(\.value)) }

    package subscript(metric: String) -> MetricValue? {
        metrics.first { $0.name == metric }?.value
    }
}

extension GLUEScore {
    /// Scores predictions whose ids must be exactly those of the gold rows.
    ///
    /// For MNLI this scores one of its two sets, with the metric `accuracy`; join two with
    /// ``mnli(matched:mismatched:)``.
    package static func score(
        task: BenchmarkTask,
        gold: [LabelledRow],
        predictions: [LabelledRow]
    ) throws(EvalError) -> GLUEScore {
        let pairs = try LabelledRow.pair(gold: gold, predictions: predictions)
        guard !pairs.isEmpty else { throw EvalError(.mismatchedExamples, "\(task.shortName) has no examples to score") }
        let examples = try GLUEExamples(task: task, rows: gold, predicted: pairs.map(\.predicted))
        return GLUEScore(task: task, n: pairs.count, metrics: examples.metrics)
    }

    /// MNLI as one task: the matched and the mismatched set are its two metrics.
    package static func mnli(matched: GLUEScore, mismatched: GLUEScore) throws(EvalError) -> GLUEScore {
        guard matched.task == .mnli, mismatched.task == .mnli,
            let first = matched["accuracy"], let second = mismatched["accuracy"]
        else {
            throw EvalError(.invalidArgument, "MNLI is joined from the accuracies of its matched and mismatched sets")
        }
        return GLUEScore(
            task: .mnli,
            n: matched.n + mismatched.n,
            metrics: [
                NamedMetric(name: "accuracy_matched", value: first),
                NamedMetric(name: "accuracy_mismatched", value: second),
            ]
        )
    }
}
