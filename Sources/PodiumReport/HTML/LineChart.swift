import PodiumPrimitives

/// A learning curve as the template `chart` draws it: the measurement over
/// steps, its running mean, and the learning rate in a strip below.
struct LineChart {
    struct Tick {
        var at: String
        var label: String
        var anchor: String
    }

    /// Unique in the page; the SVG's title and description are found by it.
    let id: String
    let title: String
    let description: String
    let metric: String
    let yTicks: [Tick]
    let xTicks: [Tick]
    /// Every measurement; absent where there are too few to need a mean.
    let rawPath: String?
    let meanPath: String
    /// From the lowest to the highest of several seeds; nil for a single run.
    let bandPath: String?
    let ratePath: String?
    let rateLabel: String?
    /// A level that the curve is compared with, and what it is.
    let reference: Tick?
    let referenceY: String?
    /// Set for a single measurement, which no line can show.
    let dot: Tick?
    /// Height of the whole drawing; without the strip it ends earlier.
    let height: Int
    /// The lines of the grid, and the axis with its ticks: a path each, because a report has very many of them.
    let gridPath: String
    let axisPath: String
    let labelY: String

    // The drawing is 280 units wide; the template repeats these numbers.
    private static let left = 40.0
    private static let right = 272.0
    private static let top = 10.0
    private static let bottom = 108.0
    private static let stripTop = 118.0
    private static let stripBottom = 136.0
    /// More points than this cannot be seen on such a width.
    private static let pointLimit = 160

    /// - Parameters:
    ///   - axis: shared by all charts of a section, so that heights compare.
    ///   - rate: learning-rate points, in step order.
    ///   - reference: a level that the curve is compared with, within the axis, and what it is.
    ///   - label: what stands at the top right; nil for the metric.
    init(
        id: String,
        title: String,
        curve: Report.Curve,
        axis: Axis,
        rate: [Report.Point],
        reference: (value: Double, name: String)? = nil,
        label: String? = nil
    ) {
        let steps = max(curve.points.last?.step ?? 1, rate.last?.step ?? 1)
        let xAxis = Axis(steps: steps, count: 4)
        func x(_ step: Double) -> Double { xAxis.position(step, from: Self.left, to: Self.right) }
        func y(_ value: Double) -> Double {
            min(max(axis.position(value, from: Self.bottom, to: Self.top), Self.top - 4), Self.bottom + 4)
        }
        let points = Self.thinned(curve.points)
        let mean = Self.runningMean(points)
        self.id = id
        self.title = title
        self.bandPath = nil
        self.metric = label ?? curve.metric
        self.description =
            Self.describe(curve) + (reference.map { " \($0.name): \(NumberText.short($0.value))." } ?? "")
        self.reference = reference.map { Tick(at: coordinate(y($0.value)), label: $0.name, anchor: "end") }
        // Above its line, or below where there is no room.
        self.referenceY = reference.map { coordinate(y($0.value) < Self.top + 10 ? y($0.value) + 10 : y($0.value) - 4) }
        self.yTicks = axis.ticks.map { Tick(at: coordinate(y($0)), label: axis.label($0), anchor: "end") }
        self.xTicks = xAxis.ticks.map {
            let position = x($0)
            let anchor = position > Self.right - 12 ? "end" : position < Self.left + 4 ? "start" : "middle"
            return Tick(
                at: coordinate(position),
                label: ($0 == 0 ? "step " : "") + xAxis.label($0),
                anchor: anchor
            )
        }
        let raw = points.map { (x(Double($0.step)), y($0.value)) }
        self.rawPath = mean.count == points.count && points.count > 12 ? Self.path(raw) : nil
        self.meanPath = Self.path(
            points.count > 12 ? zip(points, mean).map { (x(Double($0.step)), y($1)) } : raw
        )
        self.dot =
            points.count == 1
            ? Tick(at: coordinate(raw[0].0), label: coordinate(raw[0].1), anchor: "middle") : nil
        let peak = rate.map(\.value).max() ?? 0
        let hasStrip = peak > 0 && rate.count > 1
        if hasStrip {
            let line = Self.thinned(rate).map { point in
                let share = point.value / peak
                return (x(Double(point.step)), Self.stripBottom - share * (Self.stripBottom - Self.stripTop))
            }
            let start = line.first.map { "M\(coordinate($0.0)) \(coordinate(Self.stripBottom))L" } ?? ""
            let end = line.last.map { "L\(coordinate($0.0)) \(coordinate(Self.stripBottom))Z" } ?? ""
            self.ratePath = start + Self.path(Self.withoutCollinear(line)).dropFirst() + end
            self.rateLabel = NumberText.scientific(peak)
        } else {
            self.ratePath = nil
            self.rateLabel = nil
        }
        let base = hasStrip ? Self.stripBottom : Self.bottom
        self.gridPath = yTicks.map { "M40 \($0.at)H272" }.joined()
        self.axisPath = "M40 \(coordinate(base))H272" + xTicks.map { "M\($0.at) \(coordinate(base))v3" }.joined()
        self.labelY = coordinate(base + 14)
        self.height = Int(base) + 18
    }

    /// Several seeds as one: the line is their mean, the band reaches from the lowest to the highest.
    ///
    /// - Parameter curves: of one metric, each with a point; at the steps of the first the others are interpolated.
    init(id: String, title: String, seeds curves: [Report.Curve], axis: Axis, rate: [Report.Point]) {
        let group = CurveGroup(curves, limit: Self.pointLimit)
        let mean = Report.Curve(metric: group.metric, points: group.mean)
        let single = LineChart(id: id, title: title, curve: mean, axis: axis, rate: rate)
        let xAxis = Axis(steps: max(group.mean.last?.step ?? 1, rate.last?.step ?? 1), count: 4)
        func place(_ point: Report.Point) -> (Double, Double) {
            let y = axis.position(point.value, from: Self.bottom, to: Self.top)
            return (
                xAxis.position(Double(point.step), from: Self.left, to: Self.right),
                min(max(y, Self.top - 4), Self.bottom + 4)
            )
        }
        self.id = id
        self.title = title
        description = group.description
        metric = group.metric
        yTicks = single.yTicks
        xTicks = single.xTicks
        rawPath = nil
        bandPath =
            group.mean.count > 1 ? Self.path(group.high.map(place) + group.low.reversed().map(place)) + "Z" : nil
        meanPath = Self.path(group.mean.map(place))
        ratePath = single.ratePath
        rateLabel = single.rateLabel
        reference = nil
        referenceY = nil
        dot = single.dot
        height = single.height
        gridPath = single.gridPath
        axisPath = single.axisPath
        labelY = single.labelY
    }

    private static func describe(_ curve: Report.Curve) -> String {
        guard let first = curve.points.first, let last = curve.points.last,
            let lowest = curve.points.min(by: { $0.value < $1.value }),
            let highest = curve.points.max(by: { $0.value < $1.value })
        else { return "No measurements." }
        func at(_ point: Report.Point) -> String { "\(NumberText.short(point.value)) at step \(point.step)" }
        return "\(curve.metric): \(at(first)) to \(at(last)); lowest \(at(lowest)), highest \(at(highest)); "
            + "\(curve.points.count) points."
    }

    private static func thinned(_ points: [Report.Point]) -> [Report.Point] {
        guard points.count > pointLimit else { return points }
        let last = points.count - 1
        return (0..<pointLimit).map { points[$0 * last / (pointLimit - 1)] }
    }

    /// Centred, over about an eighth of the points; at the ends over those there are.
    private static func runningMean(_ points: [Report.Point]) -> [Double] {
        let reach = max(1, points.count / 16)
        return points.indices.map { index in
            let window = points[max(0, index - reach)...min(points.count - 1, index + reach)]
            return window.reduce(0) { $0 + $1.value } / Double(window.count)
        }
    }

    /// Leaves out points on the straight line between their neighbours, of which a schedule has many.
    private static func withoutCollinear(_ points: [(Double, Double)]) -> [(Double, Double)] {
        var kept: [(Double, Double)] = []
        for (index, point) in points.enumerated() {
            if let before = kept.last, index + 1 < points.count {
                let after = points[index + 1]
                let run = after.0 - before.0
                let straight = before.1 + (after.1 - before.1) * (run == 0 ? 0 : (point.0 - before.0) / run)
                if (straight - point.1).magnitude < 0.05 { continue }
            }
            kept.append(point)
        }
        return kept
    }

    private static func path(_ points: [(Double, Double)]) -> String {
        guard !points.isEmpty else { return "" }
        return "M" + points.map { "\(coordinate($0.0)) \(coordinate($0.1))" }.joined(separator: "L")
    }
}
