import Foundation
import PodiumCore
import PodiumExperiments

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
            if before != run.state, let line = SuiteText.line(for: run, before: before) { Terminal.error(line) }
        }
        let status = SuiteText.status(of: runs, now: now)
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
}

extension SuiteFollower {
    /// Follows on standard error: a display that redraws itself on a terminal, plain lines elsewhere.
    func followOnTerminal() async throws -> Bool {
        var display = ProgressDisplay(isTerminal: Terminal.errorIsTerminal)
        defer { display.close() }
        return try await follow { update in
            switch update {
            case .runs(let runs, let now): display.update(runs, now: now)
            case .unreachable(let error): display.note("database unreachable, waiting: \(error)")
            }
        }
    }
}
