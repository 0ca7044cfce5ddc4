/// Where submissions of pilots are kept: workers that a batch system starts.
package protocol PilotStore: Sendable {
    /// Takes or renews the right to keep a pool, by the store's clock.
    func holdPool(_ pool: String, as holder: String, seconds: Double) async throws -> PoolHold
    /// Says that a pool is wanted again, so that `holdPool` grants it.
    func openPool(_ pool: String) async throws
    /// Says that a pool is no longer wanted; its holder learns so at its next renewal.
    func closePool(_ pool: String) async throws
    /// Submissions that are not over, with their workers, and what waits for such workers; one look at one moment.
    ///
    /// - Parameters:
    ///   - pool: nil for all pools.
    ///   - queue: the queue whose waiting runs are counted.
    ///   - threads: runs that need more than this many are left out of what waits.
    func pilotSnapshot(pool: String?, queue: String, threads: Int) async throws -> PilotSnapshot
    /// Stores that a submission is about to be made; its name is new and the row is there before the batch system hears of it.
    func addPilots(pool: String, name: String, queue: String, threads: Int, tasks: Int) async throws -> Int64
    /// Stores what became of a submission.
    func note(_ note: PilotNote, of submission: Int64) async throws
}

/// Whether a process may keep a pool.
package enum PoolHold: Sendable, Equatable {
    case held
    /// Somebody asked for its end.
    case closed
    /// Another process keeps it.
    case taken(by: String)
}

/// A job array of pilots, under one name that nothing else in the batch system has.
package struct PilotSubmission: Codable, Sendable, Equatable {
    package var id: Int64
    package var pool: String
    package var name: String
    /// The queue of runs that its workers take from: `cpu`, `cpu/big-memory`, `cpu/nodes=2`.
    package var queue: String
    /// Threads of each pilot.
    package var threads: Int
    /// Pilots, numbered from 1.
    package var tasks: Int
    /// Times are seconds since 1970 by the store's clock.
    package var intendedAt: Double
    /// When it was last handed to the batch system, and how often.
    package var triedAt: Double?
    package var tries: Int
    /// The batch system's number; nil until its answer is stored.
    package var job: String?
    /// When the batch system last listed any of it.
    package var seenAt: Double?
    /// As last listed.
    package var states: [PilotTask]
    package var reason: String?
    package var endedAt: Double?
    package var workers: [PilotWorker]

    package init(
        id: Int64,
        pool: String,
        name: String,
        queue: String,
        threads: Int,
        tasks: Int,
        intendedAt: Double,
        triedAt: Double? = nil,
        tries: Int = 0,
        job: String? = nil,
        seenAt: Double? = nil,
        states: [PilotTask] = [],
        reason: String? = nil,
        endedAt: Double? = nil,
        workers: [PilotWorker] = []
    ) {
        self.id = id
        self.pool = pool
        self.name = name
        self.queue = queue
        self.threads = threads
        self.tasks = tasks
        self.intendedAt = intendedAt
        self.triedAt = triedAt
        self.tries = tries
        self.job = job
        self.seenAt = seenAt
        self.states = states
        self.reason = reason
        self.endedAt = endedAt
        self.workers = workers
    }
}

/// One pilot of a submission, as the batch system last listed it.
package struct PilotTask: Codable, Sendable, Equatable {
    package var task: Int
    /// The batch system's words.
    package var state: String
    package var reason: String
    package var node: String

    package init(task: Int, state: String, reason: String = "", node: String = "") {
        self.task = task
        self.state = state
        self.reason = reason
        self.node = node
    }
}

/// A worker that a pilot has been.
package struct PilotWorker: Codable, Sendable, Equatable {
    package var worker: WorkerID
    package var task: Int
    /// Whether its lease holds.
    package var isAlive: Bool
    /// Runs that it carries out now.
    package var runs: Int

    package init(worker: WorkerID, task: Int, isAlive: Bool, runs: Int) {
        self.worker = worker
        self.task = task
        self.isAlive = isAlive
        self.runs = runs
    }
}

/// What is known of pilots at one moment.
package struct PilotSnapshot: Sendable, Equatable {
    /// Seconds since 1970 by the store's clock.
    package var now: Double
    /// Those that are not over, the oldest first.
    package var submissions: [PilotSubmission]
    /// Threads that runs of the queue need which a pilot could take.
    package var waitingThreads: Int
    /// How many runs those are.
    package var waitingRuns: Int
    /// How many of the newest ended submissions of the pool started no worker, and when the last of them ended.
    package var fruitless: Int
    package var fruitlessSince: Double?

    package init(
        now: Double,
        submissions: [PilotSubmission],
        waitingThreads: Int,
        waitingRuns: Int,
        fruitless: Int = 0,
        fruitlessSince: Double? = nil
    ) {
        self.now = now
        self.submissions = submissions
        self.waitingThreads = waitingThreads
        self.waitingRuns = waitingRuns
        self.fruitless = fruitless
        self.fruitlessSince = fruitlessSince
    }
}

/// What became of a submission of pilots.
package enum PilotNote: Sendable, Equatable {
    /// It is about to be handed to the batch system.
    case trying
    /// The batch system has it under this number.
    case accepted(job: String)
    /// The batch system did not take it, or did not say so.
    case refused(String)
    case seen([PilotTask])
    case ended(reason: String)
}
