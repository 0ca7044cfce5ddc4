import PodiumCore
import PodiumPrimitives

/// A system's results as a model hub reads them: Markdown with a head in YAML.
package enum ModelCard {
    /// A card for every system with a score, by file name; equal contents give equal bytes.
    package static func files(_ report: Report) -> [(name: String, bytes: [UInt8])] {
        let report = report.canonical()
        return report.systems.enumerated().compactMap { number, system in
            let results = report.results.filter { $0.system == system.id && $0.score != nil }
            guard !results.isEmpty else { return nil }
            return ("model-card-\(number + 1)-\(slug(system.name)).md", Array(card(system, results, report).utf8))
        }
    }

    private static func card(_ system: Report.System, _ results: [Report.Outcome], _ report: Report) -> String {
        var lines = [
            "---", "language: en", "tags:", "- bert", "model-index:", "- name: \(quoted(system.name))", "  results:",
        ]
        for result in results { lines += yaml(result, report) }
        lines += ["---", "", "# \(Leaderboard.markdownText(system.name))", ""]
        if let summary = system.summary { lines += [Leaderboard.markdownText(summary), ""] }
        if let origin = system.origin { lines.append("- Started from: \(Leaderboard.markdownText(origin))") }
        if let weights = system.weightsSHA256 { lines.append("- Start weights, SHA-256: `\(weights)`") }
        if let parameters = system.parameters { lines.append("- Parameters: \(NumberText.grouped(Int(parameters)))") }
        lines += ["", "## Results", "", "| Task | Data | Score | 95 % interval | Seeds | Rank | Tries |"]
        lines.append("|:---|:---|---:|---:|---:|---:|---:|")
        for result in results { lines.append(row(result, report)) }
        lines += ["", "Scores times 100. \(basis(results, report))", "", "## Training", ""]
        for result in results {
            guard let run = report.runs.first(where: { result.runs.contains($0.id) }) else { continue }
            let settings = run.parameters.map {
                "\(Leaderboard.markdownText($0.name)) \(Leaderboard.markdownText($0.value))"
            }
            lines.append("- \(result.task.displayName): \(settings.joined(separator: ", "))")
        }
        lines += [
            "", "Made by Podium \(report.provenance.version) from the suite \(Leaderboard.markdownText(report.title)).",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(_ result: Report.Outcome, _ report: Report) -> String {
        let interval = result.score?.intervals.first.map {
            "\(NumberText.percent($0.low)) to \(NumberText.percent($0.high))"
        }
        let rank = report.standings.first { $0.system == result.system && $0.task == result.task }?.text
        let cells = [
            result.task.displayName, Leaderboard.markdownText(result.dataset),
            result.score.map { NumberText.percent($0.value, digits: 2) } ?? "–", interval ?? "–",
            result.score?.seeds.map { String($0.count) } ?? "1", rank ?? "–", String(result.configurations),
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    private static func basis(_ results: [Report.Outcome], _ report: Report) -> String {
        let isSample = results.contains { result in
            report.datasets.first { $0.id == result.dataset }?.origin == .sample
        }
        let chosen = results.contains { $0.configurations > 1 }
        return (isSample ? "Scores on the generated sample compare with nothing published. " : "")
            + (chosen ? "Configurations were chosen on the data they are scored on; Tries says of how many." : "")
    }

    /// One entry of the hub's `model-index`.
    private static func yaml(_ result: Report.Outcome, _ report: Report) -> [String] {
        let task = result.task
        let set = report.datasets.first { $0.id == result.dataset }
        let type = task.isSQuAD ? "question-answering" : "text-classification"
        let dataset = task.isSQuAD ? (task == .squadV1 ? "squad" : "squad_v2") : "glue"
        var lines = [
            "  - task:", "      type: \(type)", "    dataset:", "      type: \(dataset)",
            "      name: \(quoted(result.dataset))",
        ]
        if !task.isSQuAD { lines.append("      config: \(task.shortName.lowercased().replacing("-", with: ""))") }
        lines.append("      split: \(set?.split == "dev" ? "validation" : "test")")
        lines.append("    metrics:")
        for metric in result.metrics {
            guard let value = metric.measurement?.value else { continue }
            lines += ["    - type: \(metric.name)", "      value: \(value)", "      verified: false"]
        }
        return lines
    }

    /// A YAML string in double quotes, whatever is in it.
    private static func quoted(_ text: String) -> String {
        var output = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case _ where TerminalText.isUnsafe(scalar):
                let hex = String(scalar.value, radix: 16)
                output += "\\U" + String(repeating: "0", count: 8 - hex.count) + hex
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output + "\""
    }

    /// Letters and digits of a name, for a file's.
    private static func slug(_ name: String) -> String {
        let kept = name.lowercased().unicodeScalars.prefix(200).map { scalar -> Character in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)) ? Character(scalar) : "-"
        }
        let parts = String(kept).split(separator: "-")
        return parts.isEmpty ? "system" : String(parts.joined(separator: "-").prefix(60))
    }
}
