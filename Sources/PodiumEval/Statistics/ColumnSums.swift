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
            kind = .classes(Classes(units, columns: table.columns, labels: labels, metrics: table.metrics))
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
    static func sum<Count: UnsignedInteger & FixedWidthInteger & SIMDScalar>(
        _ units: [Int32],
        _ weights: UnsafeBufferPointer<SIMD16<Count>>
    ) -> SIMD16<Count> {
        var total = SIMD16<Count>(repeating: 0)
        units.withUnsafeBufferPointer { units in
            for unit in units { total &+= weights[Int(unit)] }
        }
        return total
    }
}
