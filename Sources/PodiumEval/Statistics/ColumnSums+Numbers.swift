/// Tasks whose examples have a number: the mean of Pearson's and Spearman's correlations with the gold ones.
extension ColumnSums {
    struct Numbers: Sendable {
        var gold: Order
        var columns: [Order]
    }

    /// Values in ascending order, with where a level of equal ones ends.
    struct Order: Sendable {
        var deviations: [Double]
        var units: [Int32]
        var ends: [Int32]

        init(_ series: NumberTable.Series) {
            deviations = series.deviations
            let sorted = series.levels.indices.sorted { (series.levels[$0], $0) < (series.levels[$1], $1) }
            units = sorted.map { Int32($0) }
            ends = sorted.indices.filter { place in
                place + 1 == sorted.count || series.levels[sorted[place]] != series.levels[sorted[place + 1]]
            }.map { Int32($0 + 1) }
        }
    }

    typealias Values = SIMD16<Double>

    static func add<Count: UnsignedInteger & FixedWidthInteger & SIMDScalar>(
        _ task: Numbers,
        _ weights: UnsafeBufferPointer<SIMD16<Count>>,
        _ draws: Int,
        _ scores: UnsafeMutableBufferPointer<Double>
    ) {
        let total = Double(draws)
        // Converted once for all columns; with the gold ranks likewise.
        let numbers = weights.map { Values($0) }
        var weightedRanks = [Values](repeating: Values(repeating: 0), count: weights.count)
        var (x, xx, rankSquares) = (Values(repeating: 0), Values(repeating: 0), Values(repeating: 0))
        forEachLevel(of: task.gold, weights) { units, size, before in
            let rank = 2 * before + size - total
            rankSquares += size * rank * rank
            for unit in units {
                let weight = numbers[Int(unit)]
                weightedRanks[Int(unit)] = weight * rank
                let value = task.gold.deviations[Int(unit)]
                x += weight * value
                xx += weight * (value * value)
            }
        }
        for (column, order) in task.columns.enumerated() {
            var (y, yy, xy) = (Values(repeating: 0), Values(repeating: 0), Values(repeating: 0))
            var (ranks, together) = (Values(repeating: 0), Values(repeating: 0))
            forEachLevel(of: order, weights) { units, size, before in
                let rank = 2 * before + size - total
                ranks += size * rank * rank
                for unit in units {
                    let weight = numbers[Int(unit)]
                    let value = order.deviations[Int(unit)]
                    y += weight * value
                    yy += weight * (value * value)
                    xy += weight * (value * task.gold.deviations[Int(unit)])
                    together += weightedRanks[Int(unit)] * rank
                }
            }
            let spread = (xx - x * x / total) * (yy - y * y / total)
            let covariance = xy - x * y / total
            for lane in 0..<lanes {
                let rankSpread = rankSquares[lane] * ranks[lane]
                guard spread[lane] > 0, rankSpread > 0 else { continue }
                let pearson = covariance[lane] / spread[lane].squareRoot()
                let spearman = together[lane] / rankSpread.squareRoot()
                scores[column * lanes + lane] = (max(-1, min(1, pearson)) + max(-1, min(1, spearman))) / 2
            }
        }
    }

    /// Calls the body with the units of every level in ascending order, their weight, and that of all levels before.
    @inline(__always)
    private static func forEachLevel<Count: UnsignedInteger & FixedWidthInteger & SIMDScalar>(
        of order: Order,
        _ weights: UnsafeBufferPointer<SIMD16<Count>>,
        _ body: (Slice<UnsafeBufferPointer<Int32>>, Values, Values) -> Void
    ) {
        order.units.withUnsafeBufferPointer { units in
            var before = Values(repeating: 0)
            var start = 0
            for end in order.ends {
                let level = units[start..<Int(end)]
                var size = SIMD16<Count>(repeating: 0)
                for unit in level { size &+= weights[Int(unit)] }
                let weight = Values(size)
                body(level, weight, before)
                before += weight
                start = Int(end)
            }
        }
    }
}
