internal import PodiumCore
internal import PodiumPrimitives

/// Curves of several runs in one drawing: a line each, or a mean with the range of its runs for each group.
struct CurveComparison {
    struct Line {
        let name: String
        let note: String
        /// 1…8.
        let colour: Int
        /// Steps with mean, lowest and highest value.
        let points: [(step: Double, mean: Double, low: Double, high: Double)]
    }

    /// Markup.
    let svg: String
    let lines: [Line]

    /// Lines that can be told apart.
    static let lineLimit = 8

    // The size of the drawing.
    private static let (width, height) = (720.0, 260.0)
    private static let (left, right, top, bottom) = (52.0, 708.0, 14.0, 234.0)

    /// - Parameter groups: the curves of each group's runs.
    /// - Returns: nil where no group has a point.
    init?(metric: String, groups: [(name: String, curves: [[MetricPoint]])]) {
        var lines: [Line] = []
        for group in groups.prefix(Self.lineLimit) {
            let curves = group.curves.map { $0.filter { $0.value.isFinite } }.filter { !$0.isEmpty }
            guard !curves.isEmpty else { continue }
            lines.append(
                Line(
                    name: group.name,
                    note: curves.count > 1 ? "mean of \(curves.count) runs, and their range" : "",
                    colour: lines.count + 1,
                    points: Self.summary(of: curves)
                )
            )
        }
        let all = lines.flatMap(\.points)
        guard let low = all.map(\.low).min(), let high = all.map(\.high).max(), let last = all.map(\.step).max() else {
            return nil
        }
        self.lines = lines
        let span = max(high - low, 1e-9)
        func x(_ step: Double) -> String {
            NumberText.fixed(Self.left + step / max(last, 1) * (Self.right - Self.left), digits: 1)
        }
        func y(_ value: Double) -> String {
            NumberText.fixed(Self.bottom - (value - low) / span * (Self.bottom - Self.top), digits: 1)
        }
        var parts: [String] = []
        for value in Self.ticks(low, high) {
            parts.append(
                "<line class=\"grid\" x1=\"\(Int(Self.left))\" x2=\"\(Int(Self.right))\" y1=\"\(y(value))\" y2=\"\(y(value))\"/>"
                    + "<text x=\"46\" y=\"\(y(value))\" dy=\"3.5\" text-anchor=\"end\">\(NumberText.short(value))</text>"
            )
        }
        for step in Self.ticks(0, last) {
            let anchor = step == 0 ? "start" : step > 0.97 * last ? "end" : "middle"
            let label = (step == 0 ? "step " : "") + NumberText.grouped(Int(step))
            parts.append("<text x=\"\(x(step))\" y=\"250\" text-anchor=\"\(anchor)\">\(label)</text>")
        }
        for line in lines where line.points.contains(where: { $0.low < $0.high }) {
            let upper = line.points.map { "\(x($0.step)) \(y($0.high))" }
            let lower = line.points.reversed().map { "\(x($0.step)) \(y($0.low))" }
            parts.append("<path class=\"band c\(line.colour)\" d=\"M\((upper + lower).joined(separator: "L"))Z\"/>")
        }
        for line in lines {
            let path = line.points.map { "\(x($0.step)) \(y($0.mean))" }.joined(separator: "L")
            parts.append("<path class=\"curve c\(line.colour)\" d=\"M\(path)\"/>")
        }
        let ends = lines.compactMap { line in
            line.points.last.map { "\(line.name) ends at \(NumberText.short($0.mean))" }
        }
        svg =
            "<svg class=\"chart\" viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" "
            + "aria-labelledby=\"compared-title compared-desc\"><title id=\"compared-title\">"
            + "\(metric.escaped) over steps</title><desc id=\"compared-desc\">\(ends.joined(separator: "; ").escaped).</desc>"
            + parts.joined() + "</svg>"
    }

    /// Round numbers between two bounds: three to seven, 1, 2 or 5 times a power of ten apart.
    private static func ticks(_ low: Double, _ high: Double) -> [Double] {
        let rough = max(high - low, 1e-9) / 5
        var power = 1.0
        while power > rough { power /= 10 }
        while power * 10 <= rough { power *= 10 }
        let step = [1.0, 2, 5, 10].first { $0 * power >= rough }.map { $0 * power } ?? 10 * power
        let first = (low / step).rounded(.up)
        return (0...7).map { (first + Double($0)) * step }.filter { $0 <= high }
    }

    /// Mean and range of the curves at the steps of the longest, each read at its last point before.
    private static func summary(
        of curves: [[MetricPoint]]
    ) -> [(step: Double, mean: Double, low: Double, high: Double)] {
        guard let grid = curves.max(by: { $0.count < $1.count }) else { return [] }
        var places = [Int](repeating: 0, count: curves.count)
        return grid.compactMap { point in
            var values: [Double] = []
            for (index, curve) in curves.enumerated() {
                while places[index] + 1 < curve.count, curve[places[index] + 1].step <= point.step {
                    places[index] += 1
                }
                let place = places[index]
                if curve[place].step <= point.step, point.step <= (curve.last?.step ?? 0) {
                    values.append(curve[place].value)
                }
            }
            guard let low = values.min(), let high = values.max() else { return nil }
            return (Double(point.step), values.reduce(0, +) / Double(values.count), low, high)
        }
    }
}

extension String {
    /// As text in HTML and in attributes; by code points, so that no combining mark hides a quote.
    var escaped: String {
        var output = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar {
            case "<": output.append(contentsOf: "&lt;".unicodeScalars)
            case ">": output.append(contentsOf: "&gt;".unicodeScalars)
            case "&": output.append(contentsOf: "&amp;".unicodeScalars)
            case "\"": output.append(contentsOf: "&quot;".unicodeScalars)
            case "'": output.append(contentsOf: "&#39;".unicodeScalars)
            default: output.append(scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? "\u{FFFD}" : scalar)
            }
        }
        return String(output)
    }
}
