import PodiumCore
import PodiumPrimitives

/// Where things stand in the page; names from outside never become ids.
struct Anchors {
    private let systems: [ExactText: Int]
    private let datasets: [ExactText: Int]

    init(_ report: Report) {
        systems = Self.number(report.systems.map(\.id))
        datasets = Self.number(report.datasets.map(\.id))
    }

    func task(_ task: BenchmarkTask) -> String { "task-\(task.slug)" }
    func cell(system: String, task: BenchmarkTask) -> String {
        "cell-s\(systems[ExactText(system), default: 0])-\(task.slug)"
    }
    func run(_ id: Int64) -> String { "run-\(id)" }
    func dataset(_ id: String) -> String { "data-\(datasets[ExactText(id), default: 0])" }

    private static func number(_ ids: [String]) -> [ExactText: Int] {
        Dictionary(ids.enumerated().map { (ExactText($0.element), $0.offset + 1) }) { first, _ in first }
    }
}
