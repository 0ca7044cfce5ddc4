/// Tasks whose score is a mean over examples, such as SQuAD's.
extension ColumnSums {
    static func add<Count: UnsignedInteger & FixedWidthInteger & SIMDScalar>(
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
