import PodiumCore
import PodiumPrimitives

/// What systems reached and what that took: a point for each, and the same numbers as a table.
struct ComputeView {
    struct Point {
        var name: String
        var x: String
        var y: String
        var labelX: String
        var anchor: String
        var time: String
        var score: String
        var runs: String
        var parameters: String
    }

    let title: String
    let description: String
    let points: [Point]
    let xTicks: [LineChart.Tick]
    let yTicks: [LineChart.Tick]

    // The drawing is 560 by 220 units; the template repeats these numbers.
    private static let left = 40.0
    private static let right = 540.0
    private static let top = 12.0
    private static let bottom = 180.0

    /// - Returns: nil unless two systems have scores on a common task and training times.
    init?(_ report: Report) {
        let systems = report.systems.filter { system in
            report.results.contains { $0.system == system.id && $0.score != nil }
        }
        let tasks = report.tasks.filter { task in
            systems.allSatisfy { system in
                report.results.contains { $0.system == system.id && $0.task == task && $0.score != nil }
            }
        }
        guard systems.count > 1, !tasks.isEmpty else { return nil }
        let runs = Dictionary(report.runs.map { ($0.id, $0) }) { first, _ in first }
        let measured = systems.compactMap {
            system -> (system: Report.System, seconds: Double, score: Double, runs: Int)? in
            let results = report.results.filter { $0.system == system.id && tasks.contains($0.task) }
            let counted = results.flatMap(\.runs).compactMap { runs[$0] }
            let seconds = counted.compactMap(\.wallSeconds).reduce(0, +)
            guard seconds > 0, !results.isEmpty else { return nil }
            let score = results.compactMap(\.score?.value).reduce(0, +) / Double(results.count)
            return (system, seconds / Double(max(1, counted.count)), score, counted.count)
        }
        guard measured.count > 1 else { return nil }
        let xAxis = Axis(covering: [0] + measured.map(\.seconds), count: 6)
        let yAxis = Axis(covering: measured.map { $0.score * 100 }, count: 4, ceiling: 100)
        let names = tasks.count == 1 ? tasks[0].displayName : "mean of \(tasks.count) tasks"
        title = "Score (\(names)) against training time of one run"
        description =
            measured.map {
                "\($0.system.name): \(NumberText.percent($0.score)) after \(NumberText.duration($0.seconds))"
            }.joined(separator: "; ") + "."
        points = measured.map { one in
            let x = xAxis.position(one.seconds, from: Self.left, to: Self.right)
            let isRight = x > (Self.left + Self.right) / 2
            return Point(
                name: one.system.name,
                x: coordinate(x),
                y: coordinate(yAxis.position(one.score * 100, from: Self.bottom, to: Self.top)),
                labelX: coordinate(isRight ? x - 7 : x + 7),
                anchor: isRight ? "end" : "start",
                time: NumberText.duration(one.seconds),
                score: NumberText.percent(one.score, digits: 2),
                runs: String(one.runs),
                parameters: one.system.parameters.map { "\(NumberText.fixed(Double($0) / 1e6, digits: 1)) M" } ?? "–"
            )
        }
        xTicks = xAxis.ticks.map {
            LineChart.Tick(
                at: coordinate(xAxis.position($0, from: Self.left, to: Self.right)),
                label: NumberText.duration($0),
                anchor: "middle"
            )
        }
        yTicks = yAxis.ticks.map {
            LineChart.Tick(
                at: coordinate(yAxis.position($0, from: Self.bottom, to: Self.top)),
                label: yAxis.label($0),
                anchor: "end"
            )
        }
    }
}
