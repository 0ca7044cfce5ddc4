internal import FoundationEssentials
internal import PodiumCore
internal import PodiumPrimitives
internal import PodiumReport
internal import PodiumStore

/// One run: its curves, its log, what it waits for.
extension Pages {
    private static let logLines = 200
    private static let chartLimit = 6
    /// Drawn in the strip below other curves, or said in words.
    private static let sideMetrics: Set<String> = ["learning_rate", "remaining_seconds"]

    func runPage(_ exchange: Exchange) async throws -> WebResponse {
        let now = Date().timeIntervalSince1970
        let run = try await self.run(exchange)
        let queue = run.state == .ready ? try await store.place(of: run.id) : nil
        var view = RunPageView(
            run,
            place: queue,
            mayAct: exchange.visitor.may(.operator),
            formCode: exchange.formCode,
            now: now
        )
        view.add(try await store.attempts(of: run.id), now: now)
        if let result = try await store.result(of: run.id) { view.add(result) }
        view.add(try await store.artifacts(of: run.id))
        try await addCurves(exchange, run, &view)
        try await addLog(exchange, run, &view)
        try await addNeighbours(run, &view)
        return try page(
            exchange,
            title: "Run \(run.id): \(run.spec.name)",
            current: "",
            scope: .init(suite: run.suite, run: run.id),
            "run",
            view
        )
    }

    private func addCurves(_ exchange: Exchange, _ run: RunRecord, _ view: inout RunPageView) async throws {
        let names = try await store.metricNames(of: [run.id])
        let wanted = exchange.request.query.filter { $0.name == "metric" }.map(\.value)
        let usual = names.filter { !Self.sideMetrics.contains($0) }
        // The loss first; the others as they are called.
        let ordered = usual.filter { $0 == "loss" } + usual.filter { $0 != "loss" }
        let chosen = wanted.isEmpty ? Array(ordered.prefix(Self.chartLimit)) : names.filter { wanted.contains($0) }
        let rate = names.contains("learning_rate") ? try await points(run, "learning_rate") : []
        for name in chosen.prefix(24) {
            let points = try await points(run, name)
            guard let last = points.last else { continue }
            let svg = try Fragments.chart(
                id: "curve-\(view.charts.count + 1)",
                title: "\(name) of run \(run.id)",
                metric: name,
                points: points,
                rate: name == "loss" ? rate : []
            )
            view.charts.append(
                RunPageView.Chart(svg: svg, title: "\(name) at step \(last.step)", latest: NumberText.short(last.value))
            )
        }
        view.moreMetrics = names.filter { !chosen.contains($0) }.map {
            RunPageView.Link(title: $0, href: "/runs/\(run.id)?metric=\(PercentEncoding.encode($0))")
        }
    }

    private func points(_ run: RunRecord, _ name: String) async throws -> [MetricPoint] {
        try await store.metricPoints(of: run.id, name: name, limit: 300).filter { $0.value.isFinite }
    }

    private func addLog(_ exchange: Exchange, _ run: RunRecord, _ view: inout RunPageView) async throws {
        let search = exchange.request.parameter("log")
        let before = exchange.request.parameter("before").flatMap { Int64($0) }
        let lines = try await store.logTail(of: run.id, containing: search, before: before, limit: Self.logLines)
        view.add(lines)
        view.logSearch = search
        if let search { view.logNote = "lines with “\(search)”" }
        if lines.count == Self.logLines, let first = lines.first {
            let query = PercentEncoding.query([("log", search), ("before", "\(first.sequence)")])
            view.earlier = "/runs/\(run.id)?\(query)#log-title"
            view.logNote = view.logNote ?? "the last \(Self.logLines) lines"
        }
    }

    private func addNeighbours(_ run: RunRecord, _ view: inout RunPageView) async throws {
        let edges = try await store.edges(around: run.id, limit: 60)
        let others = edges.map { $0.child == run.id ? $0.parent : $0.child }
        let records = try await runs(others)
        view.neighbours = edges.compactMap { edge in
            let isParent = edge.child == run.id
            guard let other = records[isParent ? edge.parent : edge.child] else { return nil }
            let state = StateView(other)
            return RunPageView.Neighbour(
                relation: isParent ? "waits for" : "is waited for by",
                number: other.id.rawValue,
                name: other.spec.name,
                kind: state.kind,
                symbol: state.symbol,
                word: state.word
            )
        }
    }
}
