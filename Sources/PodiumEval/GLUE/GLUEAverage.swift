package import PodiumCore

/// A mean over tasks with a name, because every field guide averages differently.
package struct GLUEAverage: Hashable, Sendable {
    /// The rule by which task scores become one number.
    package enum Rule: String, CaseIterable, Sendable {
        /// The leaderboard's: nine tasks, metrics inside a task averaged first, MNLI once, AX left out.
        case glue
        /// Table 1 of the BERT paper: the flat mean of nine numbers, MNLI twice, WNLI left out.
        case bertPaper = "bert-paper"

        /// The tasks it needs.
        package var tasks: [BenchmarkTask] {
            switch self {
            case .glue: BenchmarkTask.glue
            case .bertPaper: BenchmarkTask.glue.filter { $0 != .wnli }
            }
        }

        package var summary: String {
            switch self {
            case .glue: "mean over nine tasks, each task the mean of its metrics"
            case .bertPaper:
                "flat mean of MNLI-m, MNLI-mm, QQP F1, QNLI, SST-2, CoLA, STS-B Spearman, MRPC F1, RTE (no WNLI)"
            }
        }

        /// The metrics of a task that enter the flat mean of the paper.
        func metrics(of task: BenchmarkTask) -> [String] {
            switch (self, task) {
            case (.bertPaper, .stsb): ["spearman"]
            case (.bertPaper, .qqp), (.bertPaper, .mrpc): ["f1"]
            default: task.metrics
            }
        }
    }

    package enum Outcome: Hashable, Sendable {
        /// Scale ×1.
        case value(Double)
        /// Tasks without a score, or whose score lacks a metric.
        case incomplete(missing: [BenchmarkTask])
        /// A task's metric has no value.
        case undefined(task: BenchmarkTask, reason: String)
    }

    package var rule: Rule
    package var outcome: Outcome

    /// Averages task scores; tasks outside the rule are ignored, a task given twice is refused.
    package init(_ rule: Rule, of scores: [GLUEScore]) throws(EvalError) {
        self.rule = rule
        var byTask: [BenchmarkTask: GLUEScore] = [:]
        for score in scores where byTask.updateValue(score, forKey: score.task) != nil {
            throw EvalError(.invalidArgument, "\(score.task.displayName) has two scores; an average takes one per task")
        }
        var missing: [BenchmarkTask] = []
        var numbers: [Double] = []
        for task in rule.tasks {
            let wanted = rule.metrics(of: task)
            let found = wanted.compactMap { byTask[task]?[$0] }
            guard found.count == wanted.count else {
                missing.append(task)
                continue
            }
            if let reason = found.lazy.compactMap(\.reason).first {
                outcome = .undefined(task: task, reason: reason)
                return
            }
            let values = found.compactMap(\.value)
            numbers += rule == .glue ? [values.reduce(0, +) / Double(values.count)] : values
        }
        outcome = missing.isEmpty ? .value(numbers.reduce(0, +) / Double(numbers.count)) : .incomplete(missing: missing)
    }

    package var value: Double? {
        if case .value(let value) = outcome { value } else { nil }
    }
}
