internal import FoundationEssentials
internal import PodiumCore
internal import PodiumPrimitives
internal import PodiumReport
internal import PodiumStore

/// One run as the template `run` shows it.
struct RunPageView {
    struct Fact {
        let name: String
        let value: String
        var href: String?
    }

    struct Progress {
        let step: Int
        let total: Int
        let text: String
    }

    struct Chart {
        /// Markup.
        let svg: String
        let title: String
        let latest: String
    }

    struct Link {
        let title: String
        let href: String
    }

    struct Attempt {
        let number: Int
        let kind: String
        let symbol: String
        let end: String
        let when: String
        let x: String
        let width: String
        let time: String
        let from: String
        let host: String
        let message: String
        let environment: String?
    }

    struct LogLine {
        let sequence: Int64
        let time: String
        let level: String
        let isTrouble: Bool
        let message: String
    }

    struct Score {
        let name: String
        let value: String
        let interval: String
    }

    struct Neighbour {
        let relation: String
        let number: Int64
        let name: String
        let kind: String
        let symbol: String
        let word: String
    }

    struct ArtifactLine {
        let kind: String
        let step: String
        let size: String
        let path: String
        let sha256: String
        let isGone: Bool
    }

    let number: Int64
    let mayAct: Bool
    let mayCancel: Bool
    let mayHold: Bool
    let mayRelease: Bool
    let mayMove: Bool
    let mayRetry: Bool
    let formCode: String
    let kind: String
    let symbol: String
    let word: String
    let why: String?
    let progress: Progress?
    let facts: [Fact]
    var charts: [Chart] = []
    var moreMetrics: [Link] = []
    var attempts: [Attempt] = []
    var lines: [LogLine] = []
    var logSearch: String?
    var logNote: String?
    var earlier: String?
    var scores: [Score] = []
    var notes: [String] = []
    let settings: [Fact]
    var neighbours: [Neighbour] = []
    var artifacts: [ArtifactLine] = []

    init(_ run: RunRecord, place: Int?, mayAct: Bool, formCode: String, now: Double) {
        let state = StateView(run)
        number = run.id.rawValue
        mayCancel = mayAct && !run.state.isTerminal
        mayHold = mayCancel && !run.isHeld
        mayRelease = mayCancel && run.isHeld
        mayMove = mayCancel && run.state != .running
        mayRetry = mayAct && (run.state == .failed || run.state == .cancelled)
        self.mayAct = mayCancel || mayRetry
        self.formCode = formCode
        (kind, symbol, word) = (state.kind, state.symbol, state.word)
        let reason = run.why(place)
        why = reason.isEmpty ? nil : reason
        progress = run.state.isTerminal ? nil : run.progress.map { Self.progress($0, isRunning: run.state == .running) }
        var facts = [Fact(name: "Suite", value: run.suiteName, href: "/suites/\(run.suite)")]
        if let place { facts.append(Fact(name: "Place in the queue", value: NumberText.grouped(place))) }
        facts.append(Fact(name: "Submitted", value: LocalTime.text(run.submittedAt)))
        if let start = run.startedAt {
            facts.append(Fact(name: "Started", value: LocalTime.text(start)))
            facts.append(Fact(name: "Time", value: NumberText.duration((run.endedAt ?? now) - start)))
        }
        if let end = run.endedAt { facts.append(Fact(name: "Ended", value: LocalTime.text(end))) }
        if let worker = run.worker {
            facts.append(Fact(name: "Worker", value: "\(worker)", href: "/workers#worker-\(worker)"))
        }
        self.facts = facts
        settings = Self.settings(run.spec)
    }

    private static func progress(_ progress: TrainingProgress, isRunning: Bool) -> Progress {
        var text = "step \(NumberText.grouped(progress.step)) of \(NumberText.grouped(progress.totalSteps))"
        if isRunning {
            text += " · \(NumberText.clock(progress.remainingSeconds)) left"
            text += " · \(NumberText.compact(progress.tokensPerSecond)) tokens/s"
        }
        return Progress(step: progress.step, total: max(1, progress.totalSteps), text: text)
    }

    /// All that decides the run's result, by the job file's keys.
    static func settings(_ spec: RunSpec) -> [Fact] {
        var facts = [Fact(name: "kind", value: spec.kind.rawValue), Fact(name: "system", value: spec.system)]
        if let model = spec.model { facts.append(Fact(name: "model", value: model.description)) }
        if let examples = spec.work.examples {
            facts.append(Fact(name: "task", value: examples.task.rawValue))
            facts.append(Fact(name: "data", value: examples.data.description))
        }
        if let seed = spec.work.seed { facts.append(Fact(name: "seed", value: "\(seed)")) }
        facts += spec.work.settings.map { Fact(name: $0.key, value: "\($0.value)") }
        facts.append(Fact(name: "device", value: spec.resources.device.rawValue))
        facts.append(Fact(name: "threads", value: "\(spec.resources.threads)"))
        if let ranks = spec.resources.ranks { facts.append(Fact(name: "ranks", value: "\(ranks)")) }
        if let nodes = spec.resources.nodes { facts.append(Fact(name: "nodes", value: "\(nodes)")) }
        return facts
    }

    // MARK: Parts

    mutating func add(_ all: [AttemptRecord], now: Double) {
        guard let first = all.first?.startedAt else { return }
        let last = all.map { $0.endedAt ?? now }.max() ?? now
        // The drawing is 160 units wide; the template repeats the number.
        let unit = 160 / max(last - first, 1e-3)
        attempts = all.map { attempt in
            let state = StateView(attempt.outcome)
            let end = attempt.endedAt ?? now
            return Attempt(
                number: attempt.attempt,
                kind: state.kind,
                symbol: state.symbol,
                end: attempt.outcome.map(Self.word) ?? "running",
                when: LocalTime.text(attempt.startedAt),
                x: NumberText.fixed((attempt.startedAt - first) * unit, digits: 1),
                width: NumberText.fixed(max(2, (end - attempt.startedAt) * unit), digits: 1),
                time: NumberText.clock(end - attempt.startedAt),
                from: attempt.resumedFromStep.map { NumberText.grouped($0) } ?? "start",
                host: attempt.host ?? "",
                message: attempt.message ?? "",
                environment: attempt.environment?.summary
            )
        }
    }

    private static func word(_ end: AttemptEnd) -> String {
        switch end {
        case .succeeded: "done"
        case .cancelled: "cancelled"
        case .released: "put back"
        case .preempted: "made way"
        case .lost: "worker lost"
        case .failed(let failure): "failed: \(failure.rawValue)"
        }
    }

    mutating func add(_ result: RunResult) {
        func text(_ value: Double) -> String { NumberText.fixed(value, digits: 4) }
        scores = result.metrics.sorted { $0.key < $1.key }.map { name, value in
            let interval = result.intervals?[name].map { "\(text($0.low)) to \(text($0.high))" }
            return Score(name: name, value: text(value), interval: interval ?? "")
        }
        notes = (result.findings ?? []).map(\.message) + result.notes
    }

    mutating func add(_ records: [ArtifactRecord]) {
        artifacts = records.map { record in
            let made = record.artifact
            return ArtifactLine(
                kind: made.kind.rawValue,
                step: made.step.map { NumberText.grouped($0) } ?? "",
                size: "\(NumberText.compact(Double(made.bytes)))B",
                path: made.path,
                sha256: made.sha256,
                isGone: record.removedAt != nil
            )
        }
    }

    mutating func add(_ records: [LogRecord]) {
        lines = records.map { record in
            LogLine(
                sequence: record.sequence,
                time: String(LocalTime.text(record.at).suffix(8)),
                level: record.level.rawValue,
                isTrouble: record.level == .warning || record.level == .error,
                message: record.message
            )
        }
    }
}

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
        let records = Dictionary(uniqueKeysWithValues: try await store.runs(others).map { ($0.id, $0) })
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
