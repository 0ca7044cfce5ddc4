internal import PodiumReport
internal import PodiumStore

/// Which address leads to which page.
extension Pages {
    static let eventsPattern = "/events"

    /// All routes but the API's.
    func routes(_ forms: FormPages) -> [Route] {
        let assets = [renderer.style, renderer.script, renderer.icon].map { asset in
            Route(.get, "/assets/\(asset.name)", nil) { _ in
                WebResponse(type: asset.type, asset.bytes).header(
                    "Cache-Control",
                    "public, max-age=31536000, immutable"
                )
            }
        }
        let files = Leaderboard.Format.allCases.filter { $0 != .table }.map { format in
            Route(.get, "/suites/{suite}/leaderboard.\(format.rawValue)", .reader) { exchange in
                try await leaderboardFile(exchange, format)
            }
        }
        let metrics = Route(.get, "/metrics", .reader) { _ in
            let text = MetricsPage.text(try await store.operationalFigures(), version: version)
            return WebResponse(type: MetricsPage.type, Array(text.utf8))
        }
        // The page's links to the tables beside it are as in a folder of files.
        let reports = (["report"] + ReportHTML.fileNames).map { name in
            Route(.get, "/suites/{suite}/\(name)", .reader, report)
        }
        return assets + files + reports + [
            metrics,
            Route(.get, "/", .reader, overview),
            Route(.get, "/queue", .reader, queue),
            Route(.get, "/suites", .reader, suites),
            Route(.get, "/suites/{suite}", .reader, matrix),
            Route(.get, "/suites/{suite}/leaderboard", .reader, leaderboard),
            Route(.get, "/suites/{suite}/graph", .reader, graph),
            Route(.get, "/leaderboard", .reader, newestLeaderboard),
            Route(.get, "/runs/{run}", .reader, runPage),
            Route(.get, "/history", .reader, history),
            Route(.get, "/compare", .reader, compare),
            Route(.get, "/workers", .reader, workers),
            Route(.get, Self.eventsPattern, .reader, events),
            Route(.get, "/submit", .reader, forms.submitPage),
            Route(.post, "/submit", .operator, forms.submit),
            Route(.post, "/actions", .operator, forms.act),
            Route(.post, "/views", .operator, forms.changeView),
            Route(.get, "/actions", .admin, forms.actionLog),
            Route(.get, "/sign-in", nil, forms.signInPage),
            Route(.post, "/sign-in", nil, forms.signIn),
            Route(.post, "/sign-out", nil, forms.signOut),
        ]
    }
}
