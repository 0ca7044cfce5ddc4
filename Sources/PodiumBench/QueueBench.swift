internal import PodiumCore
package import PodiumStore

/// Measurements on an empty store.
package struct QueueBench: Sendable {
    let cluster: Cluster
    let store: PostgresStore
    let selection: BenchSelection
    let runs: Int
    let version: String
    let folder: String

    /// - Parameters:
    ///   - cluster: the server that `store` is on.
    ///   - runs: how many are queued for each measurement.
    ///   - version: what the measuring workers say of themselves.
    ///   - folder: where a worker's attempts may leave their files.
    package init(
        cluster: Cluster,
        store: PostgresStore,
        selection: BenchSelection,
        runs: Int,
        version: String,
        folder: String
    ) {
        self.cluster = cluster
        self.store = store
        self.selection = selection
        self.runs = runs
        self.version = version
        self.folder = folder
    }

    /// The same on another store of the server.
    func copy(store: PostgresStore) -> QueueBench {
        QueueBench(cluster: cluster, store: store, selection: selection, runs: runs, version: version, folder: folder)
    }

    package func figures() async throws -> [BenchFigure] {
        var figures: [BenchFigure] = []
        if selection.selects("queue/submit") { figures.append(try await submitting()) }
        for (name, clients) in [("single", 1), ("eight", 8)] where selection.selects("queue/claim-finish/\(name)") {
            figures.append(try await claimingAndFinishing("queue/claim-finish/\(name)", clients: clients))
        }
        if selection.selects("queue/claim/hundred") { figures.append(try await claimingMany()) }
        if selection.selects("queue/heartbeat") { figures.append(try await beating()) }
        if selection.selects("queue/wake") { figures.append(try await waking()) }
        if selection.selects("queue/sweep") { figures.append(try await submittingASweep()) }
        if selection.selects("queue/start") { figures += try await starting() }
        if selection.selects("queue/poll") { figures.append(try await startingUnheard()) }
        if selection.selects("queue/rescue") { figures += try await rescuing() }
        if selection.selects("queue/lead") { figures.append(try await takingOver()) }
        if selection.selects("queue/pinned") { figures += try await claimingBesideASnapshot() }
        if selection.selects("queue/million") { figures += try await claimingFromAMillion() }
        return figures
    }

    /// Runs of a suite that is submitted in one transaction.
    private func submitting() async throws -> BenchFigure {
        let seconds = try await median { try await Stopwatch.seconds { _ = try await store.submit(suite(runs)) } }
        try await drain()
        return BenchFigure(name: "queue/submit", value: Double(runs) / seconds, unit: "runs/s in one suite")
    }

    private func claimingAndFinishing(_ name: String, clients: Int) async throws -> BenchFigure {
        var ceilings: [Double] = []
        let seconds = try await median {
            ceilings.append(try await pgbench(clients: clients))
            _ = try await store.submit(suite(runs))
            let workers = try await makeWorkers(clients)
            return try await Stopwatch.seconds {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for worker in workers { group.addTask { try await work(worker) } }
                    try await group.waitForAll()
                }
            }
        }
        return BenchFigure(
            name: name,
            value: Double(runs) / seconds,
            unit: "runs/s",
            ceiling: Stopwatch.median(ceilings)
        )
    }

    /// Runs a second that pgbench claims and finishes with the same statements.
    private func pgbench(clients: Int) async throws -> Double {
        _ = try await store.submit(suite(runs))
        let workers = try await makeWorkers(clients)
        let value = try await cluster.claimAndFinishByPgbench(
            clients: clients,
            each: runs / clients,
            firstWorker: workers[0],
            pool: "cpu",
            threads: Self.threads,
            result: Self.result
        )
        try await drain()
        return value
    }

    /// Claims and finishes until the queue is empty.
    private func work(_ worker: WorkerID) async throws {
        while let claim = try await claim(worker, limit: 1).first { try await finish(claim) }
    }

    private func claimingMany() async throws -> BenchFigure {
        var ceilings: [Double] = []
        let seconds = try await median {
            ceilings.append(try await commits(clients: 1))
            _ = try await store.submit(suite(runs))
            let worker = try await makeWorkers(1)[0]
            var claimed: [Claim] = []
            let seconds = try await Stopwatch.seconds {
                while true {
                    let claims = try await claim(worker, limit: 100)
                    if claims.isEmpty { break }
                    claimed += claims
                }
            }
            for claim in claimed { try await finish(claim) }
            return seconds
        }
        return BenchFigure(
            name: "queue/claim/hundred",
            value: Double(runs) / seconds,
            unit: "runs/s, a hundred a claim",
            ceiling: 100 * Stopwatch.median(ceilings)
        )
    }

    private func beating() async throws -> BenchFigure {
        let worker = try await makeWorkers(1)[0]
        var ceilings: [Double] = []
        let seconds = try await median {
            ceilings.append(try await commits(clients: 1))
            return try await Stopwatch.seconds {
                for _ in 0..<runs { _ = try await store.heartbeat(worker, leaseSeconds: 60) }
            }
        }
        return BenchFigure(
            name: "queue/heartbeat",
            value: Double(runs) / seconds,
            unit: "renewals/s",
            ceiling: Stopwatch.median(ceilings)
        )
    }

    /// From the submission of a run until a worker that waits for a notification has claimed it.
    private func waking() async throws -> BenchFigure {
        let worker = try await makeWorkers(1)[0]
        var times: [Double] = []
        for _ in 0..<max(20, 4 * selection.repeats) {
            let changes = try await store.notifications()
            let waiting = Task {
                for await _ in changes {
                    if let claim = try await claim(worker, limit: 1).first { return claim }
                }
                throw BenchError(.failed, "the stream of changes ended")
            }
            // The worker is asleep by then.
            try await Task.sleep(for: .milliseconds(50))
            var claimed: Claim?
            times.append(
                try await Stopwatch.seconds {
                    _ = try await store.submit(suite(1))
                    claimed = try await waiting.value
                }
            )
            if let claimed { try await finish(claimed) }
        }
        return BenchFigure(name: "queue/wake", value: Stopwatch.median(times) * 1e3, unit: "ms, submitted to claimed")
    }

    // MARK: Pieces

    /// Of each run.
    private static let threads = 2
    static let result = RunResult(metrics: ["accuracy": 0.5], score: 0.5, examples: 408)

    func median(_ body: () async throws -> Double) async throws -> Double {
        var all: [Double] = []
        for _ in 0..<selection.repeats { all.append(try await body()) }
        return Stopwatch.median(all)
    }

    /// Durable transactions a second that write next to nothing.
    private func commits(clients: Int) async throws -> Double {
        let each = max(1, runs / clients)
        let seconds = try await Stopwatch.seconds {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<clients { group.addTask { for _ in 0..<each { try await store.commitNothing() } } }
                try await group.waitForAll()
            }
        }
        return Double(clients * each) / seconds
    }

    func suite(_ count: Int) -> Submission {
        let runs = (1...count).map { number in
            RunSpec(
                name: "minilm-l6/glue/MRPC/seed-\(number)",
                system: "minilm-l6",
                work: .finetune(FineTuning(model: .named("minilm-l6"), task: .mrpc, seed: UInt64(number)))
            )
        }
        return Submission(name: "bench", kind: .finetune, source: "", runs: runs.map { PlannedRun(spec: $0) })
    }

    func makeWorkers(_ count: Int) async throws -> [WorkerID] {
        var workers: [WorkerID] = []
        for number in 0..<count {
            let registration = WorkerRegistration(
                host: "bench",
                processID: Int32(number),
                pool: "cpu",
                threads: 2,
                version: version
            )
            workers.append(try await store.registerWorker(registration, leaseSeconds: 3600))
        }
        return workers
    }

    func claim(_ worker: WorkerID, limit: Int) async throws -> [Claim] {
        try await store.claim(for: worker, pool: "cpu", threads: Self.threads * limit, limit: limit)
    }

    func finish(_ claim: Claim) async throws {
        guard try await store.finish(claim.lease, outcome: .succeeded(Self.result, predictions: [])) else {
            throw BenchError(.failed, "run \(claim.lease.run) lost its lease while it was measured")
        }
    }

    /// Ends what is still queued.
    func drain() async throws {
        let worker = try await makeWorkers(1)[0]
        while case let claims = try await claim(worker, limit: 100), !claims.isEmpty {
            for claim in claims { try await finish(claim) }
        }
    }
}
