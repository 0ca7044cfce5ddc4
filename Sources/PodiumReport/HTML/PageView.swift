import FoundationEssentials
import PodiumCore
import PodiumFiles
import PodiumReportAssets
import PodiumPrimitives

/// Everything the template `page` prints.
struct PageView {
    struct Fact {
        var name: String
        var value: String
    }

    struct DatasetView {
        var anchor: String
        var name: String
        var task: String
        var split: String
        var origin: String
        var isSample: Bool
        var examples: String
        var files: [File]

        struct File {
            var file: String
            var size: String?
            var sha256: String
        }
    }

    struct SourceView {
        var number: Int
        var title: String
        var source: String
        var url: String?
        var split: String
        var procedure: String
        var rowNotes: [String]
    }

    let style = Self.style
    let title: String
    let summary: String
    let generated: String
    let generatedISO: String
    let hasSampleScores: Bool
    let findings: [String]
    let hasFindings: Bool
    let script = Self.script
    let scriptHash = Self.scriptHash
    let board: LeaderboardView
    let seedMatrix: SeedMatrixView?
    let compute: ComputeView?
    let flips: [FlipsView]
    let hasFlips: Bool
    let slices: [SlicesView]
    let hasSlices: Bool
    let timeline: TimelineView?
    let remarks: [String]
    let notes: [Report.Note]
    let tasks: [TaskView]
    let pretraining: [PretrainingView]
    let similarity: SimilarityView?
    let comparisons: [ComparisonView]
    let hasComparisons: Bool
    /// Long tables beside the page.
    let files: [SideFile]
    let hasFiles: Bool
    /// What the page leaves out of a table, where it leaves out anything.
    let fewerRuns: String?
    let fewerComparisons: String?
    let fewerExamples: String?
    let moreBoard: LeaderboardView?
    let shared: [SharedParameters]
    let runs: [RunView]
    let hasRuns: Bool
    let datasets: [DatasetView]
    let sources: [SourceView]
    let facts: [Fact]

    /// - Parameters:
    ///   - report: in canonical order.
    ///   - files: the side pages, which are there already.
    init(_ report: Report, sides: SidePages, files: [SideFile]) {
        let anchors = Anchors(report, sides: sides)
        let leaderboard = Leaderboard(report, headlinesOnly: false)
        let order = leaderboard.groups.flatMap(\.rows).compactMap(\.system)
        findings = report.findings
        hasFindings = !findings.isEmpty
        seedMatrix = SeedMatrixView(report, order: order, anchors: anchors)
        compute = ComputeView(report)
        flips = report.flips.map { FlipsView(sides.shown($0), report: report) }
        hasFlips = !flips.isEmpty
        slices = report.tasks.flatMap { task in
            report.slices.filter { $0.task == task }.map { SlicesView($0, report: report) }
        }
        hasSlices = !slices.isEmpty
        timeline = TimelineView(report, now: report.generatedAt)
        title = report.title
        summary = Self.summary(report)
        generated = Timestamp.readable(report.generatedAt)
        generatedISO = Timestamp.iso8601(report.generatedAt)
        hasSampleScores = leaderboard.hasSampleScores
        board = LeaderboardView(
            leaderboard,
            report: report,
            anchors: anchors,
            caption: "Scores times 100; higher is better. A score leads to the runs it comes from.",
            rows: \.isHeadline
        )
        let more = LeaderboardView(
            leaderboard,
            report: report,
            anchors: anchors,
            caption: "Further published results, times 100.",
            rows: { !$0.isHeadline }
        )
        moreBoard = more.groups.isEmpty ? nil : more
        remarks = leaderboard.remarks
        notes = report.notes
        tasks = report.tasks.compactMap { TaskView($0, report: report, order: order, anchors: anchors) }
        pretraining = report.runs.filter { $0.kind == .pretrain }.map {
            PretrainingView($0, report: report, anchors: anchors)
        }
        similarity = SimilarityView(report)
        comparisons = sides.shown(report.comparisons).map { ComparisonView($0, report: report) }
        hasComparisons = !comparisons.isEmpty
        self.files = files
        hasFiles = !files.isEmpty
        let table = RunTable(report, anchors: anchors, isShown: { sides.keeps($0.id) })
        shared = table.shared
        runs = table.lines
        hasRuns = !table.lines.isEmpty
        fewerRuns =
            sides.contains(.runs)
            ? (table.lines.isEmpty
                ? "None of \(NumberText.count(report.runs.count, "run")) failed or took several attempts."
                : "Those of \(NumberText.count(report.runs.count, "run")) that failed, took several attempts or pre-trained"
                    + (table.lines.count == SidePages.keptRuns ? ", the first \(SidePages.keptRuns)" : "") + ".")
                + " All of them, as every link to a run: " : nil
        fewerComparisons =
            sides.contains(.comparisons)
            ? "The first \(SidePages.comparisonLimit) of \(NumberText.grouped(report.comparisons.count)), over all tasks first. All of them: "
            : nil
        fewerExamples =
            sides.contains(.examples)
            ? "Up to \(SidePages.exampleLimit) of a kind are shown. More of them: " : nil
        datasets = Self.datasets(report, anchors: anchors)
        sources = Self.sources(leaderboard)
        facts = Self.facts(report.provenance) + Self.environments(report.runs)
    }

    static let style = String(decoding: ReportAssets.stylesheet, as: UTF8.self)
    static let script = String(decoding: ReportAssets.script, as: UTF8.self)
    static let scriptHash = hash(of: ReportAssets.script)

    /// As a content security policy names a script.
    private static func hash(of script: [UInt8]) -> String {
        let hex = Array(Digest.sha256(script).utf8)
        let bytes = stride(from: 0, to: hex.count, by: 2).map { place -> UInt8 in
            UInt8(String(decoding: hex[place..<(place + 2)], as: UTF8.self), radix: 16) ?? 0
        }
        return "sha256-\(Data(bytes).base64EncodedString())"
    }

    private static func summary(_ report: Report) -> String {
        let failed = report.runs.count { $0.state == .failed }
        let parts = [
            NumberText.count(report.systems.count, "system"), NumberText.count(report.tasks.count, "task"),
            NumberText.count(report.runs.count, "run"),
        ]
        return (parts + (failed > 0 ? ["\(failed) failed"] : [])).joined(separator: " · ")
    }

    private static func datasets(_ report: Report, anchors: Anchors) -> [DatasetView] {
        report.datasets.map { set in
            DatasetView(
                anchor: anchors.dataset(set.id),
                name: set.id,
                task: set.task?.displayName ?? "corpus",
                split: [set.split, set.release].compactMap(\.self).joined(separator: ", "),
                origin: set.origin.rawValue,
                isSample: set.origin == .sample,
                examples: NumberText.grouped(set.examples),
                files: set.files.map { file in
                    let size = file.bytes.map { NumberText.grouped(Int($0)) + " bytes" }
                    return DatasetView.File(file: file.name, size: size, sha256: file.sha256)
                }
            )
        }
    }

    private static func sources(_ leaderboard: Leaderboard) -> [SourceView] {
        leaderboard.sources.enumerated().map { index, table in
            SourceView(
                number: index + 1,
                title: table.title,
                source: table.source,
                url: table.url,
                split: table.split,
                procedure: table.procedure,
                rowNotes: table.rows.compactMap { row in row.note.map { "\(row.name): \($0)" } }
            )
        }
    }

    /// Each way in which runs were computed, with how many there are of it.
    private static func environments(_ runs: [Report.Run]) -> [Fact] {
        var counts: [(text: String, runs: Int)] = []
        for run in runs {
            let done = run.attempts.last { $0.outcome == "succeeded" } ?? run.attempts.last
            guard let environment = done?.environment else { continue }
            let text = "\(environment.summary), \(environment.host)"
            if let index = counts.firstIndex(where: { $0.text == text }) {
                counts[index].runs += 1
            } else {
                counts.append((text, 1))
            }
        }
        return counts.map { Fact(name: $0.runs == 1 ? "1 run" : "\($0.runs) runs", value: $0.text) }
    }

    private static func facts(_ provenance: Report.Provenance) -> [Fact] {
        let commit = provenance.commit.map { $0 + (provenance.isModified ? ", with local changes" : "") }
        let facts: [(String, String?)] = [
            ("Podium", provenance.version), ("Commit", commit), ("Host", provenance.host),
            ("System", provenance.operatingSystem), ("CPU", "\(provenance.cpu), \(provenance.cores) cores"),
            ("Device", provenance.device), ("Database", provenance.database),
            ("Database schema", String(provenance.databaseSchema)),
        ]
        return facts.compactMap { name, value in value.map { Fact(name: name, value: $0) } }
    }
}
