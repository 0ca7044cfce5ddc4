internal import PodiumCore
internal import PodiumPrimitives
internal import PodiumStore

/// Runs as the template `runs` lists them.
struct RunListView {
    struct Run {
        let number: Int64
        let name: String
        let suite: Int64
        let suiteName: String
        let kind: String
        let symbol: String
        let word: String
        let place: String
        /// Whose queue the place is in, where several are listed.
        let pool: String?
        let steps: String
        let loss: String
        let time: String
        let left: String
        let why: String
    }

    let caption: String
    /// Whether runs can be selected for the form `actions`.
    let hasBoxes: Bool
    let hasPlaces: Bool
    /// Whether any of them has begun.
    let hasProgress: Bool
    /// What to say where nothing runs.
    var hint = ""
    let runs: [Run]

    /// - Parameter places: in the queue of the run's pool.
    init(
        _ records: [RunRecord],
        caption: String,
        hasBoxes: Bool = false,
        places: [RunID: Int]? = nil,
        now: Double
    ) {
        self.caption = caption
        self.hasBoxes = hasBoxes
        hasPlaces = places != nil
        hasProgress = records.contains(where: \.isRunningOrOver)
        let hasPools = places != nil && Set(records.map(\.pool)).count > 1
        runs = records.map { record in
            let state = StateView(record)
            let progress = record.isRunningOrOver ? record.progress : nil
            return Run(
                number: record.id.rawValue,
                name: record.spec.name,
                suite: record.suite.rawValue,
                suiteName: record.suiteName,
                kind: state.kind,
                symbol: state.symbol,
                word: state.word,
                place: places?[record.id].map { NumberText.grouped($0) } ?? "",
                pool: hasPools ? record.pool : nil,
                steps: progress.map { "\($0.step)/\($0.totalSteps)" } ?? "",
                loss: progress.map { NumberText.fixed($0.loss, digits: 4) } ?? "",
                time: record.elapsed(now: now).map { NumberText.clock($0) } ?? "",
                left: record.state == .running ? progress.map { NumberText.clock($0.remainingSeconds) } ?? "" : "",
                why: record.why(places?[record.id])
            )
        }
    }
}

extension RunRecord {
    /// Whose workers may take it: `cpu/big-memory`.
    fileprivate var pool: String { spec.resources.pool }

    /// Why it is where it is, in the command line's words, with its place where it only waits for its turn.
    func why(_ place: Int?) -> String {
        if let reason { return reason }
        guard state == .ready, let place else { return "" }
        return place == 1 ? "next in the queue" : "\(NumberText.grouped(place - 1)) before it"
    }
}

extension SuiteSummary {
    /// Its tags, and whether it was put away; nil for neither.
    var labels: String? {
        let labels = (archivedAt == nil ? [] : ["archived"]) + tags
        return labels.isEmpty ? nil : labels.joined(separator: " · ")
    }
}

/// Suites as the template `suites` lists them.
struct SuiteListView {
    struct Suite {
        let number: Int64
        let name: String
        /// Its tags, and whether it was put away.
        let labels: String?
        let note: String?
        let kind: String
        let symbol: String
        let word: String
        let bar: ShareBar
        let done: String
        let submitted: String
        let time: String
    }

    let suites: [Suite]
    /// Where the next older ones are.
    var older: String?

    init(_ summaries: [SuiteSummary], now: Double, older: String? = nil) {
        self.older = older
        suites = summaries.map { summary in
            let state = StateView(summary.runs, stuck: summary.stuck)
            let done = summary.runs.filter { $0.key.isTerminal }.values.reduce(0, +)
            let isOver = done == summary.runCount
            let end = isOver ? summary.endedAt ?? now : now
            return Suite(
                number: summary.id.rawValue,
                name: summary.name,
                labels: summary.labels,
                note: summary.note.isEmpty ? nil : String(summary.note.prefix { $0 != "\n" }),
                kind: state.kind,
                symbol: state.symbol,
                word: state.word,
                bar: ShareBar(summary.runs),
                done: "\(NumberText.grouped(done))/\(NumberText.grouped(summary.runCount))",
                submitted: LocalTime.text(summary.submittedAt),
                time: NumberText.clock(end - summary.submittedAt)
            )
        }
    }
}
