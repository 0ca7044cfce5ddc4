import PodiumCore
import PodiumPrimitives

/// Every seed of every system on every task: a row for a system and task, a column for a seed.
struct SeedMatrixView {
    struct Cell {
        var text: String
        /// 0 to 4: where the score lies between the worst and the best of its task.
        var shade: String
        var run: TaskView.RunLink?
    }

    struct Row {
        var task: String
        var taskAnchor: String
        var system: String
        var cells: [Cell]
        var mean: String
        var spread: String
        var agreement: String
    }

    let seeds: [String]
    let rows: [Row]

    /// - Returns: nil where no system has a second seed.
    init?(_ report: Report, order: [String], anchors: Anchors) {
        let measured = report.results.filter { $0.score?.seeds != nil }
        let seeds = Set(measured.flatMap { $0.score?.seeds?.values.map(\.seed) ?? [] }).sorted()
        guard seeds.count > 1 else { return nil }
        // Seeds need not be the same for all; a few dozen columns are what can be read.
        let shown = seeds.prefix(Self.columnLimit)
        self.seeds = shown.map { "seed \($0)" }
        let names = Dictionary(report.systems.map { ($0.id, $0.name) }) { first, _ in first }
        rows = report.tasks.flatMap { task -> [Row] in
            let own = measured.filter { $0.task == task }
                .sorted { (order.firstIndex(of: $0.system) ?? .max) < (order.firstIndex(of: $1.system) ?? .max) }
            let values = own.flatMap { $0.score?.seeds?.values.map(\.value) ?? [] }
            let (low, high) = (values.min() ?? 0, values.max() ?? 1)
            return own.map { result in
                let bySeed = Dictionary((result.score?.seeds?.values ?? []).map { ($0.seed, $0) }) { first, _ in first }
                return Row(
                    task: task.displayName,
                    taskAnchor: anchors.task(task),
                    system: names[result.system] ?? result.system,
                    cells: shown.map { seed in
                        guard let value = bySeed[seed] else { return Cell(text: "–", shade: "0", run: nil) }
                        let place = high > low ? (value.value - low) / (high - low) : 0.5
                        return Cell(
                            text: NumberText.percent(value.value),
                            shade: String(Int((place * 4).rounded())),
                            run: TaskView.RunLink(href: anchors.link(toRun: value.run), number: value.run)
                        )
                    },
                    mean: result.score.map { NumberText.percent($0.value) } ?? "–",
                    spread: (result.score?.seeds?.standardDeviation).map { NumberText.percent($0, digits: 2) } ?? "–",
                    agreement: result.agreement.map { NumberText.percent($0) + " %" } ?? "–"
                )
            }
        }
    }

    private static let columnLimit = 25
}
