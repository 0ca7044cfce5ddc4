/// A system's mean score over its seeds, and what it was in each resample of seeds and examples.
///
/// All systems of a task see the same drawn examples, so that differences of draws are draws of differences.
package struct SystemDraws: Sendable {
    package var estimate: Double
    /// One value a resample; NaN where the score has none.
    package var values: [Double]
    package var seeds: Int
    /// What the seeds alone contribute to the variance of the estimate, and how well that is known; of a mean over tasks
    /// one part a task.
    package var seedParts: [SeedPart]
    /// Examples that are drawn, or clusters of them, less one: how well the rest of the variance is known.
    package var unitDegrees: Double

    package struct SeedPart: Hashable, Sendable {
        /// The value s² ÷ k.
        package var variance: Double
        /// The number k − 1.
        package var degreesOfFreedom: Double
    }

    package init(
        estimate: Double,
        values: [Double],
        seeds: Int,
        seedParts: [SeedPart],
        unitDegrees: Double = .infinity
    ) {
        self.estimate = estimate
        self.values = values
        self.seeds = seeds
        self.seedParts = seedParts
        self.unitDegrees = unitDegrees
    }

    /// The mean over tasks whose examples and seeds are independent of each other.
    ///
    /// - Returns: nil without a task.
    package static func mean(of tasks: [SystemDraws]) -> SystemDraws? {
        guard let first = tasks.first, tasks.allSatisfy({ $0.values.count == first.values.count }) else { return nil }
        let count = Double(tasks.count)
        var values = first.values
        for task in tasks.dropFirst() {
            for place in values.indices { values[place] += task.values[place] }
        }
        return SystemDraws(
            estimate: tasks.reduce(0) { $0 + $1.estimate } / count,
            values: values.map { $0 / count },
            seeds: tasks.map(\.seeds).min() ?? 0,
            seedParts: tasks.flatMap(\.seedParts).map {
                SeedPart(variance: $0.variance / (count * count), degreesOfFreedom: $0.degreesOfFreedom)
            },
            unitDegrees: tasks.map(\.unitDegrees).min() ?? .infinity
        )
    }

    /// The interval of the estimate: percentiles of the draws, wider by what few seeds leave unknown.
    ///
    /// - Parameter bounds: of the score; what reaches beyond is cut.
    package func interval(level: Double = 0.95, bounds: ClosedRange<Double> = -1...1) -> Interval? {
        let method: Interval.Method = seedParts.isEmpty ? .bootstrap : .hierarchicalBootstrap
        guard var interval = Interval.percentiles(of: values, level: level, method: method) else { return nil }
        let freedom = Self.degreesOfFreedom(standardError ?? 0, parts: seedParts, units: unitDegrees)
        let p = 1 - (1 - level) / 2
        let factor =
            freedom.isFinite
            ? Distribution.studentQuantile(p, degreesOfFreedom: freedom) / Distribution.normalQuantile(p) : 1
        interval.low = max(bounds.lowerBound, estimate - (estimate - interval.low) * factor)
        interval.high = min(bounds.upperBound, estimate + (interval.high - estimate) * factor)
        return interval
    }

    /// The standard deviation of the draws.
    package var standardError: Double? { Self.deviation(values) }

    /// Of a list with at least two defined values.
    static func deviation(_ values: [Double]) -> Double? {
        var count = 0.0
        var sum = 0.0
        for value in values where !value.isNaN {
            count += 1
            sum += value
        }
        guard count > 1 else { return nil }
        let mean = sum / count
        var squares = 0.0
        for value in values where !value.isNaN { squares += (value - mean) * (value - mean) }
        return (squares / (count - 1)).squareRoot()
    }

    /// Satterthwaite's degrees of freedom of a variance whose parts were estimated from a few seeds and from the units that
    /// are drawn; infinite where all of them are known well.
    static func degreesOfFreedom(_ standardError: Double, parts: [SeedPart], units: Double) -> Double {
        let variance = standardError * standardError
        guard variance > 0 else { return .infinity }
        let rest = max(0, variance - parts.reduce(0) { $0 + $1.variance })
        let unknown = parts.reduce(rest * rest / units) { $0 + $1.variance * $1.variance / $1.degreesOfFreedom }
        let freedom = max(1, variance * variance / unknown)
        return unknown > 0 && freedom < 1e5 ? freedom : .infinity
    }
}
