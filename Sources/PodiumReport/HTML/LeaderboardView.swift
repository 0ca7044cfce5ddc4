import PodiumCore
import PodiumPrimitives

/// The leaderboard as the template `leaderboard` prints it.
struct LeaderboardView {
    struct Header {
        var title: String
        var link: String?
        var metrics: String
    }

    struct Cell {
        var text: String
        var isBest: Bool
        var isSecond: Bool
        var isEmpty: Bool
        var margin: String?
        var parts: String?
        var metric: String?
        var mark: String?
        var link: String?
        var hint: String?
    }

    struct Row {
        var rank: String?
        var name: String
        var detail: String?
        var source: Int?
        var cells: [Cell]
    }

    struct Group {
        var title: String
        var note: String?
        var isPublished: Bool
        var isSample: Bool
        var rows: [Row]
    }

    let headers: [Header]
    let span: Int
    let caption: String
    let groups: [Group]
    /// Whether a row has a rank, which the first column's head then explains.
    let hasRanks: Bool

    /// - Parameter isWanted: which rows to show; groups left without any are dropped.
    init(
        _ leaderboard: Leaderboard,
        report: Report,
        anchors: Anchors,
        caption: String,
        rows isWanted: (Leaderboard.Row) -> Bool
    ) {
        self.caption = caption
        span = leaderboard.columns.count + 1
        headers = leaderboard.columns.map { column in
            switch column {
            case .average(let averaging): Header(title: averaging.title, link: nil, metrics: "average")
            case .task(let task): Header(title: task.displayName, link: anchors.task(task), metrics: task.metricSymbols)
            }
        }
        let systems = Dictionary(report.systems.map { (ExactText($0.id), $0) }) { first, _ in first }
        groups = leaderboard.groups.compactMap { group in
            let shown = group.rows.filter(isWanted)
            guard !shown.isEmpty else { return nil }
            return Group(
                title: group.heading,
                note: group.dataNote,
                isPublished: group.isPublished,
                isSample: group.origin == .sample,
                rows: shown.map { row in
                    let system = row.system.flatMap { systems[ExactText($0)] }
                    return Row(
                        rank: row.rankText,
                        name: row.name,
                        detail: system.flatMap { Self.detail($0, tries: row.tries) },
                        source: row.source,
                        cells: row.cells.map { Self.cell($0, row: row, anchors: anchors) }
                    )
                }
            )
        }
        hasRanks = groups.contains { $0.rows.contains { $0.rank != nil } }
    }

    private static func detail(_ system: Report.System, tries: Int?) -> String? {
        let size = system.parameters.map { "\(NumberText.fixed(Double($0) / 1e6, digits: 1)) M parameters" }
        let chosen = tries.flatMap { $0 > 1 ? "best of \($0) tries" : nil }
        let parts = [system.summary, size, chosen].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: " · ")
    }

    private static func cell(_ cell: Leaderboard.Cell, row: Leaderboard.Row, anchors: Anchors) -> Cell {
        var link: String?
        if case .task(let task) = cell.column, let system = row.system, cell.status != .missing {
            link = anchors.cell(system: system, task: task)
        }
        return Cell(
            text: cell.valueText,
            isBest: cell.isBest,
            isSecond: cell.isSecond,
            isEmpty: cell.value == nil,
            margin: cell.marginText,
            parts: parts(cell),
            metric: cell.onlyMetric.map { BenchmarkTask.symbol(ofMetric: $0) },
            mark: cell.dataMark,
            link: link,
            hint: hint(cell)
        )
    }

    private static func parts(_ cell: Leaderboard.Cell) -> String? {
        guard cell.parts.count > 1 else { return nil }
        return cell.parts.map { NumberText.percent($0.value) }.joined(separator: "/")
    }

    private static func hint(_ cell: Leaderboard.Cell) -> String? {
        var hints: [String] = []
        if let seeds = cell.seeds {
            let failed = seeds.failed > 0 ? ", \(seeds.failed) failed" : ""
            hints.append("\(seeds.count) \(seeds.count == 1 ? "seed" : "seeds")\(failed)")
        }
        if let standing = cell.standing { hints.append("rank \(standing.text)") }
        if cell.configurations > 1 { hints.append("best of \(cell.configurations) configurations") }
        if let agreement = cell.agreement {
            hints.append("all seeds agree on \(NumberText.percent(agreement)) % of the examples")
        }
        hints += cell.parts.map { "\(BenchmarkTask.metricName($0.metric)) \(NumberText.percent($0.value))" }
        if !cell.missing.isEmpty {
            hints.append("without \(cell.missing.map(\.displayName).joined(separator: ", "))")
        }
        hints += cell.notes.map(\.message)
        return hints.isEmpty ? nil : hints.joined(separator: "; ")
    }
}
