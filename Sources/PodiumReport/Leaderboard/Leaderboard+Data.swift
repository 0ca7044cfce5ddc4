import FoundationEssentials
import PodiumCore

extension Leaderboard {
    /// One line for each number, ×1 in full precision, with all that tells it from others (RFC 4180, LF).
    func csv() -> String {
        let header = [
            "kind", "rank", "system", "column", "metric", "value", "low", "high", "level", "interval", "seeds",
            "failed",
            "sd", "status", "split", "origin", "source", "best_rank", "worst_rank", "tier", "tries", "agreement",
        ]
        var lines = [header]
        for group in groups {
            for row in group.rows {
                for cell in row.cells where cell.value != nil || cell.status != .missing {
                    lines.append(fields(cell, row: row, group: group, metric: scoreName(cell), value: cell.value))
                    for part in cell.parts {
                        lines.append(fields(cell, row: row, group: group, metric: part.metric, value: part.value))
                    }
                }
            }
        }
        return CSV.text(lines)
    }

    private func scoreName(_ cell: Cell) -> String {
        if let metric = cell.onlyMetric { return metric }
        if case .average = cell.column { return "average" }
        return "score"
    }

    private func fields(_ cell: Cell, row: Row, group: Group, metric: String, value: Double?) -> [String] {
        let isScore = metric == scoreName(cell)
        let interval = isScore ? cell.interval : nil
        let seeds = isScore ? cell.seeds : nil
        var standing = isScore ? cell.standing : nil
        if isScore, case .average = cell.column { standing = row.standing }
        return [
            group.isPublished ? "published" : "measured",
            row.rank.map(String.init) ?? "",
            row.name,
            cell.column.key,
            metric,
            value.map { "\($0)" } ?? "",
            interval.map { "\($0.low)" } ?? "",
            interval.map { "\($0.high)" } ?? "",
            interval.map { "\($0.level)" } ?? "",
            interval.map { "\($0.source.rawValue): \($0.method)" } ?? "",
            seeds.map { String($0.count) } ?? "",
            seeds.map { String($0.failed) } ?? "",
            seeds?.standardDeviation.map { "\($0)" } ?? "",
            cell.status.rawValue,
            group.split,
            group.origin?.rawValue ?? "",
            row.source.map { sources[$0 - 1].source } ?? "",
            standing.map { String($0.best) } ?? "",
            standing.map { String($0.worst) } ?? "",
            standing.map { String($0.tier) } ?? "",
            isScore && row.tries != nil ? String(cell.configurations) : "",
            isScore ? cell.agreement.map { "\($0)" } ?? "" : "",
        ]
    }

    /// One JSON document, scores ×1 in full precision, keys sorted.
    func json() throws(ReportError) -> String {
        let document = LeaderboardDocument(
            title: title,
            sample: hasSampleScores,
            remarks: remarks,
            groups: groups.map { group in
                LeaderboardDocument.Group(
                    kind: group.isPublished ? "published" : "measured",
                    split: group.split,
                    origin: group.origin?.rawValue,
                    rows: group.rows.map { LeaderboardDocument.Row($0, sources: sources) }
                )
            }
        )
        return try CanonicalJSON.encode(document)
    }
}

extension Leaderboard.Column {
    /// `average glue`, or the task's name.
    var key: String {
        switch self {
        case .average(let averaging): "average \(averaging.rawValue)"
        case .task(let task): task.rawValue
        }
    }
}

/// What `leaderboard --format json` prints.
private struct LeaderboardDocument: Encodable {
    struct Group: Encodable {
        var kind: String
        var split: String
        var origin: String?
        var rows: [Row]
    }

    struct Row: Encodable {
        var rank: Int?
        /// The ranks that the tests over all tasks leave open, and the tier.
        var ranks: Report.Standing?
        var tries: Int?
        var name: String
        var system: String?
        var source: String?
        var averages: [String: Cell] = [:]
        var tasks: [String: Cell] = [:]

        init(_ row: Leaderboard.Row, sources: [Report.PublishedTable]) {
            rank = row.rank
            ranks = row.standing
            tries = row.tries
            name = row.name
            system = row.system
            source = row.source.map { sources[$0 - 1].source }
            for cell in row.cells where cell.value != nil || cell.status != .missing || !cell.missing.isEmpty {
                switch cell.column {
                case .average(let averaging): averages[averaging.rawValue] = Cell(cell)
                case .task(let task): tasks[task.rawValue] = Cell(cell)
                }
            }
        }
    }

    struct Cell: Encodable {
        var score: Double?
        /// Set where the number is one metric and not the task's score.
        var metric: String?
        var status: String
        var interval: Report.Interval?
        var seeds: Report.SeedSummary?
        var metrics: [String: Double]?
        var missing: [String]?
        var best: Bool?
        var ranks: Report.Standing?
        var configurations: Int?
        var agreement: Double?

        init(_ cell: Leaderboard.Cell) {
            score = cell.value
            metric = cell.onlyMetric
            status = cell.status.rawValue
            interval = cell.interval
            seeds = cell.seeds
            metrics =
                cell.parts.isEmpty ? nil : Dictionary(cell.parts.map { ($0.metric, $0.value) }) { first, _ in first }
            missing = cell.missing.isEmpty ? nil : cell.missing.map(\.rawValue)
            best = cell.isBest ? true : nil
            ranks = cell.standing
            configurations = cell.configurations > 1 ? cell.configurations : nil
            agreement = cell.agreement
        }
    }

    var title: String
    var sample: Bool
    var remarks: [String]
    var groups: [Group]
}
