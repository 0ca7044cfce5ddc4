import PodiumCore
import PodiumPrimitives

/// Where things stand in a report's pages; names from outside never become ids.
///
/// `task`, `cell`, `run` and `dataset` are ids; `link(to…)` leads to them from the page at hand.
struct Anchors {
    private let systems: [ExactText: Int]
    private let datasets: [ExactText: Int]
    private let sides: SidePages
    /// The page that links stand in; nil for the report's own.
    private let page: SidePages.Page?

    init(_ report: Report, sides: SidePages = .none, from page: SidePages.Page? = nil) {
        systems = Self.number(report.systems.map(\.id))
        datasets = Self.number(report.datasets.map(\.id))
        self.sides = sides
        self.page = page
    }

    func task(_ task: BenchmarkTask) -> String { "task-\(task.slug)" }
    func cell(system: String, task: BenchmarkTask) -> String {
        "cell-s\(systems[ExactText(system), default: 0])-\(task.slug)"
    }
    func run(_ id: Int64) -> String { "run-\(id)" }
    func dataset(_ id: String) -> String { "data-\(datasets[ExactText(id), default: 0])" }

    func link(toTask task: BenchmarkTask) -> String { home + "#" + self.task(task) }
    func link(toDataset id: String) -> String { home + "#" + dataset(id) }
    func link(toRun id: Int64) -> String {
        let isHere = page == .runs || page == nil && sides.keeps(id)
        return (isHere ? "" : sides.contains(.runs) ? SidePages.Page.runs.rawValue : home) + "#" + run(id)
    }

    private var home: String { page == nil ? "" : ReportHTML.fileName }

    private static func number(_ ids: [String]) -> [ExactText: Int] {
        Dictionary(ids.enumerated().map { (ExactText($0.element), $0.offset + 1) }) { first, _ in first }
    }
}
