/// The mean of scores that come in clusters, such as questions about one article.
///
/// Scores of one cluster resemble each other, so that clusters are drawn and not examples; because there are few of them,
/// intervals and tests are of the studentised mean (bootstrap-t) and not of the mean itself.
package struct ClusterMean: Sendable {
    /// Of each cluster: the sum of its scores and the number of its examples.
    private let sums: [Double]
    private let sizes: [Double]
    package let estimate: Double
    /// Of the mean, robust against whatever goes on inside a cluster; nil with fewer than two clusters.
    package let standardError: Double?

    package init(sums: [Double], sizes: [Double]) {
        precondition(sums.count == sizes.count, "a sum and a size for each cluster")
        self.sums = sums
        self.sizes = sizes
        let every = [Int](repeating: 1, count: sums.count)
        (estimate, standardError) = Self.moments(sums, sizes, every)
    }

    package var clusters: Int { sums.count }

    /// Mean and cluster-robust standard error, √(G ÷ (G − 1) Σ(Sᵍ − m Nᵍ)²) ÷ N.
    private static func moments(_ sums: [Double], _ sizes: [Double], _ weights: [Int]) -> (Double, Double?) {
        var total = 0.0
        var size = 0.0
        var drawn = 0
        for (unit, weight) in weights.enumerated() where weight > 0 {
            total += Double(weight) * sums[unit]
            size += Double(weight) * sizes[unit]
            drawn += weight
        }
        let mean = total / size
        guard drawn > 1 else { return (mean, nil) }
        var squares = 0.0
        for (unit, weight) in weights.enumerated() where weight > 0 {
            let rest = sums[unit] - mean * sizes[unit]
            squares += Double(weight) * rest * rest
        }
        let correction = Double(drawn) / Double(drawn - 1)
        return (mean, (correction * squares).squareRoot() / size)
    }

    /// The studentised mean in resamples of the clusters, less the estimate; those that do not vary are left out.
    private func studentised(_ bootstrap: Bootstrap) -> [Double] {
        let count = clusters
        return bootstrap.run { generator -> Double in
            var weights = [Int](repeating: 0, count: count)
            for _ in 0..<count { weights[generator.index(below: count)] += 1 }
            let (mean, error) = Self.moments(sums, sizes, weights)
            guard let error, error > 0 else { return .nan }
            return (mean - estimate) / error
        }.filter { !$0.isNaN }
    }

    /// Nil with fewer than two clusters, or where no cluster differs from another.
    package func interval(_ bootstrap: Bootstrap = Bootstrap()) -> Interval? {
        guard let standardError, standardError > 0 else { return nil }
        let drawn = studentised(bootstrap).sorted()
        guard !drawn.isEmpty else { return nil }
        let tail = (1 - bootstrap.level) / 2
        var interval = Interval(
            low: estimate - Interval.quantile(1 - tail, ofSorted: drawn) * standardError,
            high: estimate - Interval.quantile(tail, ofSorted: drawn) * standardError,
            level: bootstrap.level,
            method: .clusterBootstrap,
            resamples: bootstrap.resamples,
            undefinedResamples: bootstrap.resamples - drawn.count
        )
        interval.clusters = clusters
        return interval
    }

    /// Two-sided p of the mean being 0, by the same resamples; nil where there is no interval.
    package func p(_ bootstrap: Bootstrap = Bootstrap()) -> Double? {
        guard let standardError, standardError > 0 else { return nil }
        let drawn = studentised(bootstrap)
        guard !drawn.isEmpty else { return nil }
        let observed = (estimate / standardError).magnitude
        return Double(drawn.count { $0.magnitude >= observed } + 1) / Double(drawn.count + 1)
    }
}
