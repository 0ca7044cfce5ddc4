internal import PodiumCore
internal import PodiumExperiments
internal import PodiumPrimitives
internal import PodiumStore

/// A suite as task × seed.
extension Pages {
    struct MatrixView {
        struct Row {
            let title: String
            /// What tells the row from others of its task; nil where there is one configuration.
            let settings: String?
            /// Markup, a table cell each.
            let cells: [String]
            let mean: String
        }

        struct System {
            let id: Int
            let name: String
            let note: String
            let seeds: [String]
            let rows: [Row]
        }

        let suite: Int64
        let mayAct: Bool
        let formCode: String
        let counts: [CountView]
        /// Its tags, and whether it was put away.
        let labels: String?
        let note: String?
        /// What took over earlier results.
        let reused: String?
        let seeds: SeedPlanView?
        let systems: [System]
        let more: String?
        let legend: [StateView]
    }

    /// Two elements a cell: within what a browser lays out at once.
    private static let matrixLimit = 1000

    func matrix(_ exchange: Exchange) async throws -> WebResponse {
        let summary = try await suite(exchange)
        let offset = (try exchange.count("page", default: 1, upTo: 100_000) - 1) * Self.matrixLimit
        let runs = try await store.matrix(of: summary.id, offset: offset, limit: Self.matrixLimit + 1)
        let shown = Array(runs.prefix(Self.matrixLimit))
        let running = shown.filter { $0.state == .running }.prefix(40).map(\.id)
        let curves = running.isEmpty ? [:] : try await store.curves(of: running, name: "loss", points: 30)
        let examples = try await examples(of: shown)
        let reused = try await store.reusedRuns(of: summary.id)
        let view = MatrixView(
            suite: summary.id.rawValue,
            mayAct: exchange.visitor.may(.operator),
            formCode: exchange.formCode,
            counts: Self.counts(summary),
            labels: summary.labels,
            note: summary.note.isEmpty ? nil : summary.note,
            reused: Self.reused(reused, of: summary.runCount),
            seeds: try await seedPlan(of: summary.id).map { SeedPlanView($0, $1) },
            systems: Self.systems(shown, curves: curves, examples: examples),
            more: runs.count > shown.count
                ? "/suites/\(summary.id)?page=\(offset / Self.matrixLimit + 2)" : nil,
            legend: RunStanding.allCases.map { StateView($0) } + (reused > 0 ? [.takenOver] : [])
        )
        return try page(
            exchange,
            title: summary.name,
            summary: Self.summary(summary),
            current: "/suites",
            tabs: tabs(summary.id, current: "matrix"),
            scope: .init(suite: summary.id),
            "matrix",
            view
        )
    }

    static func summary(_ summary: SuiteSummary) -> String {
        "Suite \(summary.id) · \(NumberText.count(summary.runCount, "run")) · submitted \(LocalTime.text(summary.submittedAt))"
    }

    private static func reused(_ count: Int, of runs: Int) -> String? {
        guard count > 0 else { return nil }
        return
            "\(NumberText.grouped(count)) of \(NumberText.count(runs, "run")) took over \(count == 1 ? "the result" : "results") "
            + "of the same work that was done before (\(StateView.takenOver.symbol)): no further measurement."
    }

    func tabs(_ suite: SuiteID, current: String) -> [PageRenderer.Frame.Link] {
        let views = [
            ("matrix", "Matrix", "/suites/\(suite)"), ("leaderboard", "Leaderboard", "/suites/\(suite)/leaderboard"),
            ("graph", "Graph", "/suites/\(suite)/graph"), ("queue", "Queue", "/queue?suite=\(suite)"),
            ("history", "Runs", "/history?suite=\(suite)"),
        ]
        return views.map { PageRenderer.Frame.Link(title: $0.1, href: $0.2, isCurrent: $0.0 == current) }
    }

    private static func counts(_ summary: SuiteSummary) -> [CountView] {
        let order: [RunStanding] = [.succeeded, .failed, .running, .ready, .held, .waiting, .blocked, .cancelled]
        return order.compactMap { state in
            summary.runs[state].map {
                CountView(state, $0, href: "/history?suite=\(summary.id)&state=\(state.rawValue)")
            }
        }
    }

    /// One run of each configuration, with its hyper-parameters.
    private func examples(of runs: [MatrixRun]) async throws -> [String: RunSpec] {
        var first: [String: RunID] = [:]
        for run in runs where first[run.settings] == nil { first[run.settings] = run.id }
        // With more configurations than this their names tell them apart well enough.
        guard first.count <= 200 else { return [:] }
        let records = try await self.runs(Array(first.values))
        return first.compactMapValues { records[$0]?.spec }
    }

    private static func systems(
        _ runs: [MatrixRun],
        curves: [RunID: [MetricPoint]],
        examples: [String: RunSpec]
    ) -> [MatrixView.System] {
        var systems: [MatrixView.System] = []
        // What has scores first: a pre-training and the report are systems of their own to the queue.
        let names = Self.distinct(runs.filter { $0.task != nil }.map(\.system) + runs.map(\.system))
        for name in names {
            let own = runs.filter { $0.system == name }
            let seeds = Set(own.map(\.seed)).sorted { ($0 ?? 0) < ($1 ?? 0) }
            var rows: [MatrixView.Row] = []
            for title in Self.distinct(own.map(\.title)) {
                let ofTask = own.filter { $0.title == title }
                let configurations = Self.distinct(ofTask.map(\.settings))
                let labels = Self.labels(configurations.map { examples[$0] })
                for (index, settings) in configurations.enumerated() {
                    let cells = ofTask.filter { $0.settings == settings }
                    let bySeed = Dictionary(grouping: cells, by: \.seed)
                    let scores = cells.compactMap { $0.state == .succeeded ? $0.score : nil }
                    let mean = scores.reduce(0, +) / Double(max(1, scores.count))
                    rows.append(
                        MatrixView.Row(
                            title: title,
                            settings: labels[index],
                            cells: seeds.map { Self.cell(bySeed[$0] ?? [], curves) },
                            mean: scores.isEmpty ? "" : NumberText.percent(mean)
                        )
                    )
                }
            }
            systems.append(
                MatrixView.System(
                    id: systems.count + 1,
                    name: name,
                    note: NumberText.count(own.count, "run"),
                    seeds: seeds.map { $0.map { "seed \($0)" } ?? "run" },
                    rows: rows
                )
            )
        }
        return systems
    }

    private static func distinct(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.filter { seen.insert($0).inserted }
    }

    /// What tells each configuration from the others.
    private static func labels(_ specs: [RunSpec?]) -> [String?] {
        let all = specs.map { $0?.work.settings ?? [] }
        guard all.count > 1 else { return [nil] }
        return all.map { own in
            let telling = own.filter { setting in !all.allSatisfy { $0.contains(setting) } }
            return telling.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
    }

    /// A table cell; of several runs of one seed the first is shown.
    private static func cell(_ runs: [MatrixRun], _ curves: [RunID: [MetricPoint]]) -> String {
        guard let run = runs.first else { return "<td class=\"none\"></td>" }
        let state = run.isReused ? .takenOver : StateView(run.state, isStuck: run.isStuck)
        var value = ""
        var field = ""
        var drawing = ""
        switch run.state {
        case .succeeded: value = run.score.map { NumberText.percent($0) } ?? "done"
        case .running:
            let share = Double(run.step ?? 0) / Double(max(1, run.totalSteps ?? 1))
            value = "\(Int(share * 100))%"
            field = " data-field=\"share\""
            drawing = Sparkline.svg(curves[run.id] ?? []) ?? ""
        case .failed: value = "failed"
        case .blocked, .ready, .held, .waiting, .cancelled: break
        }
        let label = "run \(run.id), \(state.word)\(value.isEmpty || value == state.word ? "" : ", \(value)")"
        let more = runs.count > 1 ? " +\(runs.count - 1)" : ""
        return "<td class=\"\(state.kind)\" data-run=\"\(run.id)\"><a href=\"/runs/\(run.id)\" aria-label=\"\(label)\">"
            + "<i aria-hidden=\"true\">\(state.symbol)</i>\(drawing)<b\(field)>\(value)\(more)</b></a></td>"
    }
}

extension MatrixRun {
    /// What its row is called.
    var title: String { task?.displayName ?? kind.rawValue }
}

/// A small curve without axes.
enum Sparkline {
    /// Nil for fewer than two points.
    static func svg(_ points: [MetricPoint]) -> String? {
        let points = points.filter { $0.value.isFinite }
        guard points.count > 1, let low = points.map(\.value).min(), let high = points.map(\.value).max(),
            let first = points.first?.step, let last = points.last?.step, last > first
        else { return nil }
        let path = points.map { point in
            let x = 36 * Double(point.step - first) / Double(last - first)
            let y = 14 - 12 * (point.value - low) / max(high - low, 1e-12)
            return "\(NumberText.fixed(x, digits: 1)) \(NumberText.fixed(y, digits: 1))"
        }
        return "<svg class=\"spark\" viewBox=\"0 0 36 16\" width=\"36\" height=\"16\" aria-hidden=\"true\">"
            + "<path d=\"M\(path.joined(separator: "L"))\"/></svg>"
    }
}
