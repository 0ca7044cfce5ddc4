internal import FoundationEssentials
internal import PodiumCore
internal import PodiumExperiments
internal import PodiumPrimitives
internal import PodiumReport
internal import PodiumStore

extension Pages {
    private struct RankingView {
        struct File {
            let title: String
            let href: String
        }

        var sample: String?
        /// Markup.
        var board: String?
        var nothing = ""
        var remarks: [String] = []
        var asOf: String?
        var files: [File] = []
    }

    /// The leaderboard of the newest suite that was not put away.
    func newestLeaderboard(_ exchange: Exchange) async throws -> WebResponse {
        guard let summary = try await summaries.page(before: nil, limit: 1, includesArchived: false).first else {
            var view = RankingView()
            view.nothing = "There is no suite that is not archived."
            return try page(exchange, title: "Leaderboard", current: "/leaderboard", "ranking", view)
        }
        return try await leaderboard(exchange, summary)
    }

    func leaderboard(_ exchange: Exchange) async throws -> WebResponse {
        try await leaderboard(exchange, try await suite(exchange))
    }

    private func leaderboard(_ exchange: Exchange, _ summary: SuiteSummary) async throws -> WebResponse {
        var view = RankingView()
        if let (ranking, at) = try await rankings.ranking(of: summary) {
            let board = ranking.board
            view.board = board.html
            view.remarks = board.remarks
            view.asOf = "As of \(LocalTime.text(at))."
            if board.hasSampleScores {
                view.sample =
                    "Scores marked so come from the small generated sample. They compare with no published number."
            }
            view.files =
                [RankingView.File(title: "Whole report", href: Rankings.reportPage(of: summary.id))]
                + Leaderboard.Format.allCases.filter { $0 != .table }.map {
                    RankingView.File(title: $0.rawValue, href: "/suites/\(summary.id)/leaderboard.\($0.rawValue)")
                }
        } else {
            view.nothing = "No run of this suite is scored on a task."
        }
        return try page(
            exchange,
            title: summary.name,
            summary: Self.summary(summary),
            current: "/leaderboard",
            tabs: tabs(summary.id, current: "leaderboard"),
            scope: .init(suite: summary.id),
            "ranking",
            view
        )
    }

    /// The leaderboard in one of its text formats.
    func leaderboardFile(_ exchange: Exchange, _ format: Leaderboard.Format) async throws -> WebResponse {
        let summary = try await suite(exchange)
        guard let report = try await rankings.ranking(of: summary)?.ranking.report else {
            throw Problem(404, "no run of suite \(summary.id) is scored on a task")
        }
        let type =
            switch format {
            case .json: "application/json"
            case .csv: "text/csv; charset=utf-8"
            case .table, .md, .latex: "text/plain; charset=utf-8"
            }
        return WebResponse(type: type, Array(try Leaderboard(report).render(format).utf8))
    }

    /// The whole report as `podium report` writes it: its page, or a long table beside it.
    func report(_ exchange: Exchange) async throws -> WebResponse {
        let summary = try await suite(exchange)
        let name = exchange.request.path.last.flatMap { $0 == "report" ? nil : $0 } ?? ReportHTML.fileName
        guard let page = try await rankings.reportPage(name, of: summary.id) else {
            throw Problem(
                404,
                name == ReportHTML.fileName
                    ? "no run of suite \(summary.id) is scored on a task"
                    : "the report of suite \(summary.id) has no page \(name): all of it is in \(ReportHTML.fileName)"
            )
        }
        return WebResponse(type: "text/html; charset=utf-8", page)
    }
}
