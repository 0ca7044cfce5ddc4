package import PodiumFiles

/// What the runs of one system with different seeds come to.
///
/// No run is left out silently.
package struct SeedSummary: Hashable, Sendable {
    /// How one seed's run ended.
    package enum Run: Hashable, Sendable {
        case finished(Double)
        /// It finished, but no better than always guessing the majority; its value counts.
        case degenerate(Double)
        /// It finished with a score that has no value.
        case undefined
        case failed
    }

    /// Runs of every kind.
    package var runs: Int
    /// Finished runs, degenerate ones included: those behind the numbers below.
    package var n: Int
    package var degenerate: Int
    package var undefined: Int
    package var failed: Int
    /// Nil without a finished run.
    package var mean: Double?
    /// Sample standard deviation (n − 1); nil with fewer than two runs.
    package var standardDeviation: Double?
    package var median: Double?
    package var minimum: Double?
    package var maximum: Double?
    /// Student's t interval of the mean; nil with fewer than two runs.
    package var interval: Interval?

    package init(_ runs: [Run], level: Double = 0.95) {
        let values = runs.compactMap { run -> Double? in
            switch run {
            case .finished(let value), .degenerate(let value): value
            case .undefined, .failed: nil
            }
        }.sorted()
        self.runs = runs.count
        n = values.count
        degenerate = runs.count { if case .degenerate = $0 { true } else { false } }
        undefined = runs.count { $0 == .undefined }
        failed = runs.count { $0 == .failed }
        minimum = values.first
        maximum = values.last
        guard n > 0 else { return }
        let size = Double(n)
        let mean = values.reduce(0, +) / size
        self.mean = mean
        median = Interval.quantile(0.5, ofSorted: values)
        guard n > 1 else { return }
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (size - 1)
        standardDeviation = variance.squareRoot()
        let reach =
            Distribution.studentQuantile(1 - (1 - level) / 2, degreesOfFreedom: size - 1)
            * (variance / size).squareRoot()
        interval = Interval(low: mean - reach, high: mean + reach, level: level, method: .student)
    }

    package var json: JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
        return .object([
            .init("runs", .integer(runs)), .init("n", .integer(n)), .init("mean", number(mean)),
            .init("sd", number(standardDeviation)), .init("median", number(median)), .init("min", number(minimum)),
            .init("max", number(maximum)), .init("interval", interval?.json ?? .null),
            .init("degenerate", .integer(degenerate)), .init("undefined", .integer(undefined)),
            .init("failed", .integer(failed)),
        ])
    }
}
