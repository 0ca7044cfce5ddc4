extension Interval {
    /// Below so many examples a proportion's interval is Clopper and Pearson's, which never covers less than it says.
    package static let exactBelow = 100

    /// The interval of a proportion that keeps its promise at that size: Clopper–Pearson below 100, else Wilson.
    package static func proportion(successes: Int, of total: Int, level: Double = 0.95) throws(EvalError) -> Interval {
        total < exactBelow
            ? try clopperPearson(successes: successes, of: total, level: level)
            : try wilson(successes: successes, of: total, level: level)
    }

    /// Clopper and Pearson's exact interval: the proportions that a binomial test does not refuse.
    package static func clopperPearson(
        successes: Int,
        of total: Int,
        level: Double = 0.95
    ) throws(EvalError) -> Interval {
        guard total > 0, (0...total).contains(successes), level > 0, level < 1 else {
            throw EvalError(.invalidArgument, "no interval for \(successes) of \(total) at level \(level)")
        }
        let tail = (1 - level) / 2
        let (x, n) = (Double(successes), Double(total))
        return Interval(
            low: successes == 0 ? 0 : Distribution.betaQuantile(tail, x, n - x + 1),
            high: successes == total ? 1 : Distribution.betaQuantile(1 - tail, x + 1, n - x),
            level: level,
            method: .clopperPearson
        )
    }

    /// Wilson's interval of a mean of values from 0 to 1 that are not independent, or vary by seed too.
    ///
    /// As Korn and Graubard (1998) have it: the number of examples is the one that would give the standard error, and
    /// Student's quantile stands in place of the normal one. A mean of 0 or 1, which shows no error, keeps `units`.
    /// - Parameters:
    ///   - units: examples or clusters that were drawn.
    ///   - degreesOfFreedom: how well the standard error is known; infinite where it is.
    package static func effectiveWilson(
        mean: Double,
        standardError: Double,
        units: Int,
        degreesOfFreedom: Double,
        level: Double = 0.95
    ) -> Interval {
        precondition(units > 0 && level > 0 && level < 1)
        let p = min(1, max(0, mean))
        let spread = p * (1 - p)
        let n = standardError > 0 && spread > 0 ? spread / (standardError * standardError) : Double(units)
        let tail = 1 - (1 - level) / 2
        let z =
            degreesOfFreedom.isFinite
            ? Distribution.studentQuantile(tail, degreesOfFreedom: max(1, degreesOfFreedom))
            : Distribution.normalQuantile(tail)
        let denominator = 1 + z * z / n
        let centre = (p + z * z / (2 * n)) / denominator
        let half = z * (spread / n + z * z / (4 * n * n)).squareRoot() / denominator
        return Interval(
            low: p == 0 ? 0 : max(0, centre - half),
            high: p == 1 ? 1 : min(1, centre + half),
            level: level,
            method: .effectiveWilson
        )
    }

    /// Efron's bias-corrected and accelerated interval.
    ///
    /// - Parameters:
    ///   - draws: resampled values; undefined ones are NaN.
    ///   - jackknife: the value without one example of a unit, and how many examples the unit has.
    /// - Returns: percentiles where the correction is not defined, as for values that never vary; nil without draws.
    package static func accelerated(
        _ draws: [Double],
        estimate: Double,
        jackknife: [(value: Double, count: Int)],
        level: Double = 0.95
    ) -> Interval? {
        let sorted = draws.filter { !$0.isNaN }.sorted()
        guard !sorted.isEmpty else { return nil }
        let plain = percentiles(of: draws, level: level)
        let below = sorted.count { $0 < estimate }
        let share = Double(below + sorted.count { $0 <= estimate }) / Double(2 * sorted.count)
        let total = jackknife.reduce(0) { $0 + $1.count }
        guard share > 0, share < 1, total > 1, !estimate.isNaN, jackknife.allSatisfy({ !$0.value.isNaN }) else {
            return plain
        }
        let mean = jackknife.reduce(0) { $0 + $1.value * Double($1.count) } / Double(total)
        var squares = 0.0
        var cubes = 0.0
        for entry in jackknife {
            let difference = mean - entry.value
            squares += Double(entry.count) * difference * difference
            cubes += Double(entry.count) * difference * difference * difference
        }
        guard squares > 0 else { return plain }
        let acceleration = cubes / (6 * squares * squares.squareRoot())
        let bias = Distribution.normalQuantile(share)
        func place(_ p: Double) -> Double {
            let z = bias + Distribution.normalQuantile(p)
            return Distribution.normalCDF(bias + z / (1 - acceleration * z))
        }
        let (low, high) = (place((1 - level) / 2), place(1 - (1 - level) / 2))
        guard low.isFinite, high.isFinite, low <= high else { return plain }
        return Interval(
            low: quantile(low, ofSorted: sorted),
            high: quantile(high, ofSorted: sorted),
            level: level,
            method: .accelerated,
            resamples: draws.count,
            undefinedResamples: draws.count - sorted.count
        )
    }
}

extension Distribution {
    /// The value below which a beta distribution has the share p.
    package static func betaQuantile(_ p: Double, _ a: Double, _ b: Double) -> Double {
        root(of: { incompleteBeta($0, a, b) - p }, low: 0, high: 1)
    }
}
