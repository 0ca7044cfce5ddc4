import Foundation
import PodiumCore
import PodiumReport
import Testing

/// The heat maps of a word in several texts.
@Suite struct SimilarityTests {
    static let similarity = WordSimilarity(
        word: "bank",
        texts: ["a <bank> account", "the bank of the river", "accessed the bank"],
        cosines: [[1, 0.25, 0.9], [0.25, 1, -0.5], [0.9, -0.5, 1]]
    )

    @Test func cosinesAreThoseOfTheVectors() {
        let cosines = WordSimilarity.cosines([[1, 0], [1, 1], [0, -2], [0, 0]])
        let half = 0.5.squareRoot()
        let expected: [[Double]] = [[1, half, 0, 0], [half, 1, -half, 0], [0, -half, 1, 0], [0, 0, 0, 0]]
        for (row, wanted) in zip(cosines, expected) {
            for (value, other) in zip(row, wanted) { #expect(abs(value - other) < 1e-7) }
        }
    }

    @Test func everySystemHasAMapAndALineOfTheTable() throws {
        var report = try SampleReport(tasks: [.rte], seeds: 1, points: 4).report()
        let count = 2
        for (index, system) in report.systems.prefix(count).enumerated() {
            let place = try #require(report.runs.firstIndex { $0.system == system.id && $0.kind == .finetune })
            report.runs[place].wordSimilarity = Self.similarity
            #expect(index < count)
        }
        let html = try ReportHTML.render(report)
        let check = HTMLCheck(html)
        #expect(check.errors.isEmpty, "\(check.errors)")
        #expect(html.contains("href=\"#similarity\"") && html.contains("id=\"similarity\""))
        #expect(html.contains("a &lt;bank&gt; account"))
        #expect(html.components(separatedBy: "class=\"heat\"").count - 1 == count)
        #expect(html.components(separatedBy: "class=\"cell\"").count - 1 == 9 * count)
        #expect(html.contains("<td class=\"num\">0.250</td>") && html.contains("1–2"))
        #expect(
            html.contains("1 and 2: 0.25; 1 and 3: 0.90; 2 and 3: \u{2212}0.50.") || html.contains("2 and 3: -0.50.")
        )
        #expect(!html.contains("style=\""))
    }

    @Test func reportsWithoutComparedWordsHaveNoSuchSection() throws {
        #expect(!(try ReportHTML.render(SampleReport(tasks: [.rte], points: 4).report())).contains("similarity"))
    }

    @Test func aMatrixThatIsNotSquareIsRefused() throws {
        var report = try SampleReport(tasks: [.rte], seeds: 1, points: 4).report()
        report.runs[0].wordSimilarity = WordSimilarity(word: "bank", texts: ["a", "b"], cosines: [[1, 0]])
        #expect(throws: ReportError.self) { try ReportHTML.render(report) }
    }
}
