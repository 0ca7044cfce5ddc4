import PodiumPrimitives

/// Curves of several seeds at the same steps: their mean, lowest and highest.
struct CurveGroup {
    let metric: String
    let mean: [Report.Point]
    let low: [Report.Point]
    let high: [Report.Point]

    /// - Parameters:
    ///   - curves: each with a point.
    ///   - limit: of points; more are thinned evenly.
    init(_ curves: [Report.Curve], limit: Int) {
        metric = curves.first?.metric ?? ""
        var steps = curves.first?.points.map(\.step) ?? []
        if steps.count > limit {
            let last = steps.count - 1
            steps = (0..<limit).map { steps[$0 * last / (limit - 1)] }
        }
        // Where a shorter run has ended the others go on alone.
        let columns = steps.map { step in curves.compactMap { Self.value(of: $0, at: step) } }
        let count = steps.indices.filter { !columns[$0].isEmpty }
        mean = count.map {
            Report.Point(step: steps[$0], value: columns[$0].reduce(0, +) / Double(columns[$0].count))
        }
        low = count.map { Report.Point(step: steps[$0], value: columns[$0].min() ?? 0) }
        high = count.map { Report.Point(step: steps[$0], value: columns[$0].max() ?? 0) }
        seeds = curves.count
    }

    private let seeds: Int

    var description: String {
        func text(_ place: Int) -> String {
            "\(NumberText.short(mean[place].value)) (\(NumberText.short(low[place].value)) to "
                + "\(NumberText.short(high[place].value))) at step \(mean[place].step)"
        }
        guard !mean.isEmpty else { return "No measurements." }
        return "\(metric), mean of \(seeds) seeds with lowest and highest: \(text(0)); \(text(mean.count - 1))."
    }

    /// Interpolated between the points around; nil before the first and after the last.
    private static func value(of curve: Report.Curve, at step: Int) -> Double? {
        guard let first = curve.points.first, let last = curve.points.last, step >= first.step, step <= last.step else {
            return nil
        }
        var (low, high) = (0, curve.points.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if curve.points[middle].step < step { low = middle + 1 } else { high = middle }
        }
        let after = curve.points[low]
        guard after.step > step, low > 0 else { return after.value }
        let before = curve.points[low - 1]
        let part = Double(step - before.step) / Double(after.step - before.step)
        return before.value + (after.value - before.value) * part
    }
}
