import PodiumCore

extension BenchmarkTask {
    /// How a metric is called in a table's narrow places.
    static func symbol(ofMetric name: String) -> String {
        switch name {
        case "matthews": "MCC"
        case "accuracy": "acc"
        case "f1": "F1"
        case "pearson": "r"
        case "spearman": "ρ"
        case "accuracy_matched": "m"
        case "accuracy_mismatched": "mm"
        case "exact_match", "exact": "EM"
        default: name
        }
    }

    /// The metrics in official order: `F1/acc`.
    var metricSymbols: String {
        metrics.map(Self.symbol(ofMetric:)).joined(separator: "/")
    }

    /// How the task's score comes from its metrics, in words.
    var scoreRule: String {
        switch metrics.count {
        case _ where isSQuAD: "F1"
        case 1: metrics.map(Self.metricName).joined()
        default: "mean of \(metrics.map(Self.metricName).joined(separator: " and "))"
        }
    }

    /// A metric's name in running text.
    static func metricName(_ name: String) -> String {
        switch name {
        case "matthews": "Matthews correlation"
        case "accuracy": "accuracy"
        case "f1": "F1"
        case "pearson": "Pearson correlation"
        case "spearman": "Spearman correlation"
        case "accuracy_matched": "accuracy (matched)"
        case "accuracy_mismatched": "accuracy (mismatched)"
        case "exact_match", "exact": "exact match"
        default: name
        }
    }

    /// The task's score from published metrics, on their scale.
    ///
    /// Only GLUE's mean of all the task's metrics, or SQuAD's F1, compares with
    /// our scores; a table that prints one of two metrics gives that metric, named.
    func score(from values: [(metric: String, value: Double)]) -> (value: Double, onlyMetric: String?)? {
        if isSQuAD, let f1 = values.first(where: { $0.metric == "f1" }) { return (f1.value, nil) }
        guard let first = values.first else { return nil }
        if values.count < metrics.count || isSQuAD { return (first.value, first.metric) }
        return (values.reduce(0) { $0 + $1.value } / Double(values.count), nil)
    }

    /// For anchors: `glue-MRPC`.
    var slug: String {
        String(rawValue.map { $0 == "/" ? "-" : $0 })
    }
}
