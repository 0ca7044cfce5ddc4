import PodiumCore
import PodiumPrimitives

/// When the attempts of runs took place: a bar for each attempt; the table of runs tells the same in words.
struct TimelineView {
    struct Bar {
        var x: String
        var width: String
        var kind: String
        var label: String
    }

    struct Row {
        var y: String
        var textY: String
        var name: String
        var bars: [Bar]
    }

    let description: String
    let height: Int
    let axisY: String
    let labelY: String
    let rows: [Row]
    let xTicks: [LineChart.Tick]
    /// `and 940 more runs`, or nil.
    let more: String?

    // The drawing is 900 units wide; the template repeats these numbers.
    private static let left = 190.0
    private static let right = 880.0
    private static let pitch = 16.0
    /// Lines that can still be read.
    private static let rowLimit = 60

    /// - Returns: nil where nothing was ever started.
    init?(_ report: Report, now: Double) {
        let started = report.runs.filter { !$0.attempts.isEmpty }
        guard let first = started.flatMap(\.attempts).map(\.startedAt).min() else { return nil }
        let last = max(first + 1, started.flatMap(\.attempts).map { $0.endedAt ?? now }.max() ?? first)
        // Runs with several attempts have something to tell; then in the order in which they started.
        let chosen = started.sorted { a, b in
            let (most, other) = (a.attempts.count > 1, b.attempts.count > 1)
            return most == other ? a.id < b.id : most
        }.prefix(Self.rowLimit).sorted { ($0.attempts[0].startedAt, $0.id) < ($1.attempts[0].startedAt, $1.id) }
        let axis = Axis(covering: [0, last - first], count: 6)
        func x(_ time: Double) -> Double {
            min(axis.position(time - first, from: Self.left, to: Self.right), Self.right + 10)
        }
        rows = chosen.enumerated().map { place, run in
            let y = 4 + Double(place) * Self.pitch
            return Row(
                y: coordinate(y),
                textY: coordinate(y + 9),
                name: "\(run.id) \(Self.short(run.name))",
                bars: run.attempts.map { attempt in
                    let start = x(attempt.startedAt)
                    let length = max(1.5, x(attempt.endedAt ?? now) - start)
                    let time = NumberText.duration((attempt.endedAt ?? now) - attempt.startedAt)
                    return Bar(
                        x: coordinate(start),
                        width: coordinate(length),
                        kind: Self.kind(attempt.outcome),
                        label: "run \(run.id), attempt \(attempt.number): \(attempt.outcome ?? "running"), \(time)"
                    )
                }
            )
        }
        let bottom = 4 + Double(rows.count) * Self.pitch + 2
        axisY = coordinate(bottom)
        labelY = coordinate(bottom + 14)
        height = Int(bottom) + 20
        xTicks = axis.ticks.filter { x(first + $0) <= Self.right + 5 }.map {
            LineChart.Tick(at: coordinate(x(first + $0)), label: NumberText.duration($0), anchor: "middle")
        }
        let repeated = started.count { $0.attempts.count > 1 }
        description =
            "\(NumberText.count(started.flatMap(\.attempts).count, "attempt")) of \(NumberText.count(started.count, "run")) over "
            + "\(NumberText.duration(last - first)); \(NumberText.count(repeated, "run")) took more than one."
        let hidden = started.count - rows.count
        more = hidden > 0 ? "and \(NumberText.grouped(hidden)) more runs, which the table of runs has" : nil
    }

    /// What fits beside the bars: names begin with the system and end with the seed, which tell runs apart.
    private static func short(_ name: String) -> String {
        let scalars = name.unicodeScalars
        guard scalars.count > 26 else { return name }
        return "\(String(scalars.prefix(9)))…\(String(scalars.suffix(16)))"
    }

    private static func kind(_ outcome: String?) -> String {
        switch outcome {
        case "succeeded": "done"
        case nil: "open"
        case "released", "preempted", "lost", "cancelled": "broken"
        default: "bad"
        }
    }
}
