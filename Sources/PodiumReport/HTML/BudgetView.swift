import PodiumCore
import PodiumPrimitives

/// The best score to be expected of fewer configurations: a line for each system, and the same numbers as a table.
struct BudgetView {
    struct Line {
        var name: String
        var path: String
        var endX: String
        var endY: String
        var values: [String]
    }

    let id: String
    let title: String
    let description: String
    let budgets: [String]
    let lines: [Line]
    let yTicks: [LineChart.Tick]
    let xTicks: [LineChart.Tick]

    // The drawing is 360 by 150 units; the template repeats these numbers.
    private static let left = 40.0
    private static let right = 260.0
    private static let top = 10.0
    private static let bottom = 120.0

    /// - Returns: nil where nobody chose from three configurations.
    init?(_ task: BenchmarkTask, report: Report) {
        let chosen = report.results.filter { $0.task == task && $0.expectedMaximum.count > 2 }
        let most = chosen.map(\.expectedMaximum.count).max() ?? 0
        guard most > 2 else { return nil }
        let names = Dictionary(report.systems.map { ($0.id, $0.name) }) { first, _ in first }
        let yAxis = Axis(covering: chosen.flatMap(\.expectedMaximum).map { $0 * 100 }, count: 4, ceiling: 100)
        func x(_ budget: Int) -> Double {
            Self.left + Double(budget - 1) / Double(most - 1) * (Self.right - Self.left)
        }
        func y(_ value: Double) -> Double { yAxis.position(value * 100, from: Self.bottom, to: Self.top) }
        id = "budget-\(task.slug)"
        title = "\(task.displayName): expected best by number of configurations"
        description =
            chosen.map { result in
                "\(names[result.system] ?? result.system): \(NumberText.percent(result.expectedMaximum[0])) with one, "
                    + "\(NumberText.percent(result.expectedMaximum[result.expectedMaximum.count - 1])) with "
                    + "\(result.expectedMaximum.count)"
            }.joined(separator: "; ") + "."
        let shown = Array(Set([1, 2, 3, 5, 10, 20, 50, most].filter { $0 <= most })).sorted()
        budgets = shown.map(String.init)
        lines = chosen.map { result in
            let points = result.expectedMaximum.enumerated().map { (x($0.offset + 1), y($0.element)) }
            return Line(
                name: names[result.system] ?? result.system,
                path: "M" + points.map { "\(coordinate($0.0)) \(coordinate($0.1))" }.joined(separator: "L"),
                endX: coordinate((points.last?.0 ?? 0) + 5),
                endY: coordinate(points.last?.1 ?? 0),
                values: shown.map { budget in
                    budget <= result.expectedMaximum.count
                        ? NumberText.percent(result.expectedMaximum[budget - 1]) : "–"
                }
            )
        }
        yTicks = yAxis.ticks.map { LineChart.Tick(at: coordinate(y($0 / 100)), label: yAxis.label($0), anchor: "end") }
        xTicks = [1, (most + 1) / 2, most].map {
            LineChart.Tick(at: coordinate(x($0)), label: String($0), anchor: "middle")
        }
    }
}
