package import Mustache
package import PodiumCore
internal import PodiumReportAssets

/// Parts of the report for other pages, by the same views and templates.
package enum Fragments {
    /// The report's templates and these besides, with the report's escaping.
    package static func library(adding sources: [String: [UInt8]]) throws(ReportError) -> MustacheLibrary {
        try Templates.parse(ReportAssets.templates.merging(sources) { $1 }).get()
    }

    /// A learning curve as SVG with title and description; `rate` is drawn in a strip below it.
    ///
    /// - Parameters:
    ///   - id: unique in the page.
    ///   - points: finite values in step order, at least one.
    package static func chart(
        id: String,
        title: String,
        metric: String,
        points: [MetricPoint],
        rate: [MetricPoint] = []
    ) throws(ReportError) -> String {
        func report(_ points: [MetricPoint]) -> [Report.Point] {
            points.map { Report.Point(step: $0.step, value: $0.value) }
        }
        let chart = LineChart(
            id: id,
            title: title,
            curve: Report.Curve(metric: metric, points: report(points)),
            axis: Axis(covering: points.map(\.value), count: 4),
            rate: report(rate)
        )
        return try render(chart, "chart")
    }

    /// The leaderboard's table and its remarks; links lead to `page`, where the whole report is.
    package static func leaderboard(_ report: Report, page: String) throws(ReportError) -> Board {
        let report = report.canonical()
        let leaderboard = Leaderboard(report)
        let view = LeaderboardView(
            leaderboard,
            report: report,
            anchors: Anchors(report),
            caption: "Scores times 100; higher is better. A score leads to the runs it comes from.",
            rows: { _ in true }
        )
        let html = try render(view, "leaderboard")
        // Quotes in texts are escaped, so this stands in links only.
        return Board(
            html: html.replacing("href=\"#", with: "href=\"\(page)#"),
            remarks: leaderboard.remarks,
            hasSampleScores: leaderboard.hasSampleScores
        )
    }

    package struct Board: Sendable {
        package let html: String
        package let remarks: [String]
        package let hasSampleScores: Bool
    }

    private static func render(_ view: Any, _ template: String) throws(ReportError) -> String {
        guard let html = try Templates.all.get().render(view, withTemplate: template) else {
            throw ReportError(.template, "reports/\(template).mustache is missing from the program")
        }
        return html
    }
}
