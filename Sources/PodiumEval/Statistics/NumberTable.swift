/// Gold numbers and several predictions of them, prepared so that a weighted
/// Pearson or Spearman correlation takes one pass.
struct NumberTable: Sendable {
    /// Deviations from the mean, and the place of each value among the distinct values.
    struct Series: Sendable {
        let deviations: [Double]
        let levels: [Int]
        let levelCount: Int

        init(_ values: [Double]) {
            deviations = ExactSum.scaledDeviations(values)
            let order = values.indices.sorted { values[$0] < values[$1] }
            var levels = [Int](repeating: 0, count: values.count)
            var level = -1
            for (place, index) in order.enumerated() {
                if place == 0 || values[index] != values[order[place - 1]] { level += 1 }
                levels[index] = level
            }
            self.levels = levels
            levelCount = level + 1
        }

        /// Twice the average rank of each level in the weighted sample, centred.
        func centredRanks(weights: [Int], total: Int) -> [Double] {
            var sizes = [Int](repeating: 0, count: levelCount)
            for (level, weight) in zip(levels, weights) { sizes[level] += weight }
            var before = 0
            return sizes.map { size in
                defer { before += size }
                return Double(2 * before + size - total)
            }
        }
    }

    let gold: Series
    let predicted: [Series]
    /// The first two systems' values one after the other, on one scale of levels; empty unless there are two.
    private let pair: Series

    init(gold: [Double], predicted: [[Double]]) {
        self.gold = Series(gold)
        self.predicted = predicted.map { Series($0) }
        pair = Series(predicted.count == 2 ? predicted[0] + predicted[1] : [])
    }

    private init(gold: Series, predicted: [Series], pair: Series) {
        self.gold = gold
        self.predicted = predicted
        self.pair = pair
    }

    /// The table with one of its columns.
    func only(_ column: Int) -> NumberTable {
        NumberTable(gold: gold, predicted: [predicted[column]], pair: Series([]))
    }

    /// Both systems' correlations after each example's two predictions changed sides with chance ½.
    func swappedCorrelations(using generator: inout Generator) -> [(pearson: Double, spearman: Double)] {
        let n = gold.levels.count
        precondition(pair.levels.count == 2 * n, "swapping needs two systems")
        var places: [[Int]] = [Array(0..<n), Array(n..<(2 * n))]
        for index in 0..<n where generator.next() & 1 == 1 {
            places[0][index] += n
            places[1][index] -= n
        }
        let goldRanks = gold.centredRanks(weights: Array(repeating: 1, count: n), total: n)
        return places.map { chosen in
            var weights = [Int](repeating: 0, count: 2 * n)
            for place in chosen { weights[place] = 1 }
            let ranks = pair.centredRanks(weights: weights, total: n)
            var linear = Moments()
            var ranked = Moments()
            for (index, place) in chosen.enumerated() {
                linear.add(gold.deviations[index], pair.deviations[place], weight: 1)
                ranked.add(goldRanks[gold.levels[index]], ranks[pair.levels[place]], weight: 1)
            }
            return (linear.correlation, ranked.correlation)
        }
    }

    /// NaN where a correlation is undefined.
    func correlations(of column: Int, weights: [Int]) -> (pearson: Double, spearman: Double) {
        let other = predicted[column]
        let total = weights.reduce(0, +)
        let goldRanks = gold.centredRanks(weights: weights, total: total)
        let otherRanks = other.centredRanks(weights: weights, total: total)
        var linear = Moments()
        var ranked = Moments()
        for (index, count) in weights.enumerated() where count > 0 {
            let weight = Double(count)
            linear.add(gold.deviations[index], other.deviations[index], weight: weight)
            ranked.add(goldRanks[gold.levels[index]], otherRanks[other.levels[index]], weight: weight)
        }
        return (linear.correlation, ranked.correlation)
    }
}

/// Weighted first and second moments of two series.
private struct Moments {
    private var weight = 0.0
    private var x = 0.0
    private var y = 0.0
    private var xx = 0.0
    private var yy = 0.0
    private var xy = 0.0

    @inline(__always)
    mutating func add(_ first: Double, _ second: Double, weight w: Double) {
        weight += w
        x += w * first
        y += w * second
        xx += w * first * first
        yy += w * second * second
        xy += w * first * second
    }

    var correlation: Double {
        let covariance = xy - x * y / weight
        let spread = (xx - x * x / weight) * (yy - y * y / weight)
        return spread > 0 ? min(1, max(-1, covariance / spread.squareRoot())) : .nan
    }
}
