/// Where suites, runs and their history are kept.
///
/// Two implementations pass the same conformance suite: PostgreSQL, and memory
/// for tests. All times are the store's clock. Methods throw for the world's
/// faults (connection, disk); a refused write is a return value.
package protocol JobStore: Sendable {
    // MARK: Users

    /// Stores a submission in one transaction: all runs and dependencies, or nothing.
    func submit(_ submission: Submission) async throws -> SubmittedSuite
    /// Asks for the end of runs: those not running end at once, running ones when their worker obeys.
    ///
    /// Returns the runs that were not over yet.
    func cancel(_ runs: [RunID]) async throws -> [RunID]
    /// Queues failed or cancelled runs again, with their retry count at zero, and unblocks their children.
    ///
    /// Returns the runs that were queued (those in another state are left alone).
    func retry(_ runs: [RunID]) async throws -> [RunID]
    /// Runs by suite, or all; newest suite first, then in submission order. Terminal runs only where asked for.
    func runs(suite: SuiteID?, includingTerminal: Bool) async throws -> [RunRecord]
    func run(_ id: RunID) async throws -> RunRecord?
    func attempts(of run: RunID) async throws -> [AttemptRecord]
    func suites() async throws -> [SuiteRecord]
    /// Finds a suite by number, or the newest of that name; nil asks for the newest suite of all.
    func suite(named: String?) async throws -> SuiteRecord?
    /// Log lines with a sequence number above `after`, oldest first, at most `limit`.
    func logLines(of run: RunID, after: Int64, limit: Int) async throws -> [LogRecord]
    /// A metric's points in step order, at most `limit`, thinned evenly beyond that.
    func metricPoints(of run: RunID, name: String, limit: Int) async throws -> [MetricPoint]
    func result(of run: RunID) async throws -> RunResult?
    func predictions(of run: RunID) async throws -> [ExamplePrediction]

    // MARK: Workers

    func registerWorker(_ worker: WorkerRegistration, leaseSeconds: Double) async throws -> WorkerID
    /// Renews the worker's lease and returns what its runs should now do; nil when the worker was declared dead.
    func heartbeat(_ worker: WorkerID, leaseSeconds: Double) async throws -> [Order]?
    /// The worker leaves in good order: it holds no run any more and gets none.
    func retireWorker(_ worker: WorkerID) async throws
    /// Takes up to `limit` runs that fit: of the pool, needing at most `threads` threads each.
    func claim(for worker: WorkerID, pool: String, threads: Int, limit: Int) async throws -> [Claim]
    /// Stores measurements and log lines of an attempt. False: the lease is lost; stop and discard.
    func record(_ lease: Lease, events: [EngineEvent]) async throws -> Bool
    /// Ends an attempt with its outcome, in one transaction with the result, predictions and released children.
    ///
    /// False: the lease was lost before; nothing was written.
    func finish(_ lease: Lease, outcome: AttemptOutcome) async throws -> Bool

    // MARK: The leading scheduler

    /// Takes or renews the lead for `seconds`; nil while another scheduler holds it.
    func lead(as holder: String, seconds: Double) async throws -> Int64?
    /// Takes the runs of workers whose lease ran out and queues them again (or ends them, if cancelled).
    func rescueLostRuns() async throws -> [RunID]
    /// Queues runs whose back-off has passed.
    func promoteWaitingRuns() async throws -> Int

    /// A stream of hints that something changed; polling every second must suffice without it.
    func changes() async throws -> AsyncStream<Void>
}

package struct SubmittedSuite: Codable, Sendable, Equatable {
    package var suite: SuiteID
    /// Run numbers by name.
    package var runs: [String: RunID]

    package init(suite: SuiteID, runs: [String: RunID]) {
        self.suite = suite
        self.runs = runs
    }
}

package struct WorkerRegistration: Codable, Sendable, Equatable {
    package var host: String
    package var processID: Int32
    package var pool: String
    package var threads: Int
    package var version: String

    package init(host: String, processID: Int32, pool: String, threads: Int, version: String) {
        self.host = host
        self.processID = processID
        self.pool = pool
        self.threads = threads
        self.version = version
    }
}

/// What a worker must do with a run it holds.
package enum Order: Sendable, Equatable {
    case cancel(Lease)
}

/// A claimed run.
package struct Claim: Sendable, Equatable {
    package var lease: Lease
    package var suite: SuiteID
    package var spec: RunSpec
    /// The newest complete checkpoint of an earlier attempt.
    package var checkpoint: CheckpointFile?
    /// Results of the parents, by run name (a fine-tuning run finds its pre-trained model here).
    package var parents: [String: RunResult]

    package init(
        lease: Lease,
        suite: SuiteID,
        spec: RunSpec,
        checkpoint: CheckpointFile? = nil,
        parents: [String: RunResult] = [:]
    ) {
        self.lease = lease
        self.suite = suite
        self.spec = spec
        self.checkpoint = checkpoint
        self.parents = parents
    }
}

package enum AttemptOutcome: Sendable, Equatable {
    case succeeded(RunResult, predictions: [ExamplePrediction])
    case failed(FailureClass, message: String)
    /// The user asked for the end, and got it.
    case cancelled
    /// The worker shuts down in good order: back to the queue from the last checkpoint, no retry charged.
    case released
}
