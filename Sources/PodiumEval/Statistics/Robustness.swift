/// How much single answers and single examples matter.
package enum Robustness {
    /// The share of examples on which all runs say the same; nil with fewer than two runs.
    ///
    /// - Parameter answers: of every run, in the order of the examples.
    package static func agreement<Answer: Equatable>(_ answers: [[Answer]]) -> Double? {
        guard let first = answers.first, answers.count > 1, !first.isEmpty,
            answers.allSatisfy({ $0.count == first.count })
        else { return nil }
        let same = first.indices.count { place in answers.allSatisfy { $0[place] == first[place] } }
        return Double(same) / Double(first.count)
    }

    /// How few examples, left out, would turn the order of two systems; nil where the order has no value, or turns for
    /// no part of half the examples.
    ///
    /// Leaves out first those that speak most for the better system. For means this is the smallest number there is; for
    /// F1, Matthews' correlation and correlations there may be fewer still.
    /// - Parameters:
    ///   - a: columns of the one system.
    ///   - b: columns of the other.
    package static func fragility(_ table: ScoreTable, _ a: [Int], _ b: [Int]) -> Int? {
        func difference(_ weights: [Int]) -> Double {
            let values = table.values(weights: weights)
            func mean(_ columns: [Int]) -> Double {
                columns.reduce(0) { $0 + values[($1 + 1) * table.width - 1] } / Double(columns.count)
            }
            return mean(a) - mean(b)
        }
        let observed = difference(table.counts)
        guard !observed.isNaN else { return nil }
        guard observed != 0 else { return 0 }
        let sign = observed > 0 ? 1.0 : -1.0
        let support = table.support(a, b).map { $0 * sign }
        let order = support.indices.sorted { (support[$0], $1) > (support[$1], $0) }
        /// The order once the first `count` examples are out.
        func turned(_ count: Int) -> Bool {
            var weights = table.counts
            var left = count
            for unit in order where left > 0 {
                let gone = min(left, weights[unit])
                weights[unit] -= gone
                left -= gone
            }
            let rest = difference(weights) * sign
            return rest <= 0
        }
        let total = table.counts.reduce(0, +)
        var (low, high) = (0, total / 2)
        guard high > 0, turned(high) else { return nil }
        while high - low > 1 {
            let middle = (low + high) / 2
            if turned(middle) { high = middle } else { low = middle }
        }
        return high
    }
}

extension ScoreTable {
    /// How much one example of each unit speaks for the first columns and against the others.
    fileprivate func support(_ a: [Int], _ b: [Int]) -> [Double] {
        func mean(_ columns: [Int], _ value: (Int) -> Double) -> Double {
            columns.reduce(0) { $0 + value($1) } / Double(columns.count)
        }
        switch kind {
        case .classes(_, let units):
            return units.map { unit in
                mean(a) { unit[$0 + 1] == unit[0] ? 1 : 0 } - mean(b) { unit[$0 + 1] == unit[0] ? 1 : 0 }
            }
        case .numbers(let table):
            let influences = (0..<columns).map { table.influences(on: $0) }
            return counts.indices.map { unit in mean(a) { influences[$0][unit] } - mean(b) { influences[$0][unit] } }
        case .means(let sums, let sizes):
            let total = sizes.reduce(0, +)
            let means = sums.map { metrics in metrics.map { $0.reduce(0, +) / total } }
            return sizes.indices.map { unit in
                func value(_ column: Int) -> Double {
                    zip(sums[column], means[column]).reduce(0) { $0 + $1.0[unit] - $1.1 * sizes[unit] }
                }
                return mean(a, value) - mean(b, value)
            }
        }
    }
}

extension NumberTable {
    /// What each example adds to Pearson's correlation of a column, to first order: zx zy − r (zx² + zy²) ÷ 2.
    fileprivate func influences(on column: Int) -> [Double] {
        let x = gold.deviations
        let y = predicted[column].deviations
        let count = Double(x.count)
        let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
        let spreadX = (x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) } / count).squareRoot()
        let spreadY = (y.reduce(0) { $0 + ($1 - meanY) * ($1 - meanY) } / count).squareRoot()
        guard spreadX > 0, spreadY > 0 else { return x.map { _ in 0 } }
        let zx = x.map { ($0 - meanX) / spreadX }
        let zy = y.map { ($0 - meanY) / spreadY }
        let r = zip(zx, zy).reduce(0) { $0 + $1.0 * $1.1 } / count
        return zip(zx, zy).map { $0 * $1 - r * ($0 * $0 + $1 * $1) / 2 }
    }
}
