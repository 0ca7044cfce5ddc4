internal import FoundationEssentials
internal import PodiumCore
internal import PodiumPrimitives
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
    private(set) var facts: [Fact]
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
        }
        if let elapsed = run.elapsed(now: now) {
            facts.append(Fact(name: "Time", value: NumberText.duration(elapsed)))
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
        // What most visitors came for stands first.
        if let score = result.score {
            facts.insert(Fact(name: "Score", value: NumberText.fixed(100 * score, digits: 2)), at: 0)
        }
        if let source = result.reusedFrom {
            facts.append(
                Fact(
                    name: "Result taken over from",
                    value: "run \(source.run) of suite \(source.suite) (\(source.suiteName))",
                    href: "/runs/\(source.run)"
                )
            )
            if let seconds = source.wallSeconds {
                facts.append(Fact(name: "Computed there in", value: NumberText.duration(seconds)))
            }
        }
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
