internal import Foundation
internal import PodiumCore
internal import PodiumEval
internal import PodiumFiles
internal import PodiumPrimitives
package import PodiumReport

/// A public leaderboard as a table of scores, with the ranks that the size of its test set leaves open.
package struct PublishedBoard: Codable, Sendable, Equatable {
    package struct Entry: Codable, Sendable, Equatable {
        package var name: String
        /// On the scale 0 to 1.
        package var value: Double
        package var bestRank: Int
        package var worstRank: Int
        package var tier: Int
    }

    /// All systems by one metric, best first.
    package struct Column: Codable, Sendable, Equatable {
        package var title: String
        /// Examples of the test set; of an average all of them together.
        package var examples: Int
        package var entries: [Entry]
        /// Systems that stand next to each other, and how many of those pairs are separable.
        package var adjacentPairs: Int
        package var separablePairs: Int
        /// The smallest difference at the top that would be seen with 80 % power.
        package var detectable: Double?
    }

    package var title: String
    package var columns: [Column]

    /// Reads a board: a table in the form of `reports/published`, or the JSON of the SQuAD leaderboard.
    package init(bytes: [UInt8], name: String) throws {
        if bytes.first(where: { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D }) == UInt8(ascii: "{") {
            try self.init(squad: bytes, name: name)
        } else {
            do {
                try self.init(try PublishedResults.parse(String(decoding: bytes, as: UTF8.self)))
            } catch {
                throw ExperimentError(.invalidRequest, "\(name): \(error)")
            }
        }
    }

    // MARK: Tables of published results

    package init(_ table: Report.PublishedTable) throws(ExperimentError) {
        guard table.split == "test" else {
            throw ExperimentError(
                .invalidRequest,
                "\(table.title): the scores are of the \(table.split) set; boards are of test sets, whose sizes are known"
            )
        }
        title = table.title
        var columns: [Column] = []
        for task in BenchmarkTask.allCases {
            for (place, metric) in task.metrics.enumerated() {
                guard let size = Self.testSize(task, metric: place) else { continue }
                let scores = table.rows.compactMap { row -> Score? in
                    guard let value = row.values.first(where: { $0.task == task && $0.metric == metric }) else {
                        return nil
                    }
                    return Score(name: row.name, metric: metric, value: value.number.value, n: size)
                }
                guard scores.count > 1 else { continue }
                let name = task.metrics.count > 1 ? "\(task.displayName) \(metric)" : task.displayName
                columns.append(Self.column(name, examples: size, scores))
            }
        }
        if let average = Self.average(table) { columns.insert(average, at: 0) }
        self.columns = columns
        guard !columns.isEmpty else {
            throw ExperimentError(.invalidRequest, "\(table.title): no column has scores of two systems")
        }
    }

    /// The mean of nine tasks, of rows that have them all: variances of independent test sets add up.
    private static func average(_ table: Report.PublishedTable) -> Column? {
        var examples = 0
        let scores = table.rows.compactMap { row -> Score? in
            guard let value = row.averages[Report.AveragingProtocol.glue.rawValue] else { return nil }
            var variance = 0.0
            examples = 0
            for task in BenchmarkTask.glue {
                let own = row.values.filter { $0.task == task }
                guard !own.isEmpty else { return nil }
                // Metrics of one task are of the same examples: their errors are added, not their variances.
                var error = 0.0
                for one in own {
                    let place = task.metrics.firstIndex(of: one.metric) ?? 0
                    guard let size = testSize(task, metric: place) else { return nil }
                    error += PublishedRanking.standardError(metric: one.metric, value: one.number.value, n: size)
                    if place == 0 || task == .mnli { examples += size }
                }
                error /= Double(own.count)
                variance += error * error
            }
            let count = Double(BenchmarkTask.glue.count)
            return Score(name: row.name, value: value.value, standardError: variance.squareRoot() / count)
        }
        return scores.count > 1 ? column("GLUE average", examples: examples, scores) : nil
    }

    // MARK: The SQuAD leaderboard

    private struct Document: Decodable {
        struct Item: Decodable {
            var submission: Submission
            var scores: [String: Double?]?
        }

        struct Submission: Decodable {
            var description: String?
        }

        struct Configuration: Decodable {
            struct Evaluation: Decodable {
                var command: String?
            }
            var evaluate: Evaluation?
        }

        var leaderboard: [Item]
        var config: Configuration?
    }

    private init(squad bytes: [UInt8], name: String) throws {
        let document: Document
        do {
            document = try JSONDecoder().decode(Document.self, from: Data(bytes))
        } catch {
            throw ExperimentError(.invalidRequest, "\(name): this is no leaderboard of SQuAD: \(error)")
        }
        let isSecond = (document.config?.evaluate?.command ?? name).contains("2.0")
        let task: BenchmarkTask = isSecond ? .squadV2 : .squadV1
        title = "\(task.displayName) leaderboard, hidden test set"
        columns = []
        for (metric, label) in [("exact_match", "exact match"), ("f1", "F1")] {
            let size = Self.testSize(task, metric: 0) ?? 1
            let scores = document.leaderboard.compactMap { item -> Score? in
                guard let value = item.scores?[metric] ?? nil, value.isFinite, (0...100).contains(value) else {
                    return nil
                }
                let name = item.submission.description ?? "without a name"
                return Score(name: name, metric: metric, value: value / 100, n: size)
            }
            if scores.count > 1 { columns.append(Self.column(label, examples: size, scores)) }
        }
        guard !columns.isEmpty else { throw ExperimentError(.invalidRequest, "\(name): no two systems have scores") }
    }

    // MARK: Ranking

    private struct Score {
        var name: String
        var value: Double
        var standardError: Double

        init(name: String, value: Double, standardError: Double) {
            self.name = name
            self.value = value
            self.standardError = standardError
        }

        init(name: String, metric: String, value: Double, n: Int) {
            self.init(
                name: name,
                value: value,
                standardError: PublishedRanking.standardError(metric: metric, value: value, n: n)
            )
        }
    }

    private static func column(_ title: String, examples: Int, _ scores: [Score]) -> Column {
        let sorted = scores.enumerated().sorted { ($0.element.value, $1.offset) > ($1.element.value, $0.offset) }
            .map(\.element)
        let ranking = PublishedRanking(sorted.map { ($0.value, $0.standardError) })
        return Column(
            title: title,
            examples: examples,
            entries: sorted.indices.map { place in
                Entry(
                    name: sorted[place].name,
                    value: sorted[place].value,
                    bestRank: ranking.ranks[place].lowerBound,
                    worstRank: ranking.ranks[place].upperBound,
                    tier: ranking.tiers[place]
                )
            },
            adjacentPairs: ranking.adjacent,
            separablePairs: ranking.separableAdjacent,
            detectable: ranking.detectable
        )
    }

    /// Of the official test sets; SQuAD's are hidden, and its makers give their sizes.
    private static func testSize(_ task: BenchmarkTask, metric: Int) -> Int? {
        switch task {
        case .squadV1: return 9533
        case .squadV2: return 8862
        default:
            let sizes = OfficialSize.examples(of: task, split: .test)
            return sizes.count > 1 ? sizes[min(metric, sizes.count - 1)] : sizes.first
        }
    }

    /// - Parameter limit: rows of each table.
    package func text(limit: Int) -> String {
        var parts = [title]
        for column in columns {
            var table = TextTable([("RANK", .right), ("TIER", .right), ("SCORE", .right), ("SYSTEM", .left)])
            for entry in column.entries.prefix(limit) {
                let rank =
                    entry.bestRank == entry.worstRank ? "\(entry.bestRank)" : "\(entry.bestRank)–\(entry.worstRank)"
                table.add([
                    rank, "\(entry.tier)", NumberText.percent(entry.value, digits: 2), TerminalText.safe(entry.name),
                ])
            }
            let hidden = column.entries.count - limit
            let least = column.detectable.map {
                ", least difference seen at the top \(NumberText.percent($0, digits: 2))"
            }
            parts.append(
                "\(column.title), \(NumberText.grouped(column.examples)) examples: \(column.separablePairs) of "
                    + "\(NumberText.count(column.adjacentPairs, "adjacent pair")) separable, "
                    + "\(NumberText.count(column.entries.map(\.tier).max() ?? 0, "tier"))\(least ?? "")\n"
                    + table.rendered() + (hidden > 0 ? "\nand \(hidden) more; --limit shows them" : "")
            )
        }
        parts.append(
            "Ranks are those that the size of the test set leaves open (95 %, all pairs together, answers taken as independent: "
                + "with the answers themselves more could be told apart)."
        )
        return parts.joined(separator: "\n\n")
    }
}
