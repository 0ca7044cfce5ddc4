/// The scores of all columns of a table in sixteen resamples at a time.
///
/// A classification task needs its confusion counts only, and those need only the examples that a column has wrong: the
/// right ones are the rest. So a resample costs a visit of every wrong answer, not of every answer.
package struct ColumnSums: Sendable {
    /// Resamples at a time.
    package static let lanes = 16

    private enum Kind: Sendable {
        case classes(Classes)
        case numbers(Numbers)
        case means(sums: [[[Double]]], sizes: [Double])
    }

    private struct Classes: Sendable {
        /// Units by gold class.
        var gold: [[Int32]]
        /// Of every column the units that it has wrong, by gold and predicted class.
        var wrong: [[(gold: Int, predicted: Int, units: [Int32])]]
        var labels: [String]
        var metrics: [String]
    }

    private struct Numbers: Sendable {
        var gold: Order
        var columns: [Order]
    }

    /// Values in ascending order, with where a level of equal ones ends.
    private struct Order: Sendable {
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

    private let kind: Kind
    private let counts: [Int]
    /// The unit of each example, where drawing examples one by one is the faster way.
    private let unitOfExample: [Int32]
    private let draws: Int
    private let columns: Int

    package init(_ table: ScoreTable) {
        counts = table.counts
        columns = table.columns
        draws = table.counts.reduce(0, +)
        switch table.kind {
        case .classes(let labels, let units):
            var gold = [[Int32]](repeating: [], count: labels.count)
            for (unit, pattern) in units.enumerated() { gold[pattern[0]].append(Int32(unit)) }
            let wrong = (0..<table.columns).map { column in
                var lists = [[Int32]](repeating: [], count: labels.count * labels.count)
                for (unit, pattern) in units.enumerated() where pattern[column + 1] != pattern[0] {
                    lists[pattern[0] * labels.count + pattern[column + 1]].append(Int32(unit))
                }
                return lists.enumerated().filter { !$0.element.isEmpty }.map {
                    (gold: $0.offset / labels.count, predicted: $0.offset % labels.count, units: $0.element)
                }
            }
            kind = .classes(Classes(gold: gold, wrong: wrong, labels: labels, metrics: table.metrics))
        case .numbers(let numbers):
            kind = .numbers(Numbers(gold: Order(numbers.gold), columns: numbers.predicted.map { Order($0) }))
        case .means(let sums, let sizes):
            kind = .means(sums: sums, sizes: sizes)
        }
        // A binomial draw a unit costs as much as some twenty draws of an example.
        let isDrawnByUnit = counts.count * 20 < draws
        unitOfExample =
            isDrawnByUnit ? [] : counts.enumerated().flatMap { Array(repeating: Int32($0.offset), count: $0.element) }
    }

    /// By column, then by lane; undefined scores are NaN.
    func scores(using generator: inout Generator) -> [Double] {
        // All weights of a resample together are the number of examples, so no sum of some of them is more.
        draws <= Int(UInt16.max)
            ? scores(of: weights(UInt16.self, &generator)) : scores(of: weights(UInt32.self, &generator))
    }

    /// The same for resamples that are given: for each lane the weight of every unit.
    package func scores(_ lanes: [[Int]]) -> [Double] {
        precondition(lanes.count == Self.lanes && lanes.allSatisfy { $0.count == counts.count })
        return scores(
            of: counts.indices.map { unit in
                var weight = SIMD16<UInt32>(repeating: 0)
                for lane in 0..<Self.lanes { weight[lane] = UInt32(lanes[lane][unit]) }
                return weight
            }
        )
    }

    private func scores<Count: UnsignedInteger & FixedWidthInteger & SIMDScalar>(
        of weights: [SIMD16<Count>]
    ) -> [Double] {
        var scores = [Double](repeating: .nan, count: columns * Self.lanes)
        scores.withUnsafeMutableBufferPointer { scores in
            weights.withUnsafeBufferPointer { weights in
                switch kind {
                case .classes(let classes): Self.add(classes, weights, draws, scores)
                case .numbers(let numbers): Self.add(numbers, weights, draws, scores)
                case .means(let sums, let sizes): Self.add(sums, sizes, weights, scores)
                }
            }
        }
        return scores
    }

    /// Of every unit its weight in each lane.
    private func weights<Count: UnsignedInteger & FixedWidthInteger & SIMDScalar>(
        _: Count.Type,
        _ generator: inout Generator
    ) -> [SIMD16<Count>] {
        var weights = [SIMD16<Count>](repeating: SIMD16(repeating: 0), count: counts.count)
        var drawn = [Count](repeating: 0, count: counts.count)
        for lane in 0..<Self.lanes {
            if unitOfExample.isEmpty {
                for (unit, weight) in Multinomial.resample(counts, using: &generator).enumerated() {
                    weights[unit][lane] = Count(truncatingIfNeeded: weight)
                }
                continue
            }
            drawn.withUnsafeMutableBufferPointer { drawn in
                drawn.update(repeating: 0)
                unitOfExample.withUnsafeBufferPointer { units in
                    Self.draw(units, into: drawn, &generator)
                }
            }
            weights.withUnsafeMutableBytes { bytes in
                let places = bytes.bindMemory(to: Count.self)
                for unit in drawn.indices { places[unit * Self.lanes + lane] = drawn[unit] }
            }
        }
        return weights
    }

    /// Draws as many examples as there are, two of each random number; the bias of an index is below n ÷ 2³².
    @inline(__always)
    private static func draw<Count: UnsignedInteger & FixedWidthInteger>(
        _ units: UnsafeBufferPointer<Int32>,
        into drawn: UnsafeMutableBufferPointer<Count>,
        _ generator: inout Generator
    ) {
        let bound = UInt64(units.count)
        var left = units.count
        while left > 0 {
            let random = generator.next()
            let first = ((random & 0xFFFF_FFFF) &* bound) >> 32
            drawn[Int(units[Int(first)])] &+= 1
            left -= 1
            if left > 0 {
                let second = ((random >> 32) &* bound) >> 32
                drawn[Int(units[Int(second)])] &+= 1
                left -= 1
            }
        }
    }

    @inline(__always)
    private static func sum<Count: UnsignedInteger & FixedWidthInteger & SIMDScalar>(
        _ units: [Int32],
        _ weights: UnsafeBufferPointer<SIMD16<Count>>
    ) -> SIMD16<Count> {
        var total = SIMD16<Count>(repeating: 0)
        units.withUnsafeBufferPointer { units in
            for unit in units { total &+= weights[Int(unit)] }
        }
        return total
    }

    // MARK: Classes

    private static func add<Count: UnsignedInteger & FixedWidthInteger & SIMDScalar>(
        _ task: Classes,
        _ weights: UnsafeBufferPointer<SIMD16<Count>>,
        _ draws: Int,
        _ scores: UnsafeMutableBufferPointer<Double>
    ) {
        let classes = task.labels.count
        let gold = task.gold.map { sum($0, weights) }
        let metrics = task.metrics.map(BinaryMetric.init)
        for (column, lists) in task.wrong.enumerated() {
            if classes == 2 {
                // False positives and false negatives.
                var (positive, negative) = (SIMD16<Count>(repeating: 0), SIMD16<Count>(repeating: 0))
                for list in lists {
                    if list.gold == 0 {
                        positive = sum(list.units, weights)
                    } else {
                        negative = sum(list.units, weights)
                    }
                }
                let hits = gold[1] &- negative
                for lane in 0..<lanes {
                    var score = 0.0
                    for metric in metrics {
                        score += metric.value(
                            hits: Int(hits[lane]),
                            falseHits: Int(positive[lane]),
                            misses: Int(negative[lane]),
                            of: draws
                        )
                    }
                    scores[column * lanes + lane] = score / Double(metrics.count)
                }
                continue
            }
            let sums = lists.map { sum($0.units, weights) }
            if task.metrics == ["accuracy"] {
                let wrong = sums.reduce(SIMD16(repeating: 0), &+)
                for lane in 0..<lanes {
                    scores[column * lanes + lane] = Double(draws - Int(wrong[lane])) / Double(draws)
                }
                continue
            }
            for lane in 0..<lanes {
                var counts = [Int](repeating: 0, count: classes * classes)
                for label in 0..<classes { counts[label * classes + label] = Int(gold[label][lane]) }
                for (place, list) in lists.enumerated() {
                    let moved = Int(sums[place][lane])
                    counts[list.gold * classes + list.predicted] += moved
                    counts[list.gold * classes + list.gold] -= moved
                }
                let matrix = ConfusionMatrix(classes: classes, counts: counts)
                var score = 0.0
                for metric in task.metrics { score += matrix.metric(metric, labels: task.labels).value ?? .nan }
                scores[column * lanes + lane] = score / Double(task.metrics.count)
            }
        }
    }

    /// A metric of a two-class task whose second class is the positive one, as `ConfusionMatrix` defines it.
    private enum BinaryMetric {
        case accuracy
        case f1
        case matthews

        init(_ name: String) {
            self = name == "f1" ? .f1 : name == "matthews" ? .matthews : .accuracy
        }

        @inline(__always)
        func value(hits: Int, falseHits: Int, misses: Int, of draws: Int) -> Double {
            let rest = draws - hits - falseHits - misses
            switch self {
            case .accuracy: return Double(hits + rest) / Double(draws)
            case .f1:
                let size = Double(2 * hits + falseHits + misses)
                return size == 0 ? 0 : Double(2 * hits) / size
            case .matthews:
                let total = Double(draws)
                let predicted = Double(hits + falseHits)
                let gold = Double(hits + misses)
                let spread = predicted * (total - predicted) * gold * (total - gold)
                let product = Double(hits) * Double(rest) - Double(falseHits) * Double(misses)
                return spread == 0 ? 0 : product / spread.squareRoot()
            }
        }
    }

    // MARK: Numbers

    private typealias Values = SIMD16<Double>

    private static func add<Count: UnsignedInteger & FixedWidthInteger & SIMDScalar>(
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

    // MARK: Means

    private static func add<Count: UnsignedInteger & FixedWidthInteger & SIMDScalar>(
        _ sums: [[[Double]]],
        _ sizes: [Double],
        _ weights: UnsafeBufferPointer<SIMD16<Count>>,
        _ scores: UnsafeMutableBufferPointer<Double>
    ) {
        var size = Values(repeating: 0)
        for (unit, weight) in weights.enumerated() { size += Values(weight) * sizes[unit] }
        for (column, metrics) in sums.enumerated() {
            var score = Values(repeating: 0)
            for metric in metrics {
                var total = Values(repeating: 0)
                for (unit, weight) in weights.enumerated() { total += Values(weight) * metric[unit] }
                score += total / size
            }
            for lane in 0..<lanes { scores[column * lanes + lane] = score[lane] / Double(metrics.count) }
        }
    }
}
