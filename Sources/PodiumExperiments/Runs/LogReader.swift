package import PodiumCore
internal import PodiumPrimitives

/// Reads a run's log, to its end or for as long as the run goes on.
package struct LogReader: Sendable {
    private let store: any JobStore
    private let run: Int64
    private let interval: Duration

    /// - Parameter interval: how often the store is asked while the run goes on.
    package init(of run: Int64, in store: any JobStore, interval: Duration = .milliseconds(500)) {
        self.store = store
        self.run = run
        self.interval = interval
    }

    /// Lines that are asked for at a time.
    private static let page = 1000

    /// - Parameter follows: whether to go on until the run is over.
    package func read(follows: Bool, _ body: (LogRecord) throws -> Void) async throws {
        var place = try await store.lastChange()
        let record = try await store.requireRun(run)
        let id = record.id
        var isOver = record.state.isTerminal
        var last: Int64 = 0
        var rounds = 0
        while true {
            // The feed is read before the lines are, so that none written in between is missed.
            if !isOver {
                while true {
                    let changes = try await store.changes(after: place, suite: record.suite, limit: Self.page)
                    for change in changes {
                        if change.run == id, let state = change.to { isOver = state.isTerminal }
                        // A run that was deleted says nothing more.
                        if change.kind == .deleted { isOver = try await store.run(id)?.state.isTerminal ?? true }
                    }
                    guard let newest = changes.last else { break }
                    place = newest.id
                }
                // Whoever keeps a transaction open on the server holds the feed up, but not the user.
                rounds += 1
                if rounds % 10 == 0 { isOver = try await store.run(id)?.state.isTerminal ?? true }
            }
            while true {
                let lines = try await store.logLines(of: id, after: last, limit: Self.page)
                for line in lines {
                    try body(line)
                    last = line.sequence
                }
                if lines.count < Self.page { break }
            }
            if !follows || isOver { return }
            try await Task.sleep(for: interval)
        }
    }
}

extension LogRecord {
    /// `2026-03-01 14:05:09 [1] warning: …`: time, attempt, level unless it is `info`, message.
    package var text: String {
        let level = level == .info ? "" : "\(level.rawValue): "
        return "\(LocalTime.text(at)) [\(attempt)] \(level)\(message)"
    }
}
