import PodiumPrimitives

extension Leaderboard {
    /// A table of plain lines: systems down and tasks across where that fits, else transposed.
    func terminalTable(width: Int) -> String {
        var lines = ["\(TerminalText.safe(title))"]
        // Beside scores on the sample, published ones would be compared whatever the words say.
        let shown = groups.filter { !($0.isPublished && hasSampleScores) }
        for group in shown {
            lines.append("")
            lines.append(group.title)
            let upright = table(uprightGrid(group))
            let transposed = table(transposedGrid(group))
            let fits = upright.width + 2 <= width || transposed.width + 2 > width
            lines += (fits ? upright : transposed).lines(hasRule: true).map { "  " + $0 }
        }
        if !remarks.isEmpty { lines.append("") }
        lines += remarks.map { "  " + TerminalText.safe($0) }
        for (index, source) in sources.enumerated() where shown.contains(where: \.isPublished) {
            lines.append("  [\(index + 1)] \(TerminalText.safe(source.source)); \(source.split)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The first row of the grid is the header; the first two columns are left-aligned, the others right.
    private func table(_ grid: [[String]]) -> TextTable {
        var table = TextTable((grid.first ?? []).enumerated().map { ($1, $0 < 2 ? .left : .right) })
        for row in grid.dropFirst() { table.add(row) }
        return table
    }

    private func uprightGrid(_ group: Group) -> [[String]] {
        let shown = usedColumns(group)
        let header = [group.isPublished ? "" : "#", "System"] + shown.map { columns[$0].title }
        return [header]
            + group.rows.map { row in
                [row.rankText ?? "", label(row)] + shown.map { terminalCell(row.cells[$0]) }
            }
    }

    private func transposedGrid(_ group: Group) -> [[String]] {
        let header = ["Task", ""] + group.rows.map(label)
        return [header]
            + usedColumns(group).map { column in
                let symbols: String =
                    switch columns[column] {
                    case .average: ""
                    case .task(let task): task.metricSymbols
                    }
                return [columns[column].title, symbols] + group.rows.map { terminalCell($0.cells[column]) }
            }
    }

    private func terminalCell(_ cell: Cell) -> String {
        cell.text + (cell.isBest ? "*" : " ")
    }

    /// Columns in which at least one row of the group has something to say.
    private func usedColumns(_ group: Group) -> [Int] {
        columns.indices.filter { column in
            !group.isPublished || group.rows.contains { $0.cells[column].value != nil }
        }
    }

    private func label(_ row: Row) -> String {
        TerminalText.safe(row.name) + (row.source.map { " [\($0)]" } ?? "")
    }
}
