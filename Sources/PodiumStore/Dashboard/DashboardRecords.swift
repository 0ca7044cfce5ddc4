package import PodiumCore

/// A worker as the dashboard shows it.
package struct WorkerRecord: Codable, Sendable, Equatable {
    package enum State: String, Codable, Sendable {
        case working
        case idle
        /// Takes no more runs; may still have some.
        case drained
        /// Left in good order.
        case left
        /// Stopped renewing its lease.
        case lost
    }

    package var id: WorkerID
    package var host: String
    package var processID: Int
    package var pool: String
    package var threads: Int
    package var version: String
    package var state: State
    package var registeredAt: Double
    /// Until when the worker holds its runs unless it renews; nil once it is gone.
    package var leaseUntil: Double?
    package var endedAt: Double?
    /// What it runs now.
    package var runs: [RunID]
    /// How many attempts it has carried out or carries out.
    package var attempts: Int
}

/// A run in a suite's matrix.
package struct MatrixRun: Codable, Sendable, Equatable {
    package var id: RunID
    package var name: String
    package var kind: RunKind
    package var system: String
    package var task: BenchmarkTask?
    package var seed: UInt64?
    /// Stands for all hyper-parameters: equal for runs that differ in the seed only.
    package var settings: String
    package var state: RunStanding
    /// Whether a failed parent keeps it from starting.
    package var isStuck: Bool
    package var score: Double?
    /// Whether the score is another run's, which did the same work before.
    package var isReused: Bool
    package var step: Int?
    package var totalSteps: Int?
}

/// What the next look of a plan of seeds waits for.
package struct SeedPlanWait: Sendable, Equatable {
    /// Runs that are not over; one that waits for a failed run counts as over.
    package var openRuns: Int
    /// Whether the suite's report still waits for looks: without it there are no more.
    package var isFollowed: Bool

    package init(openRuns: Int, isFollowed: Bool) {
        self.openRuns = openRuns
        self.isFollowed = isFollowed
    }
}

/// Who waits for whom in a suite.
package struct RunEdge: Codable, Sendable, Equatable {
    package var parent: RunID
    package var child: RunID
    package var condition: Dependency.Condition
}

/// Where runs stand that are not over, each list in the order in which things happen to it.
package struct QueueSnapshot: Sendable, Equatable {
    package var running: [RunID]
    /// In the order of claims, with the place in the pool's queue, from 1.
    package var ready: [(run: RunID, place: Int)]
    /// Would be ready, but somebody holds them.
    package var held: [RunID]
    package var waiting: [RunID]
    package var blocked: [RunID]
    /// How many there are of each, at most `ceiling`.
    package var counts: [RunStanding: Int]

    /// Beyond this many nobody counts.
    package static let ceiling = 10_000

    package static func == (a: QueueSnapshot, b: QueueSnapshot) -> Bool {
        a.running == b.running && a.held == b.held && a.waiting == b.waiting && a.blocked == b.blocked
            && a.counts == b.counts
            && a.ready.elementsEqual(b.ready) { $0 == $1 }
    }
}

/// The latest measurements of a running run.
package struct RunningProgress: Sendable, Equatable {
    package var run: RunID
    package var suite: SuiteID
    package var progress: TrainingProgress
}
