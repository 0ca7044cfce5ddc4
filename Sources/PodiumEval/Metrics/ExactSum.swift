/// A running sum whose rounding error stays that of its last addition (Neumaier's compensation).
struct ExactSum {
    private var sum = 0.0
    private var compensation = 0.0

    @inline(__always)
    mutating func add(_ value: Double) {
        let next = sum + value
        compensation += sum.magnitude >= value.magnitude ? (sum - next) + value : (value - next) + sum
        sum = next
    }

    /// Adds a product with both its halves, so that nothing of it is lost.
    @inline(__always)
    mutating func addProduct(_ a: Double, _ b: Double) {
        let product = a * b
        add(product)
        // The rounding error of the product, exact by a fused multiply and add.
        compensation += (-product).addingProduct(a, b)
    }

    var value: Double { sum + compensation }

    /// The mean of values, and what is left of the exact mean beyond its last digit.
    static func mean(_ values: [Double]) -> (high: Double, low: Double) {
        var sum = ExactSum()
        for value in values { sum.add(value) }
        let count = Double(values.count)
        let high = sum.value / count
        // A second pass: the mean of what the first one left over.
        var rest = ExactSum()
        for value in values {
            let difference = value - high
            rest.add(difference)
            // What the subtraction itself lost (Knuth's two-sum).
            let part = difference - value
            rest.add((value - (difference - part)) + (-high - part))
        }
        return (high, rest.value / count)
    }

    /// Deviations from the mean, free of the cancellation that an offset common to all values would cause.
    ///
    /// Scaled by a power of two so that the largest is about 1: squares neither overflow nor vanish, and
    /// scaling rounds nothing.
    static func scaledDeviations(_ values: [Double]) -> [Double] {
        // Values near the largest number would overflow in their sum.
        let peak = values.reduce(0) { max($0, $1.magnitude) }
        let values = peak > 0x1p900 ? values.map { $0 * 0x1p-200 } : values
        let mean = mean(values)
        let deviations = values.map { ($0 - mean.high) - mean.low }
        let largest = deviations.reduce(0) { max($0, $1.magnitude) }
        guard largest > 0 else { return deviations }
        // In two steps: the factor itself may lie outside the range of numbers.
        let exponent = -Int(largest.exponent)
        let first = Double(sign: .plus, exponent: exponent / 2, significand: 1)
        let second = Double(sign: .plus, exponent: exponent - exponent / 2, significand: 1)
        return deviations.map { $0 * first * second }
    }
}
