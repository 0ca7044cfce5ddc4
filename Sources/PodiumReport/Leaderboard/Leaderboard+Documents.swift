import PodiumCore
import PodiumPrimitives

extension Leaderboard {
    /// A GitHub-flavoured Markdown table for each group.
    func markdown() -> String {
        var lines = ["# \(Self.markdownText(title))"]
        for group in groups {
            lines += ["", "**\(Self.markdownText(group.title))**", ""]
            let header = ["#", "System"] + columns.map(\.title)
            lines.append("| " + header.joined(separator: " | ") + " |")
            lines.append("|---:|:---|" + columns.map { _ in "---:|" }.joined())
            for row in group.rows {
                let name = Self.markdownText(row.name) + (row.source.map { " [\($0)]" } ?? "")
                let cells = row.cells.map { cell in cell.isBest ? "**\(cell.text)**" : cell.text }
                lines.append("| " + ([row.rankText ?? "", name] + cells).joined(separator: " | ") + " |")
            }
        }
        if !remarks.isEmpty { lines.append("") }
        lines += remarks.map { "- " + Self.markdownText($0) }
        if !sources.isEmpty { lines.append("") }
        for (index, source) in sources.enumerated() {
            lines.append("\\[\(index + 1)\\] \(Self.markdownText(source.source)) (\(source.split))  ")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Escapes what Markdown or the HTML inside it would take for markup; breaks and controls become spaces.
    static func markdownText(_ text: String) -> String {
        var output = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "$": output += "\\\(scalar)"
            default:
                if TerminalText.isUnsafe(scalar) { output += " " } else { output.unicodeScalars.append(scalar) }
            }
        }
        return output
    }

    /// A `booktabs` table for each group's rows.
    func latex() -> String {
        let span = columns.count + 2
        var lines = [
            "% Needs \\usepackage{booktabs} and a Unicode engine or \\usepackage[T1]{fontenc}.",
            "\\begin{table}",
            "  \\centering",
            "  \\caption{\(Self.latexText(title))}",
            "  \\begin{tabular}{rl\(String(repeating: "r", count: columns.count))}",
            "    \\toprule",
            "    \\# & System & " + columns.map { Self.latexText($0.title) }.joined(separator: " & ") + " \\\\",
        ]
        for group in groups {
            lines.append("    \\midrule")
            lines.append("    \\multicolumn{\(span)}{l}{\\emph{\(Self.latexText(group.title))}} \\\\")
            for row in group.rows {
                let source = row.source.map { " [\($0)]" } ?? ""
                let cells = row.cells.map(Self.latexCell)
                lines.append(
                    "    "
                        + ([Self.latexText(row.rankText ?? ""), Self.latexText(row.name) + source] + cells).joined(
                            separator: " & "
                        ) + " \\\\"
                )
            }
        }
        lines += ["    \\bottomrule", "  \\end{tabular}"]
        for remark in remarks { lines.append("  \\par\\footnotesize \(Self.latexText(remark))") }
        for (index, source) in sources.enumerated() {
            lines.append("  \\par\\footnotesize [\(index + 1)] \(Self.latexText(source.source)) (\(source.split))")
        }
        lines.append("\\end{table}")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func latexCell(_ cell: Cell) -> String {
        guard cell.value != nil else { return latexText(cell.valueText) }
        var text = latexText(cell.valueText)
        if cell.isBest { text = "\\textbf{\(text)}" }
        if let metric = cell.onlyMetric {
            text += " {\\scriptsize \(latexText(BenchmarkTask.symbol(ofMetric: metric)))}"
        }
        if let interval = cell.interval {
            text += " {\\scriptsize$\\pm$\(NumberText.percent(interval.halfWidth))}"
        }
        if let mark = cell.dataMark { text += " {\\scriptsize(\(latexText(mark)))}" }
        return text
    }

    /// Escapes LaTeX's special characters; breaks and controls become spaces.
    static func latexText(_ text: String) -> String {
        var output = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": output += "\\textbackslash{}"
            case "~": output += "\\textasciitilde{}"
            case "^": output += "\\textasciicircum{}"
            case "<": output += "\\textless{}"
            case ">": output += "\\textgreater{}"
            case "|": output += "\\textbar{}"
            case "\"": output += "\\textquotedbl{}"
            case "&", "%", "$", "#", "_", "{", "}": output += "\\\(scalar)"
            case "±": output += "$\\pm$"
            case "–": output += "--"
            case "…": output += "\\ldots{}"
            case "‡": output += "\\textdaggerdbl{}"
            case "·": output += "\\textperiodcentered{}"
            case "ρ": output += "$\\rho$"
            case "×": output += "$\\times$"
            default:
                if TerminalText.isUnsafe(scalar) { output += " " } else { output.unicodeScalars.append(scalar) }
            }
        }
        return output
    }
}
