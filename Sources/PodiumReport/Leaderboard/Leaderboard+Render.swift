import PodiumCore
import PodiumPrimitives

extension Leaderboard {
    package enum Format: String, CaseIterable, Sendable {
        /// For a terminal.
        case table
        case json
        case csv
        case md
        case latex
    }

    /// The leaderboard as text that ends with a line feed.
    ///
    /// - Parameter width: columns of the terminal, for `.table` only: a table that
    ///   is too wide is turned, with a line for each task.
    package func render(_ format: Format, width: Int = 100) throws(ReportError) -> String {
        switch format {
        case .table: terminalTable(width: width)
        case .json: try json()
        case .csv: csv()
        case .md: markdown()
        case .latex: latex()
        }
    }
}

extension Leaderboard.Cell {
    /// The score ×100 with its marks, or a word for why there is none: `84.3`, `88.9 F1`, `50.0‡`, `failed`.
    var valueText: String {
        guard let value else {
            switch status {
            case .failed: return "failed"
            case .undefined: return "undefined"
            case .partial: return "…"
            case .ok, .missing, .degenerate: return "–"
            }
        }
        return NumberText.percent(value) + marks
    }

    /// `…` partial, `‡` degenerate, `!` failed seeds, and the metric where it is not the task's score.
    var marks: String {
        guard value != nil else { return "" }
        var text = ""
        if status == .partial { text += "…" }
        if status == .degenerate { text += "‡" }
        if seeds?.failed ?? 0 > 0 { text += "!" }
        return text
    }

    /// `±1.2`, or nil.
    var marginText: String? {
        guard value != nil, let interval else { return nil }
        return "±" + NumberText.percent(interval.halfWidth)
    }

    /// The whole cell as plain text: `84.3 ±1.2`, `88.9 F1`.
    var text: String {
        let metric = onlyMetric.map { BenchmarkTask.symbol(ofMetric: $0) }
        return ([valueText, metric, marginText, dataMark.map { "(\($0))" }]).compactMap(\.self).joined(separator: " ")
    }
}
