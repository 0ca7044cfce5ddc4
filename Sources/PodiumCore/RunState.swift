/// Where a run stands.
///
/// ```
/// blocked ──parents done──▶ ready ──claim──▶ running ──▶ succeeded
///    │                       ▲  ▲              │  │  └──▶ failed
///    │ parent failed         │  └─worker lost──┘  └─────▶ cancelled
///    ▼                       │                 │
/// blocked (reason)        waiting ◀──retry─────┘
/// ```
package enum RunState: String, Codable, CaseIterable, Sendable {
    /// Waits for the runs it depends on.
    case blocked
    /// In the queue.
    case ready
    /// Failed and waits for its back-off to pass before it is queued again.
    case waiting
    /// Claimed by a worker that holds its lease.
    case running
    case succeeded
    case failed
    case cancelled

    package var isTerminal: Bool {
        switch self {
        case .succeeded, .failed, .cancelled: true
        case .blocked, .ready, .waiting, .running: false
        }
    }

    /// The two letters of the `ST` column, as in squeue.
    package var code: String {
        switch self {
        case .blocked: "BL"
        case .ready: "PD"
        case .waiting: "WT"
        case .running: "R"
        case .succeeded: "CD"
        case .failed: "F"
        case .cancelled: "CA"
        }
    }
}

/// Why an attempt ended without a result; decides whether another attempt is worth it.
package enum FailureClass: String, Codable, CaseIterable, Sendable {
    /// The job file, its data or its model are wrong: another attempt would fail alike.
    case input
    /// The loss or a gradient stopped being a finite number.
    case diverged
    /// Killed by the system, most often for memory.
    case outOfMemory
    /// The engine process died by a signal or an internal error.
    case crash
    /// Disk full, database gone, model host unreachable.
    case infrastructure
    /// The worker stopped renewing its lease, or lost a machine.
    case workerLost
    /// Ran past its time limit.
    case timeout
    /// Its engine lived on and got nowhere for as long as `resources.progressDeadline` allows.
    case stalled
    case cancelled

    package var isWorthRetrying: Bool {
        switch self {
        case .input, .diverged, .cancelled, .timeout: false
        case .outOfMemory, .crash, .infrastructure, .workerLost, .stalled: true
        }
    }
}

/// How an attempt is over, as the store keeps it.
package enum AttemptEnd: Hashable, Sendable {
    case succeeded
    case cancelled
    /// Its worker left in good order, and the run went back to the queue.
    case released
    /// It made way for a more urgent run, and went back to the queue.
    case preempted
    /// Its worker stopped renewing the lease.
    case lost
    case failed(FailureClass)
}

extension AttemptEnd: RawRepresentable, Codable {
    package init?(rawValue: String) {
        switch rawValue {
        case "succeeded": self = .succeeded
        case "cancelled": self = .cancelled
        case "released": self = .released
        case "preempted": self = .preempted
        case "lost": self = .lost
        default:
            guard let failure = FailureClass(rawValue: rawValue) else { return nil }
            self = .failed(failure)
        }
    }

    package var rawValue: String {
        switch self {
        case .succeeded: "succeeded"
        case .cancelled: "cancelled"
        case .released: "released"
        case .preempted: "preempted"
        case .lost: "lost"
        case .failed(let failure): failure.rawValue
        }
    }
}

/// How often a failed run is tried again, and after how long.
package struct RetryPolicy: Codable, Hashable, Sendable {
    /// Attempts beyond the first that a failing run may have.
    ///
    /// A lost worker's runs are not charged.
    package var limit: Int
    /// Wait before the first retry; doubled for each later one, at most five minutes.
    package var backoffSeconds: Double

    package init(limit: Int = 2, backoffSeconds: Double = 5) {
        self.limit = limit
        self.backoffSeconds = backoffSeconds
    }

    package enum Decision: Equatable, Sendable {
        case retry(afterSeconds: Double)
        case giveUp
    }

    /// What follows a failure of class `failure` after `failures` earlier charged failures.
    package func decision(after failure: FailureClass, earlierFailures failures: Int) -> Decision {
        if failure == .workerLost { return .retry(afterSeconds: 0) }
        guard failure.isWorthRetrying, failures < limit else { return .giveUp }
        var wait = backoffSeconds
        for _ in 0..<failures where wait < 300 { wait *= 2 }
        return .retry(afterSeconds: min(wait, 300))
    }
}
