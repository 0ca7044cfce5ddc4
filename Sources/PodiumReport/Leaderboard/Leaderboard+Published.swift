import PodiumCore
import PodiumPrimitives

extension Leaderboard {
    /// Published rows that have something in one of the columns, in a group for each split.
    static func publishedGroups(
        _ report: Report,
        columns: [Column],
        headlinesOnly: Bool,
        besideSample: Bool
    ) -> ([Group], [Report.PublishedTable]) {
        var sources: [Report.PublishedTable] = []
        var groups: [Group] = []
        for split in ["test", "dev"] {
            var rows: [Row] = []
            for table in report.published where table.split == split {
                let shown = table.rows.filter { $0.isHeadline || !headlinesOnly }
                    .map { row(published: $0, source: sources.count + 1, columns: columns) }
                    .filter { row in row.cells.contains { $0.value != nil } }
                guard !shown.isEmpty else { continue }
                sources.append(table)
                rows += shown
            }
            guard !rows.isEmpty else { continue }
            let sets = split == "test" ? "official test sets" : "official dev sets"
            groups.append(
                Group(
                    isPublished: true,
                    split: split,
                    heading: "Published · \(sets)",
                    dataNote: besideSample ? "sample: not comparable" : nil,
                    rows: rows
                )
            )
        }
        return (groups, sources)
    }

    private static func row(published row: Report.PublishedRow, source: Int, columns: [Column]) -> Row {
        let cells = columns.map { column -> Cell in
            var cell = Cell(column: column, status: .ok, parts: [])
            switch column {
            case .average(let averaging):
                cell.value = row.averages[averaging.rawValue]?.value
            case .task(let task):
                let values = row.values.filter { $0.task == task }.map { (metric: $0.metric, value: $0.number.value) }
                let score = task.score(from: values)
                cell.value = score?.value
                cell.onlyMetric = score?.onlyMetric
                cell.parts = values.count > 1 ? values : []
            }
            if cell.value == nil { cell.status = .missing }
            return cell
        }
        return Row(name: row.name, source: source, isHeadline: row.isHeadline, cells: cells)
    }

    /// What the reader must know to read the table right.
    static func remarks(_ report: Report, groups: [Group]) -> [String] {
        var lines: [String] = []
        let shown = groups.flatMap(\.rows).flatMap(\.cells)
        if groups.contains(where: { $0.origin == .sample }) {
            lines.append("Sample data: generated, small and easy. Its scores show that training works, nothing else.")
        }
        var methods: [String] = []
        for interval in shown.compactMap(\.interval) {
            let over =
                switch interval.source {
                case .examples: "over examples"
                case .seeds: "over seeds"
                case .both: "over seeds and examples"
                }
            let text = "\(NumberText.short(interval.level * 100)) % interval \(over), \(interval.method)"
            if !methods.contains(text) { methods.append(text) }
        }
        if !methods.isEmpty { lines.append("±: half the width of a \(methods.joined(separator: "; or a "))") }
        if groups.contains(where: { $0.rows.contains { $0.standing != nil } }) {
            lines.append(
                "#: the ranks that the tests over all tasks leave open (95 %, all pairs together); a tier may be best together"
            )
        }
        let tries = groups.flatMap(\.rows).compactMap(\.tries).max() ?? 1
        if tries > 1 {
            lines.append(
                "Scores are of the best of up to \(tries) configurations, chosen on the data they are scored on"
            )
        }
        if let selection = report.selection { lines.append("Chosen by: \(selection)") }
        for averaging in Report.AveragingProtocol.allCases {
            let mine = report.averages.filter { $0.averaging == averaging }
            guard !mine.isEmpty else { continue }
            lines.append("\(averaging.title): \(averaging.rule)")
            let missing = BenchmarkTask.allCases.filter { task in mine.contains { $0.missing.contains(task) } }
            if !missing.isEmpty {
                let names = missing.map(\.displayName).joined(separator: ", ")
                lines.append("\(averaging.title) is left blank where a task is missing: \(names)")
            }
        }
        if shown.contains(where: { $0.status == .partial }) {
            lines.append("… not all runs are over, or not all examples were scored")
        }
        if shown.contains(where: { $0.status == .degenerate }) {
            lines.append("‡ at or under the majority classifier: the training failed")
        }
        if shown.contains(where: { ($0.seeds?.failed ?? 0) > 0 }) {
            lines.append("! some seeds failed and are in no mean")
        }
        return lines
    }
}
