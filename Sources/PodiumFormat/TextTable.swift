/// Columns of plain text, as squeue prints them.
package struct TextTable {
    package enum Alignment { case left, right }

    package let header: [(title: String, alignment: Alignment)]
    package private(set) var rows: [[String]] = []

    package init(_ header: [(String, Alignment)]) {
        self.header = header.map { (title: $0.0, alignment: $0.1) }
    }

    package mutating func add(_ cells: [String]) {
        precondition(cells.count == header.count)
        rows.append(cells)
    }

    package func rendered() -> String {
        let widths = header.indices.map { column in
            max(header[column].title.count, rows.map { $0[column].count }.max() ?? 0)
        }
        func line(_ cells: [String]) -> String {
            let padded = cells.indices.map { column -> String in
                let space = String(repeating: " ", count: widths[column] - cells[column].count)
                return header[column].alignment == .left ? cells[column] + space : space + cells[column]
            }
            var text = padded.joined(separator: "  ")
            while text.hasSuffix(" ") { text.removeLast() }
            return text
        }
        return ([line(header.map(\.title))] + rows.map(line)).joined(separator: "\n")
    }
}
