import PodiumCore
import PodiumFiles
import PodiumPrimitives
import PodiumReportAssets

/// A long table in a page of its own.
struct SideView {
    let style: String
    let script: String
    let scriptHash: String
    let title: String
    let heading: String
    let line: String
    let runs: [RunView]
    let hasRuns: Bool
    let shared: [SharedParameters]
    let comparisons: [ComparisonView]
    let hasComparisons: Bool
    let flips: [FlipsView]
    let hasFlips: Bool

    init(_ page: SidePages.Page, report: Report, sides: SidePages) {
        let anchors = Anchors(report, sides: sides, from: page)
        style = PageView.style
        script = PageView.script
        scriptHash = PageView.scriptHash
        title = report.title
        let table = RunTable(report, anchors: anchors, isShown: { _ in page == .runs })
        runs = table.lines
        shared = page == .runs ? table.shared : []
        hasRuns = page == .runs
        comparisons = page == .comparisons ? report.comparisons.map { ComparisonView($0, report: report) } : []
        hasComparisons = page == .comparisons
        flips = page == .examples ? report.flips.map { FlipsView($0, report: report) } : []
        hasFlips = page == .examples
        switch page {
        case .runs:
            heading = "Runs"
            line = "Every run, with what it was told and what it left."
        case .comparisons:
            heading = "Comparisons"
            line = "Every test of two systems on the same examples."
        case .examples:
            heading = "Where neighbours differ"
            line = "Examples that every run of one system has right and every run of the other wrong."
        }
    }
}

/// A side page as the report's page names it.
struct SideFile {
    let name: String
    let sha256: String
    /// `990 runs`.
    let content: String
    let size: String

    init(_ page: SidePages.Page, bytes: [UInt8], report: Report) {
        name = page.rawValue
        sha256 = Digest.sha256(bytes)
        size = "\(NumberText.grouped((bytes.count + 1023) / 1024)) KiB"
        content =
            switch page {
            case .runs: NumberText.count(report.runs.count, "run")
            case .comparisons: NumberText.count(report.comparisons.count, "comparison")
            case .examples: NumberText.count(report.flips.reduce(0) { $0 + $1.examples.count }, "example")
            }
    }
}
