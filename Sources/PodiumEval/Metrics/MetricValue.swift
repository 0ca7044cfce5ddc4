/// A metric's value, or why it has none.
///
/// A correlation with a constant has no value. It is never shown as NaN or 0.
package enum MetricValue: Hashable, Sendable {
    case value(Double)
    case undefined(reason: String)

    package var value: Double? {
        if case .value(let value) = self { value } else { nil }
    }

    package var reason: String? {
        if case .undefined(let reason) = self { reason } else { nil }
    }

    /// The unweighted mean; undefined as soon as one of the parts is.
    package static func mean(_ parts: [MetricValue]) -> MetricValue {
        guard !parts.isEmpty else { return .undefined(reason: "no values to average") }
        var sum = 0.0
        for part in parts {
            switch part {
            case .value(let value): sum += value
            case .undefined: return part
            }
        }
        return .value(sum / Double(parts.count))
    }
}

/// One metric of a task by its name in JSON output, with its scale of ×1.
package struct NamedMetric: Hashable, Sendable {
    /// A name of `BenchmarkTask.metrics`, such as `f1` or `accuracy_matched`.
    package var name: String
    package var value: MetricValue

    package init(name: String, value: MetricValue) {
        self.name = name
        self.value = value
    }
}
