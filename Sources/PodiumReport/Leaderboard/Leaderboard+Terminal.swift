extension Leaderboard {
    /// A table of plain lines: systems down and tasks across where that fits, else turned.
    func terminalTable(width: Int) -> String {
        var lines = ["\(TerminalText.safe(title))"]
        // Beside scores on the sample, published ones would be compared whatever the words say.
        let shown = groups.filter { !($0.isPublished && hasSampleScores) }
        for group in shown {
            lines.append("")
            lines.append(group.title)
            let upright = uprightGrid(group)
            let turned = turnedGrid(group)
            let fits = TerminalText.width(of: upright) <= width || TerminalText.width(of: turned) > width
            lines += TerminalText.lines(fits ? upright : turned)
        }
        if !remarks.isEmpty { lines.append("") }
        lines += remarks.map { "  " + TerminalText.safe($0) }
        for (index, source) in sources.enumerated() where shown.contains(where: \.isPublished) {
            lines.append("  [\(index + 1)] \(TerminalText.safe(source.source)); \(source.split)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func uprightGrid(_ group: Group) -> [[String]] {
        let shown = usedColumns(group)
        let header = [group.isPublished ? "" : "#", "System"] + shown.map { columns[$0].title }
        return [header]
            + group.rows.map { row in
                [row.rank.map(String.init) ?? "", label(row)] + shown.map { terminalCell(row.cells[$0]) }
            }
    }

    private func turnedGrid(_ group: Group) -> [[String]] {
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

/// Text for terminals: aligned by columns, without anything that could steer one.
enum TerminalText {
    /// Control characters and direction marks become U+FFFD.
    static func safe(_ text: String) -> String {
        var output = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { output.append(isUnsafe(scalar) ? "\u{FFFD}" : scalar) }
        return String(output)
    }

    static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// Columns that a text takes: none for combining marks, two for East Asian wide characters and emoji.
    static func columns(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { sum, scalar in
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: return sum
            default: break
            }
            switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
                0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
                return sum + 2
            default: return sum + 1
            }
        }
    }

    /// The grid's width when printed by `lines`.
    static func width(of grid: [[String]]) -> Int {
        widths(grid).reduce(0) { $0 + $1 + 2 }
    }

    /// The grid's rows, the first one underlined; the first two columns left-aligned, the others right.
    static func lines(_ grid: [[String]]) -> [String] {
        let widths = widths(grid)
        var lines = grid.map { row in
            let cells = zip(row, widths).enumerated().map { index, cell in
                let padding = String(repeating: " ", count: cell.1 - columns(cell.0))
                return index < 2 ? cell.0 + padding : padding + cell.0
            }
            return trimmed("  " + cells.joined(separator: "  "))
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        lines.insert("  " + rule, at: min(1, lines.count))
        return lines
    }

    private static func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }

    private static func widths(_ grid: [[String]]) -> [Int] {
        (grid.first ?? []).indices.map { column in grid.map { columns($0[column]) }.max() ?? 0 }
    }
}
