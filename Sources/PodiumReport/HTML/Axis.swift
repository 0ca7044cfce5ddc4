import PodiumPrimitives

/// A linear axis with round ticks.
struct Axis {
    let low: Double
    let high: Double
    /// Ascending, inside the bounds.
    let ticks: [Double]
    /// Decimals that tell the ticks apart.
    let digits: Int

    /// Covers `values` with bounds on ticks, of which there are at most `count` + 1.
    ///
    /// Steps are 1, 2 or 5 times a power of ten. Zero is included where the
    /// values reach over more than half of their way to it, as a loss does.
    init(covering values: [Double], count: Int, floor: Double? = nil, ceiling: Double? = nil) {
        var low = values.min() ?? 0
        var high = values.max() ?? 1
        if low > 0, low < 0.6 * high { low = 0 }
        if high - low < 1e-9 * max(1, high.magnitude) { (low, high) = (low - 0.5e-2, high + 0.5e-2) }
        let step = Self.roundStep((high - low) / Double(count))
        var first = (low / step).rounded(.down)
        var last = (high / step).rounded(.up)
        if let floor { first = max(first, (floor / step).rounded(.up)) }
        if let ceiling { last = min(last, (ceiling / step).rounded(.down)) }
        self.init(first: first, last: max(last, first + 1), step: step)
    }

    /// Steps of training from 0 to `steps`, with ticks at round numbers and none near the end that would collide.
    init(steps: Int, count: Int) {
        let end = Double(max(steps, 1))
        let step = max(1, Self.roundStep(end / Double(count)))
        low = 0
        high = end
        ticks = (0...Int(end / step)).map { Double($0) * step }
        digits = 0
    }

    private init(first: Double, last: Double, step: Double) {
        low = first * step
        high = last * step
        ticks = (0...Int(last - first)).map { (first + Double($0)) * step }
        var digits = 0
        var unit = step
        while unit < 0.999, digits < 6 {
            unit *= 10
            digits += 1
        }
        self.digits = digits
    }

    private static func roundStep(_ rough: Double) -> Double {
        guard rough > 0, rough.isFinite else { return 1 }
        var power = 1.0
        while power > rough { power /= 10 }
        while power * 10 <= rough { power *= 10 }
        for factor in [1.0, 2, 5] where rough <= factor * power * 1.000001 { return factor * power }
        return 10 * power
    }

    /// Where `value` lies between two screen positions.
    func position(_ value: Double, from start: Double, to end: Double) -> Double {
        start + (value - low) / (high - low) * (end - start)
    }

    func label(_ tick: Double) -> String {
        digits == 0 && tick.magnitude >= 10_000
            ? "\(NumberText.fixed(tick / 1000, digits: tick.truncatingRemainder(dividingBy: 1000) == 0 ? 0 : 1))k"
            : NumberText.fixed(tick, digits: digits)
    }
}

/// A coordinate as SVG writes it: at most one decimal.
func coordinate(_ value: Double) -> String {
    let text = NumberText.fixed(value, digits: 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
