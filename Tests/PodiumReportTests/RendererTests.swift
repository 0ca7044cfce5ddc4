import Foundation
import PodiumCore
import PodiumFiles
import PodiumReport
import Testing

@Suite struct RendererTests {
    private static let small = SampleReport(tasks: [.mrpc, .squadV1], seeds: 2, points: 4)

    @Test(arguments: [
        "report.xml", "report.html", "report.json", "leaderboard.csv", "leaderboard.md", "leaderboard.tex",
    ])
    func fileMatchesItsSnapshot(name: String) throws {
        var report = try Self.small.report()
        report.published.removeAll { $0.split == "dev" }
        let file = try #require(try ReportRenderer.files(report).first { $0.name == name })
        var text = String(decoding: file.bytes, as: UTF8.self)
        if let style = text.firstRange(of: "<style>"), let end = text.firstRange(of: "</style>") {
            text.replaceSubrange(style.upperBound..<end.lowerBound, with: "…")
        }
        try Snapshot.expect(text, matches: name)
    }

    @Test func equalReportsGiveEqualBytesWhateverTheirOrder() throws {
        let report = try SampleReport(points: 6).report()
        var shuffled = report
        shuffled.runs.reverse()
        shuffled.systems.reverse()
        shuffled.datasets.reverse()
        shuffled.results.reverse()
        shuffled.averages.reverse()
        for index in shuffled.runs.indices {
            shuffled.runs[index].parameters.reverse()
            shuffled.runs[index].curves.reverse()
        }
        let first = try ReportRenderer.files(report)
        for (a, b) in zip(first, try ReportRenderer.files(report)) { #expect(a.bytes == b.bytes, "\(a.name)") }
        for (a, b) in zip(first, try ReportRenderer.files(shuffled)) { #expect(a.bytes == b.bytes, "\(a.name)") }
    }

    @Test func jsonReadsBackAsTheSameReport() throws {
        let report = try Self.small.report()
        let file = try #require(try ReportRenderer.files(report).first { $0.name == "report.json" })
        #expect(try JSONDecoder().decode(Report.self, from: Data(file.bytes)) == report.canonical())
    }

    @Test func writesAllFilesAndNothingElse() throws {
        try withTemporaryFolder { folder in
            try ReportRenderer.write(Self.small.report(), to: folder + "/made/on/demand")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/made/on/demand").sorted()
            #expect(
                names == [
                    "SHA256SUMS", "junit.xml", "leaderboard.csv", "leaderboard.md", "leaderboard.tex", "report.html",
                    "report.json", "report.xml",
                ]
            )
        }
    }

    @Test func longTablesLieInFilesBesideThePageWhichNamesTheirHashes() throws {
        var report = try SampleReport(tasks: [.mrpc, .rte], seeds: 60, points: 2).report()
        report.comparisons = (0..<101).map { number in
            var one = report.comparisons[0]
            one.test = "test \(number)"
            return one
        }
        let examples = (0..<9).map { number in
            Report.Flips.Example(id: "\(number)", gold: "1", first: "1", second: "0", firstIsRight: true)
        }
        report.flips = [
            Report.Flips(
                first: "minilm-l6",
                second: "tiny",
                task: .mrpc,
                firstRuns: 60,
                secondRuns: 60,
                onlyFirst: 9,
                onlySecond: 0,
                examples: examples
            )
        ]
        let files = try ReportRenderer.files(report)
        let texts = Dictionary(files.map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) }) { first, _ in first }
        let page = try #require(texts["report.html"])
        let sums = try #require(texts["SHA256SUMS"])
        #expect(sums.split(separator: "\n").count == files.count - 1)
        for name in ["runs.html", "comparisons.html", "examples.html"] {
            let text = try #require(texts[name])
            let hash = Digest.sha256(Array(text.utf8))
            #expect(page.contains("<a href=\"\(name)\">\(name)</a>") && page.contains(hash) && sums.contains(hash))
            #expect(HTMLCheck(text).errors.isEmpty, "\(name)")
            #expect(text.contains("href=\"report.html\"") && !text.contains("src="))
        }
        // Every link to a run leads to a line that is there, in the page or beside it.
        let runs = try #require(texts["runs.html"])
        #expect(runs.components(separatedBy: "<tr id=\"run-").count == report.runs.count + 1)
        #expect(page.components(separatedBy: "href=\"runs.html#run-").count > 200)
        for part in page.components(separatedBy: "href=\"#run-").dropFirst() {
            let number = part.prefix { $0.isNumber }
            #expect(page.contains("<tr id=\"run-\(number)\""), "run \(number)")
        }
        #expect(runs.contains("href=\"report.html#task-") && runs.contains("href=\"report.html#data-"))
        #expect(page.components(separatedBy: "<td>test ").count == 101)
        #expect(try #require(texts["comparisons.html"]).components(separatedBy: "<td>test ").count == 102)
        #expect(page.contains("<th scope=\"row\"><bdi>2</bdi>") && !page.contains("<th scope=\"row\"><bdi>3</bdi>"))
        #expect(try #require(texts["examples.html"]).contains("<th scope=\"row\"><bdi>8</bdi>"))
        // A page by itself, as the dashboard shows it, has all of them.
        let whole = try ReportHTML.render(report)
        #expect(!whole.contains("runs.html") && whole.contains("<bdi>8</bdi>"))
        #expect(HTMLCheck(whole).errors.isEmpty && HTMLCheck(page).errors.isEmpty)
    }

    @Test func longTablesOfAnOlderReportAreRemoved() throws {
        try withTemporaryFolder { folder in
            try ReportRenderer.write(SampleReport(tasks: [.mrpc, .rte], seeds: 60, points: 2).report(), to: folder)
            #expect(FileManager.default.fileExists(atPath: folder + "/runs.html"))
            try ReportRenderer.write(Self.small.report(), to: folder)
            #expect(!FileManager.default.fileExists(atPath: folder + "/runs.html"))
        }
    }

    @Test func failedWriteLeavesTheOldReportAsItWas() throws {
        try withTemporaryFolder { folder in
            try ReportRenderer.write(Self.small.report(), to: folder)
            let old = try Data(contentsOf: URL(filePath: folder + "/report.html"))
            var broken = try Self.small.report()
            broken.title = "new"
            // A folder stands where the last file should go.
            let blocker = "\(folder)/leaderboard.tex"
            try FileManager.default.removeItem(atPath: blocker)
            try FileManager.default.createDirectory(atPath: blocker, withIntermediateDirectories: true)
            let error = try #require(throws: ReportError.self) { try ReportRenderer.write(broken, to: folder) }
            #expect(error.code == .fileSystem && error.message.contains("leaderboard.tex"))
            #expect(try Data(contentsOf: URL(filePath: folder + "/report.html")) == old)
            let rest = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(rest.count == 8 && !rest.contains { $0.contains("partial") })
        }
    }

    @Test func folderThatCannotBeMadeIsAnError() throws {
        let error = try #require(throws: ReportError.self) {
            try ReportRenderer.write(Self.small.report(), to: "/dev/null/report")
        }
        #expect(error.code == .fileSystem && error.message.contains("/dev/null/report"))
    }

    @Test func reportOfOneSystemAndOneRunWithoutCurvesIsDrawn() throws {
        var report = try SampleReport(tasks: [.sst2], seeds: 1, points: 2).report()
        report.systems.removeAll { $0.id == "tiny" }
        report.runs.removeAll { $0.system == "tiny" }
        report.results.removeAll { $0.system == "tiny" }
        report.averages.removeAll { $0.system == "tiny" }
        report.comparisons = []
        report.slices = []
        for index in report.runs.indices { report.runs[index].curves = [] }
        #expect(HTMLCheck(try ReportHTML.render(report)).errors.isEmpty)
    }

    private func withTemporaryFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "podium-report-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path(percentEncoded: false))
    }
}
