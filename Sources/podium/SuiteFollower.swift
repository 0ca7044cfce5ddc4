import Foundation
import PodiumCore
import PodiumScheduler

/// Follows a suite to its end on standard error: a display that redraws itself on a terminal, plain lines elsewhere.
struct SuiteFollower {
    let store: any JobStore
    let suite: SuiteID
    /// Seconds between looks at the store.
    var interval = 0.5

    /// Returns once every run is over: whether all succeeded.
    func follow() async throws -> Bool {
        var display = ProgressDisplay(isTerminal: Terminal.errorIsTerminal)
        defer { display.close() }
        while true {
            let runs: [RunRecord]
            do {
                runs = try await store.runs(suite: suite, includingTerminal: true)
            } catch {
                // The server may be restarting; the runs go on, and so does the wait.
                display.note("database unreachable, waiting: \(error)")
                try await Task.sleep(for: .seconds(2))
                continue
            }
            display.update(runs, now: Date().timeIntervalSince1970)
            if runs.allSatisfy(\.isOver) { return runs.allSatisfy { $0.state == .succeeded } }
            try await Task.sleep(for: .seconds(interval))
        }
    }
}

extension RunRecord {
    /// Whether nothing more will happen to the run by itself: also when it is blocked by a failed parent.
    var isOver: Bool {
        state.isTerminal || (state == .blocked && reason != nil)
    }
}

/// What a user sees of a suite while it runs.
struct ProgressDisplay {
    let isTerminal: Bool
    private var states: [RunID: RunState] = [:]
    private var drawnLines = 0
    private var lastPlainLine = 0.0
    private var lastNote = ""

    init(isTerminal: Bool) {
        self.isTerminal = isTerminal
    }

    /// Prints what changed since the last call, and where things stand.
    mutating func update(_ runs: [RunRecord], now: Double) {
        erase()
        for run in runs {
            let before = states.updateValue(run.state, forKey: run.id)
            if before != run.state, let line = Self.line(for: run, before: before) { Terminal.error(line) }
        }
        let status = Self.status(of: runs, now: now)
        if isTerminal {
            let width = Terminal.width
            for line in status { Terminal.draw(String(line.prefix(width - 1)) + "\n") }
            drawnLines = status.count
        } else if now - lastPlainLine >= 10 {
            lastPlainLine = now
            Terminal.error(status.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " "))
        }
    }

    /// Says something once, however often it is noted in a row.
    mutating func note(_ text: String) {
        guard text != lastNote else { return }
        lastNote = text
        erase()
        Terminal.error(text)
    }

    mutating func close() {
        erase()
    }

    private mutating func erase() {
        guard drawnLines > 0 else { return }
        // Up to the first line of the display, then clear to the end of the screen.
        Terminal.draw("\u{1B}[\(drawnLines)A\r\u{1B}[J")
        drawnLines = 0
    }

    /// The line that stays on the screen when a run changes its state; nil for changes nobody waits for.
    static func line(for run: RunRecord, before: RunState?) -> String? {
        let time = run.startedAt.flatMap { start in run.endedAt.map { " in \(clockText($0 - start))" } } ?? ""
        let reason = run.reason.map { ": \($0)" } ?? ""
        switch run.state {
        case .succeeded: return "  ✓ \(run.spec.name)\(time)"
        case .failed: return "  ✗ \(run.spec.name) failed\(time)\(reason)"
        case .cancelled: return "  – \(run.spec.name) cancelled"
        case .waiting: return "  ↻ \(run.spec.name) will be tried again\(reason)"
        case .ready where before == .running: return "  ↻ \(run.spec.name) is back in the queue\(reason)"
        case .running where run.attempt > 1 && before != nil: return "  ▸ \(run.spec.name), attempt \(run.attempt)"
        case .blocked, .ready, .running: return nil
        }
    }

    /// The lines that are drawn over: the suite, then each running run.
    static func status(of runs: [RunRecord], now: Double) -> [String] {
        guard let first = runs.first else { return [] }
        let progress = SuiteProgress(runs, now: now)
        let done = runs.filter { $0.state.isTerminal }.count
        let elapsed = now - (runs.map(\.submittedAt).min() ?? now)
        let filled = runs.isEmpty ? 0 : done * 20 / runs.count
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
        let queued = runs.filter { $0.state == .ready || $0.state == .blocked || $0.state == .waiting }.count
        var head = "\(first.suiteName) \(bar) \(done)/\(runs.count) runs, \(queued) queued, \(clockText(elapsed))"
        if let left = progress.remainingSeconds { head += ", about \(clockText(left)) left" }
        var lines = [head]
        for run in runs where run.state == .running {
            guard let step = run.progress else {
                lines.append("  ▸ \(run.spec.name): starting")
                continue
            }
            lines.append(
                "  ▸ \(run.spec.name): step \(step.step)/\(step.totalSteps), loss \(decimal(step.loss, 4)), "
                    + "lr \(String(format: "%.2e", step.learningRate)), \(compact(step.examplesPerSecond)) examples/s, "
                    + "\(compact(step.tokensPerSecond)) tokens/s, \(clockText(step.remainingSeconds)) left"
            )
        }
        return lines
    }
}
