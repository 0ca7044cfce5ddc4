/// A table of plain text: the one layout of every table on a terminal.
package struct TextTable {
    package enum Alignment { case left, right }

    private let header: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []

    package init(_ header: [(String, Alignment)]) {
        self.header = header.map { (title: TerminalText.safe($0.0), alignment: $0.1) }
    }

    /// Adds a row; what could steer a terminal is taken out of its cells.
    package mutating func add(_ cells: [String]) {
        precondition(cells.count == header.count, "a cell for each column")
        rows.append(cells.map(TerminalText.safe))
    }

    /// Columns of a terminal that a rendered line takes at most, without an indent.
    package var width: Int { widths.reduce(0) { $0 + $1 + 2 } - 2 }

    /// Lines without spaces at their ends, the header first.
    ///
    /// - Parameter hasRule: whether a line stands below the header.
    package func lines(hasRule: Bool = false) -> [String] {
        let widths = widths
        func line(_ cells: [String]) -> String {
            let padded = cells.indices.map { column -> String in
                let space = String(repeating: " ", count: widths[column] - TerminalText.columns(cells[column]))
                return header[column].alignment == .left ? cells[column] + space : space + cells[column]
            }
            var text = padded.joined(separator: "  ")
            while text.hasSuffix(" ") { text.removeLast() }
            return text
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        return [line(header.map(\.title))] + (hasRule ? [rule] : []) + rows.map(line)
    }

    package func rendered() -> String {
        lines().joined(separator: "\n")
    }

    private var widths: [Int] {
        header.indices.map { column in
            max(
                TerminalText.columns(header[column].title),
                rows.map { TerminalText.columns($0[column]) }.max() ?? 0
            )
        }
    }
}
