import Foundation
import PodiumCore
import PodiumReport
import Testing

/// What build servers, model hubs and spreadsheets get.
@Suite struct ExportTests {
    @Test(arguments: Hostile.texts)
    func hostileNamesAddNothingToAnyExport(text: String) throws {
        let (harmless, report) = (try Hostile.report("harmless"), try Hostile.report(text))
        let junit = try JUnitXML.encode(report, thresholds: [ScoreThreshold(task: nil, least: 1)])
        // Well-formed XML, which is no report: nothing else may be wrong with it.
        let error = #expect(throws: ReportError.self) { try ReportValidator.validate(xml: junit) }
        #expect(error?.code == .schemaViolation)
        func count(_ bytes: [UInt8], _ what: String) -> Int {
            String(decoding: bytes, as: UTF8.self).components(separatedBy: what).count
        }
        let plain = try JUnitXML.encode(harmless, thresholds: [ScoreThreshold(task: nil, least: 1)])
        for element in ["<testcase ", "<failure ", "<testsuite "] {
            #expect(count(junit, element) == count(plain, element))
        }

        let (cards, plainCards) = (ModelCard.files(report), ModelCard.files(harmless))
        #expect(cards.count == plainCards.count)
        for (card, plain) in zip(cards, plainCards) {
            #expect(count(card.bytes, "\n") == count(plain.bytes, "\n"))
            #expect(card.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2F } && card.name.utf8.count < 90)
            let body = String(decoding: card.bytes, as: UTF8.self)
            let text = body.components(separatedBy: "\n---\n").dropFirst().joined()
            #expect(!text.contains("<script") && !body.contains("\u{202E}") && !body.contains("\u{0}"))
        }
    }

    @Test func scoresUnderAThresholdAreFailures() throws {
        let report = try SampleReport(tasks: [.mrpc, .rte], seeds: 2, points: 4).report()
        let lowest = try #require(report.results.compactMap(\.score?.value).min())
        let highest = try #require(report.results.compactMap(\.score?.value).max())
        #expect(report.failures([]).isEmpty)
        #expect(report.failures([ScoreThreshold(task: nil, least: lowest)]).isEmpty)
        #expect(report.failures([ScoreThreshold(task: nil, least: highest)]).count == report.results.count - 1)
        #expect(report.failures([ScoreThreshold(task: .cola, least: 1)]).isEmpty)
        let failures = report.failures([ScoreThreshold(task: .rte, least: 1)])
        #expect(
            failures.count == 2 && failures.allSatisfy { $0.contains("on RTE: ") && $0.contains("less than 100.00") }
        )
        let xml = String(
            decoding: try JUnitXML.encode(report, thresholds: [ScoreThreshold(task: .rte, least: 1)]),
            as: UTF8.self
        )
        // Two scores, and the run of the sample that failed.
        #expect(xml.components(separatedBy: "<failure ").count == 4)
        #expect(xml.contains("tests=\"\(report.runs.count + report.results.count)\""))
    }

    @Test func modelCardsNameResultsAsHubsReadThem() throws {
        let report = try SampleReport(tasks: [.mrpc, .squadV1], seeds: 2, points: 4).report()
        let cards = ModelCard.files(report)
        #expect(cards.map(\.name) == ["model-card-1-minilm-l6.md", "model-card-2-pretrain-tiny.md"])
        let card = String(decoding: cards[0].bytes, as: UTF8.self)
        #expect(card.hasPrefix("---\nlanguage: en\n"))
        for line in ["      type: glue", "      config: mrpc", "      type: squad", "    - type: exact_match"] {
            #expect(card.contains("\n\(line)\n"), "\(line)")
        }
        #expect(card.contains("compare with nothing published"))
    }

    @Test func rankIntervalsStandInEveryFormat() throws {
        var report = try SampleReport(tasks: [.mrpc], seeds: 2, points: 4).report()
        report.standings = report.systems.enumerated().map { place, system in
            Report.Standing(system: system.id, task: nil, best: 1, worst: 2, tier: 1)
        }
        let board = Leaderboard(report)
        for format in [Leaderboard.Format.table, .md] { #expect(try board.render(format).contains("1–2")) }
        #expect(try board.render(.latex).contains("1--2"))
        #expect(try board.render(.json).contains("\"worst\": 2"))
        #expect(try board.render(.csv).contains(",best_rank,worst_rank,tier,tries,agreement\n"))
        #expect(try ReportHTML.render(report).contains("<span class=\"rank\">1–2</span>"))
    }

    @Test func seedsOfOneSystemAreOneDrawingWithItsNumbers() throws {
        let html = try ReportHTML.render(SampleReport(tasks: [.mrpc], seeds: 3, points: 30).report())
        #expect(html.components(separatedBy: "class=\"band\"").count == 3)
        #expect(html.contains("mean of 3 seeds with lowest and highest"))
        #expect(
            html.contains("id=\"seeds-title\"") && html.contains("id=\"compute-title\"")
                && !html.contains("id=\"timeline-title\"")
        )
        // Runs without an attempt have no place in time; the sample's failed one has.
        let tried = try ReportHTML.render(SampleReport(tasks: [.rte], seeds: 3, points: 4).report())
        #expect(tried.contains("id=\"timeline-title\"") && tried.contains("attempt 1: diverged"))
    }

    @Test func aLargeReportIsWrittenInSeconds() throws {
        // Ten tasks of fifty seeds of two systems: a thousand runs with their curves.
        let report = try SampleReport(seeds: 50, points: 60).report()
        #expect(report.runs.count > 1000)
        let clock = ContinuousClock()
        var size = 0
        let time = try clock.measure { size = try ReportRenderer.files(report).map(\.bytes.count).reduce(0, +) }
        #expect(time < .seconds(15), "\(time)")
        let html = try ReportHTML.render(report).utf8.count
        #expect(html < 10_000_000 && size > html, "\(html)")
    }
}
