package import Logging
package import PodiumCore

/// Keeps a pool of pilots in Slurm: looks, lets `PilotPlan` decide, carries it out.
package struct PilotKeeper: Sendable {
    /// What the pilots of a pool are.
    package struct Pool: Sendable {
        package var name: String
        /// The queue of runs that its pilots take from: `cpu`, `cpu/big-memory`, `cpu/nodes=2`.
        package var queue: String
        package var limit: Int
        /// Runs that each pilot does before it leaves; nil for as many as there are.
        package var runs: Int?
        package var options: SlurmOptions
        /// The program of a pilot; the keeper adds `--pilot` and the submission's name.
        package var command: [String]
        package var outputFolder: String

        package init(
            name: String,
            queue: String,
            limit: Int,
            runs: Int? = nil,
            options: SlurmOptions,
            command: [String],
            outputFolder: String
        ) {
            self.name = name
            self.queue = queue
            self.limit = limit
            self.runs = runs
            self.options = options
            self.command = command
            self.outputFolder = outputFolder
        }
    }

    private let pool: Pool
    private let store: any PilotStore
    private let slurm: any SlurmCommands
    private let clock: any Clock<Duration>
    private let log: Logger
    private let nonce: @Sendable () -> String

    /// What every submission's name begins with.
    package static let prefix = "podium-"

    package init(
        _ pool: Pool,
        store: any PilotStore,
        slurm: any SlurmCommands,
        clock: any Clock<Duration> = ContinuousClock(),
        nonce: @escaping @Sendable () -> String = { String(UInt64.random(in: 0...UInt64.max), radix: 36) },
        log: Logger
    ) {
        self.pool = pool
        self.store = store
        self.slurm = slurm
        self.clock = clock
        self.nonce = nonce
        self.log = log
    }

    /// How often Slurm is asked: seldom, and for a while after something happened more often.
    package static let poll = Duration.seconds(15)
    package static let busyPoll = Duration.seconds(3)

    /// How a keeper came to its end.
    package enum End: Sendable, Equatable {
        /// `podium slurm down`.
        case closed
        case cancelled
    }

    /// Keeps the pool until somebody closes it or the task is cancelled.
    ///
    /// Pilots go on either way. While another process keeps the pool this one stands by. Throws faults of the store that do
    /// not pass.
    package func run(as holder: String) async throws -> End {
        var told = ""
        while !Task.isCancelled {
            var pause = Self.poll
            do {
                switch try await store.holdPool(pool.name, as: holder, seconds: 60) {
                case .closed: return .closed
                case .taken(let other):
                    if told != other { log.warning("pool \(pool.name) is kept by \(other); this process stands by") }
                    told = other
                    try await clock.sleep(for: pause)
                    continue
                case .held: break
                }
                let actions = try await look(mayAdd: true)
                // What has been said once is not said at every look.
                let said = actions.compactMap { if case .tell(let text) = $0 { text } else { nil } }
                let news = said.joined(separator: "\n").filter { !$0.isNumber }
                if news != told { said.forEach { log.warning("\($0)") } }
                told = news
                if actions.count > said.count { pause = Self.busyPoll }
            } catch is CancellationError {
                break
            } catch {
                if error.isPermanentFault { throw error }
                if told != "\(error)" { log.warning("the pilots are left as they are: \(error)") }
                told = "\(error)"
            }
            try? await clock.sleep(for: pause)
        }
        // Whoever comes next need not wait.
        _ = try? await store.holdPool(pool.name, as: holder, seconds: 0)
        return .cancelled
    }

    /// Looks once and does what is to be done; returns what that was.
    ///
    /// - Parameter mayAdd: whether pilots may be submitted; else only rows are brought up to date.
    @discardableResult
    package func look(mayAdd: Bool) async throws -> [PilotPlan.Action] {
        // Slurm first: a row that is there and was not yet listed is younger than the listing, never lost.
        let listing = try await slurm.jobs()
        let snapshot = try await store.pilotSnapshot(
            pool: pool.name,
            queue: pool.queue,
            threads: pool.options.allThreads
        )
        let partition = try await slurm.partition(named: pool.options.partition)
        if let name = pool.options.partition, partition == nil {
            throw SchedulerError(.invalidRequest, "Slurm has no partition \(name); `sinfo` lists them")
        }
        let plan = PilotPlan(
            limit: mayAdd ? pool.limit : 0,
            threads: pool.options.allThreads,
            requeues: partition?.requeues ?? false,
            runs: pool.runs
        )
        let actions = plan.decide(snapshot, listing: listing)
        for action in actions {
            switch action {
            case .tell: break
            case .note(let note, let submission):
                if case .ended(let reason) = note { log.info("pilots \(submission) are over: \(reason)") }
                try await store.note(note, of: submission)
            case .cancel(let job):
                guard mayAdd else { continue }
                log.warning(
                    "Slurm could not start job \(job) and holds it: it is cancelled, and another takes its place"
                )
                do {
                    try await slurm.cancel([job])
                } catch let error as SchedulerError {
                    // It stands in nobody's way, and is cancelled at one of the next looks if it is still there.
                    log.warning("job \(job): \(error.message)")
                }
            case .submit(let submission):
                guard mayAdd else { continue }
                log.warning("Slurm does not know \(submission.name): it is handed in again")
                try await submit(submission.id, submission.name, submission.tasks, plan.requeues)
            case .add(let tasks):
                let name = "\(Self.prefix)\(pool.name)-\(nonce())"
                let id = try await store.addPilots(
                    pool: pool.name,
                    name: name,
                    queue: pool.queue,
                    threads: pool.options.allThreads,
                    tasks: tasks
                )
                try await submit(id, name, tasks, plan.requeues)
            }
        }
        return actions
    }

    private func submit(_ id: Int64, _ name: String, _ tasks: Int, _ requeues: Bool) async throws {
        try await store.note(.trying, of: id)
        let batch = SlurmBatch(
            name: name,
            tasks: tasks,
            requeues: requeues,
            options: pool.options,
            command: pool.command + ["--pilot", name],
            outputFolder: pool.outputFolder
        )
        do {
            let job = try await slurm.submit(batch)
            try await store.note(.accepted(job: job), of: id)
            log.info("Slurm has \(tasks) pilot(s) as job \(job) (\(name))")
        } catch let error as SchedulerError {
            // It may have been taken all the same: the next looks tell.
            log.warning("\(name): \(error.message)")
            try await store.note(.refused(error.message), of: id)
        }
    }

    /// Ends a pool: no more pilots, and an end to those that are there.
    ///
    /// Returns how many were cancelled.
    package static func close(
        _ pool: String,
        store: any PilotStore,
        slurm: any SlurmCommands
    ) async throws -> Int {
        try await store.closePool(pool)
        let snapshot = try await store.pilotSnapshot(pool: pool, queue: "", threads: 0)
        let names = Set(snapshot.submissions.map(\.name))
        let jobs = try await slurm.jobs().filter { job in
            guard names.contains(job.name) else { return false }
            if case .over = job.meaning { return false }
            return true
        }
        try await slurm.cancel(jobs.map(\.id))
        return jobs.count
    }
}
