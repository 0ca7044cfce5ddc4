import PodiumCore

/// Which tables of a report are too long for its page and lie in files beside it.
struct SidePages {
    enum Page: String, CaseIterable {
        case runs = "runs.html"
        case comparisons = "comparisons.html"
        case examples = "examples.html"
    }

    /// In the order in which the page names them.
    let pages: [Page]
    /// The runs whose lines stay in the page.
    private let kept: Set<Int64>

    /// Beyond this many lines of each table the page shows a part and links the rest.
    private static let runLimit = 200
    static let keptRuns = 50
    static let comparisonLimit = 100
    /// Examples of a pair, of those that only the one has right and of those that only the other has.
    static let exampleLimit = 3

    /// No side pages: all in one page.
    static let none = SidePages(pages: [], kept: [])

    private init(pages: [Page], kept: Set<Int64>) {
        self.pages = pages
        self.kept = kept
    }

    /// - Parameter report: in canonical order.
    init(_ report: Report) {
        var pages: [Page] = []
        if report.runs.count > Self.runLimit { pages.append(.runs) }
        if report.comparisons.count > Self.comparisonLimit { pages.append(.comparisons) }
        if report.flips.contains(where: { !Self.hidden(in: $0).isEmpty }) { pages.append(.examples) }
        let telling = report.runs.filter { $0.state != .succeeded || $0.attempts.count > 1 || $0.kind == .pretrain }
        self.init(pages: pages, kept: Set(telling.prefix(Self.keptRuns).map(\.id)))
    }

    func contains(_ page: Page) -> Bool { pages.contains(page) }

    /// Whether a run's line is in the report's page.
    func keeps(_ run: Int64) -> Bool { !contains(.runs) || kept.contains(run) }

    /// The examples that the report's page leaves out.
    private static func hidden(in flips: Report.Flips) -> [Report.Flips.Example] {
        let first = flips.examples.filter(\.firstIsRight)
        let second = flips.examples.filter { !$0.firstIsRight }
        return Array(first.dropFirst(exampleLimit) + second.dropFirst(exampleLimit))
    }

    /// The flips with those examples alone that the report's page shows.
    func shown(_ flips: Report.Flips) -> Report.Flips {
        guard contains(.examples) else { return flips }
        var shown = flips
        let first = flips.examples.filter(\.firstIsRight)
        let second = flips.examples.filter { !$0.firstIsRight }
        shown.examples = Array(first.prefix(Self.exampleLimit) + second.prefix(Self.exampleLimit))
        return shown
    }

    /// The comparisons that the report's page shows: those over all tasks first.
    func shown(_ comparisons: [Report.Comparison]) -> [Report.Comparison] {
        guard contains(.comparisons) else { return comparisons }
        let ordered = comparisons.filter { $0.task == nil } + comparisons.filter { $0.task != nil }
        return Array(ordered.prefix(Self.comparisonLimit))
    }
}
