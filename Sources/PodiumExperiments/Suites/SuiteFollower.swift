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

    /// What a follower is told.
    package enum Update {
        /// Where all runs of the suite stand, and the time in seconds since 1970.
        case runs([RunRecord], now: Double)
        /// The database cannot be reached; the runs continue, and following does too.
        case unreachable(any Error)
    }

    /// Seconds between readings of runs that wait: their reasons change without an entry in the feed.
    private static let reasonInterval = 10.0

    /// Returns once every run is over: whether all succeeded.
    ///
    /// Faults of the database that pass are waited out; others are thrown.
    /// Reads the change feed and, of running runs, the latest measurements; the whole suite once, at the start.
    package func follow(_ update: (Update) -> Void) async throws -> Bool {
        var state: SuiteState?
        while true {
            do {
                if state == nil { state = try await SuiteState(of: suite, in: store) }
                try await state?.update(reasonsAfter: Self.reasonInterval)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                if Task.isCancelled { throw CancellationError() }
                if error.isPermanentFault { throw error }
                update(.unreachable(error))
                try await Task.sleep(for: .seconds(2))
                continue
            }
            let runs = state?.runs ?? []
            update(.runs(runs, now: Date().timeIntervalSince1970))
            if runs.allSatisfy(\.isOver) { return runs.allSatisfy { $0.state == .succeeded } }
            try await Task.sleep(for: interval)
        }
    }
}
