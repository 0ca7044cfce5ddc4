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
    /// Keeps runs out of the queue, whatever state they are in but running: those go on, and are held when they come back.
    ///
    /// Returns the runs that were not over and not held yet.
    func hold(_ runs: [RunID]) async throws -> [RunID]
    /// Lets held runs into the queue again, at the places that they had. Returns those that were held.
    func release(_ runs: [RunID]) async throws -> [RunID]
    /// Moves runs that are not over; their order among each other stays. Returns those that it moved.
    func reorder(_ runs: [RunID], _ move: QueueMove) async throws -> [RunID]
    /// Adds runs to a suite, in one transaction.
    ///
    /// Throws where the suite has a run of one of the names, or a plan of seeds that is not over.
    func extend(_ suite: SuiteID, with runs: [AddedRun]) async throws -> SubmittedSuite
    /// Runs by suite, or all; newest suite first, then in submission order. Terminal runs only where asked for.
    func runs(suite: SuiteID?, includingTerminal: Bool) async throws -> [RunRecord]
    func run(_ id: RunID) async throws -> RunRecord?
    func attempts(of run: RunID) async throws -> [AttemptRecord]
    func suites() async throws -> [SuiteRecord]
    /// Finds a suite by number, or the newest of that name; nil asks for the newest suite of all.
    func suite(named: String?) async throws -> SuiteRecord?
    /// All suites that a name or number may mean, the newest first: one that has the number stands alone.
    func suites(named: String) async throws -> [SuiteRecord]
    /// Log lines with a sequence number above `after`, oldest first, at most `limit`.
    func logLines(of run: RunID, after: Int64, limit: Int) async throws -> [LogRecord]
    /// A metric's points in step order, at most `limit`, thinned evenly beyond that.
    func metricPoints(of run: RunID, name: String, limit: Int) async throws -> [MetricPoint]
    func result(of run: RunID) async throws -> RunResult?
    /// What the run made, in the order in which it was stored; removed files' rows as well.
    func artifacts(of run: RunID) async throws -> [ArtifactRecord]
    /// The runs of these numbers, in the order of their numbers; those that are not there are left out.
    func runs(_ ids: [RunID]) async throws -> [RunRecord]
    /// A part of `runs(suite:includingTerminal:)`: what comes after the run `after`, at most `limit` runs.
    func runs(suite: SuiteID?, includingTerminal: Bool, after: RunRecord?, limit: Int) async throws -> [RunRecord]
    /// How many runs there are in each state; states without runs are left out.
    func runCounts(suite: SuiteID?) async throws -> [RunStanding: Int]
    /// All that a report needs of a suite, in a number of queries that does not grow with its runs; nil if there is
    /// no such suite.
    ///
    /// - Parameters:
    ///   - metrics: whose points to read, of each run at most `points`, thinned evenly beyond that.
    func history(of suite: SuiteID, metrics: [String], points: Int) async throws -> SuiteHistory?
    /// The change feed: entries after `after`, oldest first, at most `limit`; of one suite and of none, or of all.
    ///
    /// An entry appears once it can no longer be overtaken, so reading on from the last one seen misses nothing.
    func changes(after: ChangeID, suite: SuiteID?, limit: Int) async throws -> [RunChange]
    /// The place in the feed after which everything is still to come.
    func lastChange() async throws -> ChangeID
    /// Deletes runs that are over with all that is stored of them, and suites that have none left.
    ///
    /// Kept are runs that are not over, and those that a run which stays rests on. Files are the caller's business:
    /// the answer names them.
    /// - Parameter isRehearsal: says what would happen and changes nothing.
    func delete(_ runs: [RunID], isRehearsal: Bool) async throws -> Deletion
    func predictions(of run: RunID) async throws -> [ExamplePrediction]

    // MARK: History across suites

    /// Runs of all suites that pass the filter; `offset` of them skipped, at most `limit`.
    func history(_ filter: HistoryFilter, order: HistoryOrder, offset: Int, limit: Int) async throws -> [HistoryEntry]
    func historyCount(_ filter: HistoryFilter) async throws -> Int
    /// Suites with at least one run that passes, the newest first: those before `before`, at most `limit`.
    ///
    /// Their counts, systems and tasks are of all their runs.
    func suiteSummaries(_ filter: HistoryFilter, before: SuiteID?, limit: Int) async throws -> [SuiteSummary]
    /// The scores of runs that pass, a group for each configuration of a system on a task in a suite; by suite, then
    /// by the first run. Runs without a score are in a group without a basis.
    func configurations(_ filter: HistoryFilter) async throws -> [ConfigurationScores]
    /// The succeeded runs of configurations, by the number of the configuration in the list, in the order of their numbers.
    func runs(of configurations: [ConfigurationScores]) async throws -> [Int: [RunID]]
    /// Runs with their results and artifacts, in the order of their numbers; without attempts and curves.
    func histories(of runs: [RunID]) async throws -> [SuiteHistory.Run]
    /// Changes a suite's tags, note or place in the archive; nil if there is no such suite.
    func annotate(_ suite: SuiteID, _ annotation: SuiteAnnotation) async throws -> SuiteSummary?

    // MARK: Budgets

    /// Sets what a project may use, in hours of one thread; also below what it has used.
    ///
    /// - Parameter from: what was used before does not count; nil for what it was, else for now.
    func setBudget(_ project: String, hours: Double, from: Double?) async throws
    /// Lets a project use what it wants. False: it has no budget.
    func removeBudget(_ project: String) async throws -> Bool
    /// All budgets by project, with what was used.
    func budgets() async throws -> [Budget]

    // MARK: Workers

    /// Lets workers claim nothing from so many seconds from now on, and everything again where `seconds` is nil.
    ///
    /// - Parameter preempting: their runs checkpoint and go back to the queue at once.
    /// Returns the workers that are there.
    func drain(_ workers: [WorkerID], afterSeconds seconds: Double?, preempting: Bool) async throws -> [WorkerID]

    func registerWorker(_ worker: WorkerRegistration, leaseSeconds: Double) async throws -> WorkerID
    /// Renews the worker's lease and returns what its runs should now do; nil when the worker was declared dead.
    func heartbeat(_ worker: WorkerID, leaseSeconds: Double) async throws -> [Order]?
    /// The worker leaves in good order: it holds no run any more and gets none.
    func retireWorker(_ worker: WorkerID) async throws
    /// Takes up to `limit` runs that fit: of the pool, needing at most `threads` threads together.
    ///
    /// A worker that keeps its free threads for a run (`reserveThreads`) gets none that stands behind that run.
    func claim(for worker: WorkerID, pool: String, threads: Int, limit: Int) async throws -> [Claim]
    /// Stores measurements and log lines of an attempt. False: the lease is lost; stop and discard.
    func record(_ lease: Lease, events: [EngineEvent]) async throws -> Bool
    /// Ends an attempt with its outcome, in one transaction with the result, predictions and released children.
    ///
    /// False: the lease was lost before; nothing was written.
    func finish(_ lease: Lease, outcome: AttemptOutcome) async throws -> Bool
    /// Runs whose results others with these keys (`RunResult.workKey`) may take over, by key; of several the newest.
    ///
    /// None of an archived suite, none that took its result over itself, and none whose files were given up.
    func reusable(_ keys: [String]) async throws -> [String: RunID]
    /// Ends an attempt with another run's result, in one transaction with its predictions, curves and artifacts, which stay
    /// that run's files; children are released.
    func reuse(_ source: RunID, for lease: Lease) async throws -> ReuseAnswer

    // MARK: The leading scheduler

    /// Takes or renews the lead for `seconds`; nil while another scheduler holds it.
    func lead(as holder: String, seconds: Double) async throws -> Int64?
    /// Takes the runs of workers whose lease ran out and queues them again (or ends them, if cancelled).
    func rescueLostRuns() async throws -> [RunID]
    /// Queues runs whose back-off has passed.
    func promoteWaitingRuns() async throws -> Int
    /// Asks running runs to make way where a more urgent run has waited long enough; see `PreemptionPlan`.
    ///
    /// Returns the runs that it asked.
    func preemptForWaiting() async throws -> [RunID]
    /// Decides anew which workers keep free threads for runs that have waited for `seconds`; see `ReservationPlan`.
    ///
    /// It is in force until it is decided otherwise, or until the run is in the queue no more. Returns those that are new.
    func reserveThreads(forRunsWaiting seconds: Double) async throws -> [Reservation]

    /// Counts what projects have used, keeps runs of those whose budget is used up out of the queue, and asks their running
    /// ones to save and make way.
    ///
    /// Returns the runs that it asked.
    func enforceBudgets() async throws -> [RunID]

    // MARK: Plans of seeds

    /// Plans of suites, as far as the suites have one.
    func seedPlans(of suites: [SuiteID]) async throws -> [SeedPlanRecord]
    /// Plans whose next look is due: nothing of the suite is still to come but its report.
    func dueSeedPlans() async throws -> [SeedPlanRecord]
    /// Stores a look and what follows from it in one transaction: the next group's runs, which the report waits for, or the
    /// end of the plan, which lets the report start.
    ///
    /// False: the look is stored already, or runs are not as it says any more; then nothing was stored.
    func store(_ look: SeedLook, of suite: SuiteID, adding runs: [AddedRun]) async throws -> Bool

    /// A stream that says when something may have changed; polling every second must suffice without it.
    func notifications() async throws -> AsyncStream<Void>
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
    /// The pilot that it is: the name of its submission and its number in there; nil for a worker that a person started.
    package var pilot: Pilot?
    /// When it has to be gone, in seconds since 1970 by its own clock; nil where nobody set an end.
    package var endsAt: Double?

    /// Which pilot of which submission.
    package struct Pilot: Codable, Sendable, Equatable {
        package var name: String
        package var task: Int

        package init(name: String, task: Int) {
            self.name = name
            self.task = task
        }
    }

    package init(
        host: String,
        processID: Int32,
        pool: String,
        threads: Int,
        version: String,
        pilot: Pilot? = nil,
        endsAt: Double? = nil
    ) {
        self.host = host
        self.processID = processID
        self.pool = pool
        self.threads = threads
        self.version = version
        self.pilot = pilot
        self.endsAt = endsAt
    }
}

/// What a worker must do with a run it holds.
package enum Order: Sendable, Equatable {
    case cancel(Lease)
    /// Checkpoint, and give the run back: another is more urgent.
    case preempt(Lease)
}

/// A claimed run.
package struct Claim: Sendable, Equatable {
    package var lease: Lease
    package var suite: SuiteID
    package var spec: RunSpec
    /// Checkpoints of earlier attempts that are still there, the one with the most steps first; a few at most.
    package var checkpoints: [ArtifactRecord]
    /// What the run reads of others, with what that came to.
    package var inputs: [ResolvedInput]
    /// The models on the way that children of the run start from.
    package var snapshots: [ArtifactSelector]

    package init(
        lease: Lease,
        suite: SuiteID,
        spec: RunSpec,
        checkpoints: [ArtifactRecord] = [],
        inputs: [ResolvedInput] = [],
        snapshots: [ArtifactSelector] = []
    ) {
        self.lease = lease
        self.suite = suite
        self.spec = spec
        self.checkpoints = checkpoints
        self.inputs = inputs
        self.snapshots = snapshots
    }
}

package enum AttemptOutcome: Sendable, Equatable {
    case succeeded(RunResult, artifacts: [Artifact] = [], predictions: [ExamplePrediction] = [])
    case failed(FailureClass, message: String)
    /// The user asked for the end, and got it.
    case cancelled
    /// The worker shuts down in good order: back to the queue from the last checkpoint, no retry charged.
    case released
    /// Made way for a more urgent run: back to its old place in the queue from the last checkpoint, no retry charged.
    case preempted
}

/// What a deletion did, or would do.
package struct Deletion: Codable, Sendable, Equatable {
    /// A run that stays, and why.
    package struct Kept: Codable, Sendable, Equatable {
        package var run: RunID
        package var reason: String

        package init(run: RunID, reason: String) {
            self.run = run
            self.reason = reason
        }
    }

    package var runs: [RunID]
    package var suites: [SuiteID]
    /// Of the deleted runs; their files are to be removed.
    package var artifacts: [ArtifactRecord]
    package var kept: [Kept]

    package init(runs: [RunID], suites: [SuiteID], artifacts: [ArtifactRecord], kept: [Kept]) {
        self.runs = runs
        self.suites = suites
        self.artifacts = artifacts
        self.kept = kept
    }
}
