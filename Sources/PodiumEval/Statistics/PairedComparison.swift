/// Whether one system is better than another on the same examples.
package struct PairedComparison: Hashable, Sendable {
    /// Score of A minus score of B, scale ×1; undefined values have no difference.
    package var difference: MetricValue
    /// Paired bootstrap of the difference.
    package var interval: Interval?
    /// Two-sided bootstrap p: twice the smaller share of resamples on either side of zero.
    package var bootstrapP: Double?
    /// Sign-flip test over examples, or whole clusters of them: A's and B's predictions swapped at random.
    package var permutationP: Double?
    /// Examples that were compared.
    package var n: Int
    /// The difference in each resample; empty where the difference is undefined.
    package private(set) var draws: [Double] = []

    /// Compares column 0 of the table (A) with column 1 (B), a run each; systems of several seeds are ranked (`SystemRanking`).
    ///
    /// - Parameter permutes: whether the permutation test is wanted besides.
    package init(_ table: ScoreTable, permutes: Bool = true, bootstrap: Bootstrap = Bootstrap()) {
        precondition(table.columns == 2, "a paired comparison has two systems")
        n = table.n
        permutationP = nil
        let observed = Self.difference(table.values, table)
        guard !observed.isNaN else {
            difference = .undefined(reason: "a run's score has no value")
            return
        }
        difference = .value(observed)
        draws = bootstrap.run { generator in
            Self.difference(table.values(weights: table.resample(using: &generator)), table)
        }
        interval = Interval.percentiles(of: draws, level: bootstrap.level, method: .bootstrap)
        bootstrapP = Self.p(draws)
        // On clustered examples: whole clusters, studentised, because there are few of them.
        if let clustered = table.clusterDifference(0..<1, 1..<2) {
            interval = clustered.interval(bootstrap) ?? interval
            bootstrapP = clustered.p(bootstrap) ?? bootstrapP
        }
        if permutes {
            permutationP = PermutationTest.p(table, resamples: bootstrap.resamples, seed: bootstrap.seed &+ 1)
        }
    }

    /// Two-sided p of resampled differences; nil where none is defined.
    package static func p(_ drawn: [Double]) -> Double? {
        let defined = drawn.count { !$0.isNaN }
        let below = drawn.count { $0 <= 0 }
        let above = drawn.count { $0 >= 0 }
        return defined == 0 ? nil : min(1, 2 * Double(min(below, above) + 1) / Double(defined + 1))
    }

    /// The smallest true difference that would be found with 80 % power; nil where no difference varies.
    package var minimumDetectableDifference: Double? {
        let defined = draws.filter { !$0.isNaN }
        guard defined.count > 1 else { return nil }
        let mean = defined.reduce(0, +) / Double(defined.count)
        let squares = defined.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares / Double(defined.count - 1)).squareRoot()
        return error > 0 ? Power.minimumDetectableDifference(standardError: error) : nil
    }

    /// Score of the first column less that of the second.
    fileprivate static func difference(_ values: [Double], _ table: ScoreTable) -> Double {
        values[table.width - 1] - values[2 * table.width - 1]
    }
}

/// Exact and sampled tests of paired outcomes.
package enum PermutationTest {
    /// McNemar's exact two-sided p of b examples only A has right and c only B has right; 1 without any.
    package static func mcNemar(_ b: Int, _ c: Int) -> Double {
        precondition(b >= 0 && c >= 0)
        return min(1, 2 * Distribution.fairCoinCDF(min(b, c), of: b + c))
    }

    /// Two-sided sign-flip test of the mean difference of paired scores.
    ///
    /// Exact up to 20 pairs that differ, else sampled as (hits + 1) ÷ (resamples + 1).
    package static func p(_ a: [Double], _ b: [Double], resamples: Int = 10_000, seed: UInt64 = 1) -> Double {
        precondition(a.count == b.count, "paired scores come in pairs")
        let differences = zip(a, b).map(-).filter { $0 != 0 }
        let observed = differences.reduce(0, +).magnitude
        let threshold = observed - 1e-12 * max(1, differences.reduce(0) { $0 + $1.magnitude })
        if differences.count <= 20 {
            var sum = -differences.reduce(0, +)
            var hits = 0
            for step in 0..<(1 << differences.count) {
                if step > 0 {
                    // Gray code: one sign changes from step to step.
                    let changed = step.trailingZeroBitCount
                    let nowPositive = ((step ^ (step >> 1)) >> changed) & 1 == 1
                    sum += (nowPositive ? 2 : -2) * differences[changed]
                }
                if sum.magnitude >= threshold { hits += 1 }
            }
            return Double(hits) / Double(1 << differences.count)
        }
        let hits = Bootstrap(resamples: resamples, seed: seed).run { generator -> Bool in
            var sum = 0.0
            var bits: UInt64 = 0
            for (place, difference) in differences.enumerated() {
                if place & 63 == 0 { bits = generator.next() }
                sum += bits & 1 == 1 ? difference : -difference
                bits >>= 1
            }
            return sum.magnitude >= threshold
        }.count { $0 }
        return Double(hits + 1) / Double(resamples + 1)
    }

    /// The same for a table of two columns and any metric: predictions of A and B swapped example by example.
    static func p(_ table: ScoreTable, resamples: Int, seed: UInt64) -> Double? {
        let observed = PairedComparison.difference(table.values, table)
        guard !observed.isNaN else { return nil }
        if case .means(let sums, let sizes) = table.kind {
            let total = sizes.reduce(0, +)
            let scores = sums.map { metrics in
                sizes.indices.map { unit in metrics.reduce(0) { $0 + $1[unit] } / total }
            }
            return p(scores[0], scores[1], resamples: resamples, seed: seed)
        }
        let threshold = observed.magnitude - 1e-12
        let hits = Bootstrap(resamples: resamples, seed: seed).run { generator in
            PairedComparison.difference(table.swapped(using: &generator), table).magnitude >= threshold
        }.count { $0 }
        return Double(hits + 1) / Double(resamples + 1)
    }
}
