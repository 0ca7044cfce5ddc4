internal import PodiumPrimitives
internal import PodiumCore
internal import PodiumStore

/// A state as pages show it: a symbol and a word, and a class for the colour.
struct StateView {
    let kind: String
    let symbol: String
    let word: String

    init(_ standing: RunStanding, isStuck: Bool = false) {
        if isStuck {
            (kind, symbol, word) = ("stuck", "◇", "stuck")
            return
        }
        kind = standing.rawValue
        switch standing {
        case .blocked: (symbol, word) = ("◦", "blocked")
        case .ready: (symbol, word) = ("·", "queued")
        case .held: (symbol, word) = ("‖", "held")
        case .waiting: (symbol, word) = ("↻", "to be retried")
        case .running: (symbol, word) = ("▸", "running")
        case .succeeded: (symbol, word) = ("✓", "done")
        case .failed: (symbol, word) = ("✗", "failed")
        case .cancelled: (symbol, word) = ("⊘", "cancelled")
        }
    }

    init(_ run: RunRecord) {
        self.init(run.standing, isStuck: run.state == .blocked && run.blockedBy != nil)
    }

    /// Of a group: something runs or will, before somebody must release it, before something failed, before all is done.
    init(_ counts: [RunStanding: Int], stuck: Int) {
        let open = counts.filter { !$0.key.isTerminal }.values.reduce(0, +) - stuck
        if counts[.running, default: 0] > 0 {
            self.init(.running)
        } else if open > 0 {
            let next: [RunStanding] = [.ready, .waiting, .held, .blocked]
            self.init(next.first { counts[$0, default: 0] > 0 } ?? .ready)
        } else if counts[.failed, default: 0] > 0 || stuck > 0 {
            self.init(.failed)
        } else if counts[.cancelled, default: 0] > 0 {
            self.init(.cancelled)
        } else {
            self.init(.succeeded)
        }
    }

    init(_ end: AttemptEnd?) {
        switch end {
        case nil: self.init(.running)
        case .succeeded: self.init(.succeeded)
        case .cancelled: self.init(.cancelled)
        case .released, .preempted, .lost: self.init(.waiting)
        case .failed: self.init(.failed)
        }
    }

    init(_ worker: WorkerRecord.State) {
        switch worker {
        case .working: self.init(kind: "running", symbol: "▸", word: "working")
        case .idle: self.init(kind: "succeeded", symbol: "✓", word: "idle")
        case .drained: self.init(kind: "waiting", symbol: "◦", word: "drained")
        case .left: self.init(kind: "cancelled", symbol: "⊘", word: "left")
        case .lost: self.init(kind: "failed", symbol: "✗", word: "lost")
        }
    }

    /// Of a run that is done because another did the same work before.
    static let takenOver = StateView(kind: "succeeded", symbol: "≡", word: "result taken over")

    /// Of a project's budget.
    static let withinBudget = StateView(kind: "succeeded", symbol: "✓", word: "open")
    static let usedUp = StateView(kind: "waiting", symbol: "◦", word: "used up: its runs wait")

    private init(kind: String, symbol: String, word: String) {
        (self.kind, self.symbol, self.word) = (kind, symbol, word)
    }
}

/// How many runs stand in a state, with where to see them.
struct CountView {
    let kind: String
    let symbol: String
    let word: String
    let number: String
    let href: String

    init(_ state: RunStanding, _ number: Int, href: String, ceiling: Int? = nil) {
        let view = StateView(state)
        (kind, symbol, word) = (view.kind, view.symbol, view.word)
        let isBeyond = ceiling.map { number >= $0 } ?? false
        self.number = NumberText.grouped(number) + (isBeyond ? "+" : "")
        self.href = href
    }
}

/// The runs of a suite by their states, as a bar.
struct ShareBar {
    struct Part {
        let kind: String
        let x: String
        let width: String
    }

    let parts: [Part]
    let text: String

    // The drawing is 160 units wide; the template repeats the number.
    private static let width = 160.0
    private static let order: [RunStanding] = [
        .succeeded, .failed, .cancelled, .running, .ready, .held, .waiting, .blocked,
    ]

    init(_ counts: [RunStanding: Int]) {
        let total = counts.values.reduce(0, +)
        var left = 0.0
        var parts: [Part] = []
        for state in Self.order {
            guard let count = counts[state], count > 0 else { continue }
            let width = Double(count) / Double(total) * Self.width
            parts.append(
                Part(
                    kind: state.rawValue,
                    x: NumberText.fixed(left, digits: 1),
                    width: NumberText.fixed(width, digits: 1)
                )
            )
            left += width
        }
        self.parts = parts
        text = Self.order.compactMap { state in
            counts[state].map { "\(NumberText.grouped($0)) \(StateView(state).word)" }
        }.joined(separator: ", ")
    }
}
