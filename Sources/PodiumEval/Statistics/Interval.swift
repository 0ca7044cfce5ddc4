package import PodiumFiles

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A confidence interval and how it came about.
package struct Interval: Hashable, Sendable {
    package enum Method: String, Hashable, Sendable {
        case wilson
        case clopperPearson = "clopper-pearson"
        /// Wilson's with the number of independent examples that would give the same standard error.
        case effectiveWilson = "wilson-effective-n"
        /// Bias-corrected and accelerated (Efron 1987).
        case accelerated = "bca"
        /// Whole clusters drawn, percentiles of the studentised mean.
        case clusterBootstrap = "cluster-bootstrap-t"
        case fisherZ = "fisher-z"
        case bootstrap
        case hierarchicalBootstrap = "hierarchical-bootstrap"
        case student = "student-t"

        /// As tables name it.
        package var title: String {
            switch self {
            case .wilson: "Wilson"
            case .clopperPearson: "Clopper–Pearson"
            case .effectiveWilson: "Wilson, effective n"
            case .accelerated: "BCa bootstrap"
            case .clusterBootstrap: "cluster bootstrap-t"
            case .fisherZ: "Fisher z"
            case .bootstrap: "bootstrap"
            case .hierarchicalBootstrap: "two-level bootstrap"
            case .student: "Student t"
            }
        }
    }

    package var low: Double
    package var high: Double
    /// 0.95 unless asked otherwise.
    package var level: Double
    package var method: Method
    /// Resamples drawn and resamples whose value was undefined; zero for closed forms.
    package var resamples: Int
    package var undefinedResamples: Int
    /// Clusters that were drawn; nil where examples were.
    package var clusters: Int?

    package init(
        low: Double,
        high: Double,
        level: Double,
        method: Method,
        resamples: Int = 0,
        undefinedResamples: Int = 0
    ) {
        self.low = low
        self.high = high
        self.level = level
        self.method = method
        self.resamples = resamples
        self.undefinedResamples = undefinedResamples
    }

    package func contains(_ value: Double) -> Bool { low <= value && value <= high }

    /// `{"low","high","level","method"}`, with `resamples` where there were any.
    package var json: JSONValue {
        var members = [
            JSONValue.Member("low", .number(low)), .init("high", .number(high)), .init("level", .number(level)),
            .init("method", .string(method.rawValue)),
        ]
        if let clusters { members.append(.init("clusters", .integer(clusters))) }
        if resamples > 0 { members.append(.init("resamples", .integer(resamples))) }
        if undefinedResamples > 0 { members.append(.init("undefinedResamples", .integer(undefinedResamples))) }
        return .object(members)
    }
}

extension Interval {
    /// Wilson's score interval of a proportion; stays within 0 … 1 and works at 0 and at 1.
    package static func wilson(successes: Int, of total: Int, level: Double = 0.95) throws(EvalError) -> Interval {
        guard total > 0, (0...total).contains(successes), level > 0, level < 1 else {
            throw EvalError(.invalidArgument, "no interval for \(successes) of \(total) at level \(level)")
        }
        let z = Distribution.normalQuantile(1 - (1 - level) / 2)
        let n = Double(total)
        let p = Double(successes) / n
        let denominator = 1 + z * z / n
        let centre = (p + z * z / (2 * n)) / denominator
        let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / denominator
        return Interval(
            low: successes == 0 ? 0 : max(0, centre - half),
            high: successes == total ? 1 : min(1, centre + half),
            level: level,
            method: .wilson
        )
    }

    /// Fisher's z interval of a Pearson correlation of `n` > 3 examples; nil where it has none.
    package static func fisherZ(correlation: Double, n: Int, level: Double = 0.95) -> Interval? {
        guard n > 3, correlation.magnitude < 1 else { return nil }
        let half = Distribution.normalQuantile(1 - (1 - level) / 2) / Double(n - 3).squareRoot()
        let z = atanh(correlation)
        return Interval(low: tanh(z - half), high: tanh(z + half), level: level, method: .fisherZ)
    }

    /// The percentiles of resampled values that leave (1 − level) ÷ 2 on either side; nil if none is defined.
    package static func percentiles(
        of values: [Double],
        level: Double = 0.95,
        method: Method = .bootstrap
    ) -> Interval? {
        let sorted = values.filter { !$0.isNaN }.sorted()
        guard !sorted.isEmpty else { return nil }
        return Interval(
            low: quantile((1 - level) / 2, ofSorted: sorted),
            high: quantile(1 - (1 - level) / 2, ofSorted: sorted),
            level: level,
            method: method,
            resamples: values.count,
            undefinedResamples: values.count - sorted.count
        )
    }

    /// Linear interpolation between order statistics, NumPy's default.
    package static func quantile(_ p: Double, ofSorted sorted: [Double]) -> Double {
        precondition(!sorted.isEmpty && (0...1).contains(p))
        let position = p * Double(sorted.count - 1)
        let index = Int(position)
        guard index + 1 < sorted.count else { return sorted[sorted.count - 1] }
        let part = position - Double(index)
        return sorted[index] + (sorted[index + 1] - sorted[index]) * part
    }
}
