extension ScoreTable {
    /// A column's metrics and score without one example of a unit, for every unit that has any.
    func jackknife(of column: Int) -> [(values: [Double], count: Int)] {
        if case .means(let sums, let sizes) = kind {
            let size = sizes.reduce(0, +)
            let totals = sums[column].map { $0.reduce(0, +) }
            return sizes.indices.map { unit in
                let means = zip(sums[column], totals).map { ($1 - $0[unit]) / (size - sizes[unit]) }
                return (means + [means.reduce(0, +) / Double(means.count)], 1)
            }
        }
        let one = ScoreTable(self, column: column)
        return counts.indices.filter { counts[$0] > 0 }.map { unit in
            var weights = counts
            weights[unit] -= 1
            return (one.values(weights: weights), counts[unit])
        }
    }

    /// The means of a column's metrics and of its score over clusters; nil where examples are drawn.
    func clusterMeans(of column: Int) -> [ClusterMean]? {
        guard clusters != nil, case .means(let sums, let sizes) = kind, sizes.count > 1 else { return nil }
        let metrics = sums[column]
        let score = sizes.indices.map { unit in
            metrics.reduce(0) { $0 + $1[unit] } / Double(metrics.count)
        }
        return (metrics + [score]).map { ClusterMean(sums: $0, sizes: sizes) }
    }

    /// The difference of two groups of columns as a mean over clusters, seeds averaged; nil where examples are drawn.
    func clusterDifference(_ a: Range<Int>, _ b: Range<Int>) -> ClusterMean? {
        guard clusters != nil, case .means(let sums, let sizes) = kind, sizes.count > 1 else { return nil }
        func mean(_ columns: Range<Int>, _ unit: Int) -> Double {
            columns.reduce(0) { total, column in
                total + sums[column].reduce(0) { $0 + $1[unit] } / Double(sums[column].count)
            } / Double(columns.count)
        }
        return ClusterMean(sums: sizes.indices.map { mean(a, $0) - mean(b, $0) }, sizes: sizes)
    }

    /// One column alone, with the units of all.
    private init(_ table: ScoreTable, column: Int) {
        self = table
        columns = 1
        switch table.kind {
        case .classes(let labels, let units):
            kind = .classes(labels: labels, units: units.map { [$0[0], $0[column + 1]] })
        case .numbers(let numbers): kind = .numbers(numbers.only(column))
        case .means(let sums, let sizes): kind = .means(sums: [sums[column]], sizes: sizes)
        }
    }
}
