import PodiumPrimitives

/// Every seed's score as a dot, their mean and its interval, on an axis shared by a task's systems.
struct SeedStrip {
    struct Dot {
        var x: String
        var label: String
    }

    let description: String
    let gridPath: String
    let dots: [Dot]
    let mean: String
    /// The interval's ends; nil where there is none.
    let intervalStart: String?
    let intervalEnd: String?

    // The drawing is 200 by 22 units; the template repeats these numbers.
    private static let left = 8.0
    private static let right = 192.0

    init?(_ score: Report.Measurement?, axis: Axis) {
        guard let score else { return nil }
        func x(_ value: Double) -> String {
            coordinate(axis.position(value * 100, from: Self.left, to: Self.right))
        }
        let values = score.seeds?.values ?? []
        let interval = score.intervals.first
        gridPath = axis.ticks.map { "M\(coordinate(axis.position($0, from: Self.left, to: Self.right))) 0v22" }.joined()
        dots = values.map { Dot(x: x($0.value), label: "seed \($0.seed): \(NumberText.percent($0.value, digits: 2))") }
        mean = x(score.value)
        intervalStart = interval.map { x(max($0.low, axis.low / 100)) }
        intervalEnd = interval.map { x(min($0.high, axis.high / 100)) }
        let seeds = values.map { NumberText.percent($0.value, digits: 2) }.joined(separator: ", ")
        let bounds = interval.map {
            ", interval \(NumberText.percent($0.low, digits: 2)) to \(NumberText.percent($0.high, digits: 2))"
        }
        description =
            "score \(NumberText.percent(score.value, digits: 2))\(bounds ?? "")"
            + (values.isEmpty ? "" : "; seeds \(seeds)")
            + (score.seeds.map { "; median \(NumberText.percent($0.median, digits: 2))" } ?? "")
    }

    /// The axis that fits all of a task's scores.
    static func axis(_ scores: [Report.Measurement]) -> Axis {
        let values = scores.flatMap { score in
            [score.value] + (score.seeds?.values.map(\.value) ?? [])
                + score.intervals.prefix(1).flatMap { [$0.low, $0.high] }
        }
        let (low, high) = (values.min() ?? 0, values.max() ?? 0)
        // Equal scores get an axis of a point on either side: a hundredth of one has labels that do not fit.
        let margin = high - low < 0.005 ? 0.01 : 0
        return Axis(
            covering: [(low - margin) * 100, (high + margin) * 100],
            count: 4,
            floor: low < 0 ? -100 : 0,
            ceiling: 100
        )
    }

    static func tickLabels(_ axis: Axis) -> [LineChart.Tick] {
        axis.ticks.map { tick in
            LineChart.Tick(
                at: coordinate(axis.position(tick, from: left, to: right)),
                label: axis.label(tick),
                anchor: "middle"
            )
        }
    }
}
