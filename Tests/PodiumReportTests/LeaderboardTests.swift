import Foundation
import PodiumCore
import PodiumReport
import Testing

@Suite struct LeaderboardTests {
    private static let small = SampleReport(
        tasks: [.mrpc, .stsb, .rte, .squadV1],
        seeds: 2,
        points: 4,
        origin: .official
    )

    @Test(arguments: Leaderboard.Format.allCases)
    func formatMatchesItsSnapshot(format: Leaderboard.Format) throws {
        let leaderboard = Leaderboard(try Self.small.report())
        try Snapshot.expect(try leaderboard.render(format), matches: "format.\(format.rawValue)")
    }

    @Test func quickstartTableMatchesItsSnapshot() throws {
        let leaderboard = Leaderboard(try SampleReport(points: 4).report())
        try Snapshot.expect(try leaderboard.render(.table, width: 80), matches: "quickstart.table")
    }

    @Test func sampleScoresNeverStandBesidePublishedOnesInATerminal() throws {
        let text = try Leaderboard(SampleReport(points: 4).report()).render(.table)
        #expect(text.contains("sample data") && !text.contains("Published"))
    }

    @Test func publishedDevAndTestRowsStandInDifferentGroups() throws {
        let leaderboard = Leaderboard(try Self.small.report(), headlinesOnly: false)
        let published = leaderboard.groups.filter(\.isPublished)
        #expect(published.map(\.split) == ["test", "dev"])
        for group in published {
            for row in group.rows {
                let source = try #require(row.source)
                #expect(leaderboard.sources[source - 1].split == group.split)
            }
        }
    }

    @Test func systemsOnDifferentDataStandInDifferentGroups() throws {
        var report = try Self.small.report()
        report.datasets.append(
            Report.Dataset(id: "other dev", task: .rte, split: "dev", origin: .sample, examples: 10)
        )
        let index = try #require(report.results.firstIndex { $0.system == "tiny" && $0.task == .rte })
        report.results[index].dataset = "other dev"
        let measured = Leaderboard(report).groups.filter { !$0.isPublished }
        #expect(measured.count == 2)
        #expect(measured.allSatisfy { $0.rows.count == 1 && $0.rows[0].rank == 1 })
        let mixed = try #require(measured.first { $0.rows[0].system == "tiny" })
        #expect(mixed.title.contains("data differs by column"))
        #expect(mixed.rows[0].cells.contains { $0.dataMark == "dev, sample" })
    }

    @Test func incompleteAverageSaysWhatIsMissing() throws {
        let leaderboard = Leaderboard(try Self.small.report())
        let cell = try #require(leaderboard.groups.first?.rows.first?.cells.first)
        #expect(cell.value == nil && cell.missing.contains(.cola))
        #expect(leaderboard.remarks.contains { $0.contains("blank") && $0.contains("CoLA") })
    }

    @Test func onlyOneMetricOfTwoIsNamed() throws {
        let leaderboard = Leaderboard(try SampleReport(tasks: [.mrpc], points: 4).report(), headlinesOnly: false)
        let cells = leaderboard.groups.flatMap(\.rows).filter { $0.source != nil }.flatMap(\.cells)
        #expect(cells.contains { $0.onlyMetric == "f1" && $0.parts.isEmpty })
        #expect(cells.contains { $0.onlyMetric == nil && $0.parts.count == 2 })
    }

    @Test func equalPrintedScoresAreBothBestAndShareARank() throws {
        var report = try SampleReport(tasks: [.rte], seeds: 1, points: 4).report()
        for index in report.results.indices { report.results[index].score = Report.Measurement(value: 0.75) }
        let rows = Leaderboard(report).groups[0].rows
        #expect(rows.map(\.rank) == [1, 1])
        #expect(rows.allSatisfy { $0.cells.last?.isBest == true })
    }

    @Test func tiersDecideTheRank() throws {
        var report = try SampleReport(tasks: [.rte], points: 4).report()
        report.tiers = [Report.Tier(rank: 1, systems: ["tiny", "minilm-l6"])]
        #expect(Leaderboard(report).groups[0].rows.map(\.rank) == [1, 1])
    }

    @Test func csvQuotesCommasQuotesAndBreaks() throws {
        let csv = try Leaderboard(Hostile.report("=1+1,\"quoted\"\nx")).render(.csv)
        #expect(csv.contains(",\"=1+1,\"\"quoted\"\"\nx\",glue/MRPC,score,0."))
    }

    @Test func latexEscapesItsSpecialCharacters() throws {
        let latex = try Leaderboard(Hostile.report("100% of $x_1 & {y}^2 ~ #3 \\end{table}")).render(.latex)
        let escaped =
            "100\\% of \\$x\\_1 \\& \\{y\\}\\textasciicircum{}2 \\textasciitilde{} \\#3 \\textbackslash{}end\\{table\\}"
        #expect(latex.contains("\\caption{\(escaped)}"))
        #expect(latex.components(separatedBy: "\\end{table}").count == 2)
    }

    @Test func markdownEscapesCellsAndHTML() throws {
        let text = try Leaderboard(Hostile.report("a|b <i> `c`")).render(.md)
        #expect(text.contains("| a\\|b &lt;i&gt; \\`c\\` |"))
    }

    @Test(arguments: Hostile.texts)
    func terminalTableHoldsNoControlCharacters(text: String) throws {
        let table = try Leaderboard(Hostile.report(text)).render(.table)
        #expect(!table.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202E })
    }

    @Test func jsonHoldsFullPrecision() throws {
        let report = try Self.small.report()
        let text = try Leaderboard(report).render(.json)
        let value = try #require(report.results[0].score?.value)
        #expect(text.contains("\"score\": \(value)"))
        #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
    }
}
