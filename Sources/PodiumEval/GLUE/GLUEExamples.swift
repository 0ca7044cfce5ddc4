package import PodiumCore

/// Gold and predicted outputs of a task as numbers, ready for metrics and resampling.
package enum GLUEExamples: Hashable, Sendable {
    /// Class indices into `labels`.
    case classes(task: BenchmarkTask, labels: [String], gold: [Int], predicted: [Int])
    case numbers(task: BenchmarkTask, gold: [Double], predicted: [Double])

    /// - Parameter predicted: one label per gold row, in the same order.
    package init(task: BenchmarkTask, rows: [LabelledRow], predicted: [String]) throws(EvalError) {
        precondition(rows.count == predicted.count, "one prediction per gold row")
        switch task.output {
        case .classification(let labels):
            var gold: [Int] = []
            var guesses: [Int] = []
            for (row, guess) in zip(rows, predicted) {
                gold.append(try Self.index(of: row.label, in: labels, id: row.id, side: "gold label"))
                guesses.append(try Self.index(of: guess, in: labels, id: row.id, side: "prediction"))
            }
            self = .classes(task: task, labels: labels, gold: gold, predicted: guesses)
        case .regression:
            var gold: [Double] = []
            var guesses: [Double] = []
            for (row, guess) in zip(rows, predicted) {
                gold.append(try Self.number(row.label, id: row.id, side: "gold score"))
                guesses.append(try Self.number(guess, id: row.id, side: "prediction"))
            }
            self = .numbers(task: task, gold: gold, predicted: guesses)
        case .span:
            throw EvalError(.invalidArgument, "\(task.displayName) is scored as SQuAD, not as GLUE")
        }
    }

    package var count: Int {
        switch self {
        case .classes(_, _, let gold, _): gold.count
        case .numbers(_, let gold, _): gold.count
        }
    }

    /// The task's own metrics in the catalogue's order; `accuracy` alone for one of MNLI's two sets.
    package var metrics: [NamedMetric] {
        switch self {
        case .classes(let task, let labels, let gold, let predicted):
            let counts = ConfusionMatrix(classes: labels.count, gold: gold, predicted: predicted)
            return Self.classMetricNames(of: task).map {
                NamedMetric(name: $0, value: counts.metric($0, labels: labels))
            }
        case .numbers(_, let gold, let predicted):
            return [
                NamedMetric(name: "pearson", value: Correlation.pearson(gold, predicted)),
                NamedMetric(name: "spearman", value: Correlation.spearman(gold, predicted)),
            ]
        }
    }

    static func classMetricNames(of task: BenchmarkTask) -> [String] {
        task == .mnli ? ["accuracy"] : task.metrics
    }

    private static func index(
        of label: String,
        in labels: [String],
        id: String,
        side: String
    ) throws(EvalError) -> Int {
        if let index = labels.firstIndex(where: { $0.utf8.elementsEqual(label.utf8) }) { return index }
        let advice =
            Int(label) == nil ? "" : "; labels are strings here, because tools number the classes in different orders"
        throw EvalError(
            .invalidLabel,
            "the \(side) of example \(id) is \"\(label)\", not one of \(labels.joined(separator: ", "))\(advice)"
        )
    }

    private static func number(_ text: String, id: String, side: String) throws(EvalError) -> Double {
        guard let value = Double(text), value.isFinite else {
            throw EvalError(.invalidLabel, "the \(side) of example \(id) is \"\(text)\", not a finite number")
        }
        return value
    }
}

extension ConfusionMatrix {
    /// A classification metric by its JSON name; F1's positive class is the label `1`.
    func metric(_ name: String, labels: [String]) -> MetricValue {
        switch name {
        case "accuracy": accuracy
        case "matthews": matthews
        case "f1": labels.firstIndex(of: "1").map { f1(positive: $0) } ?? .undefined(reason: "no class is called 1")
        default: .undefined(reason: "\(name) is not a classification metric")
        }
    }
}
