internal import Foundation
package import PodiumCore

/// Follows a suite to its end.
package struct SuiteFollower: Sendable {
    private let store: any JobStore
    private let suite: SuiteID
    private let interval: Duration

    /// - Parameter interval: how often the store is asked.
    package init(store: any JobStore, suite: SuiteID, interval: Duration = .milliseconds(500)) {
        self.store = store
        self.suite = suite
        self.interval = interval
    }

    /// What is seen while following.
    package enum Update {
        /// Where all runs of the suite stand, and the time in seconds since 1970.
        case runs([RunRecord], now: Double)
        /// The database cannot be reached; the runs go on, and so does the wait.
        case unreachable(any Error)
    }

    /// Returns once every run is over: whether all succeeded.
    package func follow(_ update: (Update) -> Void) async throws -> Bool {
        while true {
            let runs: [RunRecord]
            do {
                runs = try await store.runs(suite: suite, includingTerminal: true)
            } catch {
                update(.unreachable(error))
                try await Task.sleep(for: .seconds(2))
                continue
            }
            update(.runs(runs, now: Date().timeIntervalSince1970))
            if runs.allSatisfy(\.isOver) { return runs.allSatisfy { $0.state == .succeeded } }
            try await Task.sleep(for: interval)
        }
    }
}

extension RunRecord {
    /// Whether nothing more will happen to the run by itself: also when it is blocked by a failed parent.
    package var isOver: Bool {
        state.isTerminal || (state == .blocked && reason != nil)
    }
}
