internal import Foundation
package import Logging
package import PodiumCore
package import PodiumScheduler
package import PodiumStore

/// A running Podium: the database, and the scheduler and worker of this process.
package final class LocalServer: Sendable {
    package let store: PostgresStore
    /// Nil with a database elsewhere.
    private let cluster: Cluster?
    private let log: Logger
    private let dataDirectory: String

    private init(store: PostgresStore, cluster: Cluster?, dataDirectory: String, log: Logger) {
        self.store = store
        self.cluster = cluster
        self.dataDirectory = dataDirectory
        self.log = log
    }

    /// Starts the private server, or connects to the one that the place names.
    ///
    /// The private database is migrated; somebody else's only by `podium migrate`.
    /// - Parameter notice: called with what the user should know about the private server.
    package static func start(_ place: Place, log: Logger, notice: (String) -> Void) async throws -> LocalServer {
        guard let address = place.database else {
            let cluster = try await Cluster.start(place.clusterOptions)
            cluster.notices.forEach(notice)
            if cluster.origin == .created { notice("Made a private PostgreSQL in \(place.dataDirectory).") }
            do {
                _ = try await Migrator().migrate(cluster.address)
                return try await open(cluster.address, place, cluster, log)
            } catch {
                try? await cluster.stop(.fast)
                throw error
            }
        }
        return try await open(address, place, nil, log)
    }

    /// Connects to a Podium that another process started.
    package static func join(_ place: Place, log: Logger) async throws -> LocalServer {
        try await open(try await place.existingAddress(), place, nil, log)
    }

    private static func open(
        _ address: DatabaseAddress,
        _ place: Place,
        _ cluster: Cluster?,
        _ log: Logger
    ) async throws -> LocalServer {
        let store = try await PostgresStore.open(address, patience: .seconds(60))
        do { try await store.requireWholeSchema() } catch {
            await store.close()
            throw error
        }
        return LocalServer(store: store, cluster: cluster, dataDirectory: place.dataDirectory, log: log)
    }

    /// The worker of this process.
    package struct LocalWorker: Sendable {
        package var registration: WorkerRegistration
        /// Starts the engines that execute attempts.
        package var launcher: any Launcher
        /// When it leaves by itself.
        package var lifetime: WorkerLifetime
        /// How files come and go; nil where the data directory is everybody's.
        package var exchange: (any ArtifactExchange)?
        /// What computes here; nil where no result may be taken over, nor offered.
        package var engine: EngineIdentity?

        package init(
            registration: WorkerRegistration,
            launcher: any Launcher,
            lifetime: WorkerLifetime = WorkerLifetime(),
            exchange: (any ArtifactExchange)? = nil,
            engine: EngineIdentity? = nil
        ) {
            self.registration = registration
            self.launcher = launcher
            self.lifetime = lifetime
            self.exchange = exchange
            self.engine = engine
        }
    }

    /// Runs a worker until it leaves by itself, or `interrupted` returns and it has given back what it had.
    ///
    /// - Parameter interrupted: also returns when its task is cancelled.
    package func work(_ worker: LocalWorker, until interrupted: @escaping @Sendable () async -> Void) async throws {
        if let why = await worker.launcher.fault() {
            throw SchedulerError(
                .machineLost,
                "the worker takes no runs, because its machines are not all there: \(why)"
            )
        }
        try await noteDatabase()
        let worker = makeWorker(worker)
        let watching = Task {
            await interrupted()
            await worker.shutDown()
        }
        defer { watching.cancel() }
        try await worker.run()
        if let why = await worker.lostMachine {
            throw SchedulerError(
                .machineLost,
                "the worker has lost a machine, and its runs went back to the queue: \(why). Start it again when all of its machines "
                    + "are there; podium slurm up does so by itself"
            )
        }
    }

    /// Runs scheduler and worker until `body` returns, then shuts them down, the worker first.
    ///
    /// Where one of them meets a fault of the store that does not pass, `body` is cancelled and that fault thrown.
    /// - Parameters:
    ///   - scheduler: the scheduler's name, which tells it from all others; nil for none.
    ///   - worker: nil for no worker.
    package func serve<Result: Sendable>(
        scheduler name: String?,
        worker: LocalWorker?,
        until body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await noteDatabase()
        let worker = worker.map(makeWorker)
        let scheduler = name.map { Scheduler(store: store, name: $0, log: log) }
        let keeping = Task { await keepServerAlive() }
        let serving = Task { try await body() }
        let scheduling = Task {
            do { try await scheduler?.run() } catch {
                serving.cancel()
                throw error
            }
        }
        let working = Task {
            do { try await worker?.run() } catch {
                serving.cancel()
                throw error
            }
        }
        let result = await withTaskCancellationHandler {
            await serving.result
        } onCancel: {
            serving.cancel()
        }
        await worker?.shutDown()
        let worked = await working.result
        scheduling.cancel()
        keeping.cancel()
        let scheduled = await scheduling.result
        await keeping.value
        try worked.get()
        try scheduled.get()
        return try result.get()
    }

    /// Queues a submission, runs it to its end, and says whether all of it succeeded.
    ///
    /// - Parameters:
    ///   - waiting: called with the number of unfinished runs of earlier suites, if there are any.
    ///   - follow: returns when the suite is over; where its task is cancelled, what is left of the suite is too.
    package func carryOut(
        _ submission: Submission,
        scheduler: String,
        worker: LocalWorker,
        waiting: @escaping @Sendable (Int) -> Void,
        follow: @escaping @Sendable (SuiteFollower) async throws -> Bool
    ) async throws -> (suite: SuiteID, succeeded: Bool) {
        try await serve(scheduler: scheduler, worker: worker) { [store] in
            let earlier = try await store.runs(suite: nil, includingTerminal: false).count { !$0.isOver }
            if earlier > 0 { waiting(earlier) }
            let suite = try await store.submit(submission).suite
            do {
                return (suite, try await follow(SuiteFollower(store: store, suite: suite)))
            } catch is CancellationError where !Task.isCancelled {
                // The user's wish; after a fault of the store runs are left as they are.
                let open = try await store.runs(suite: suite, includingTerminal: false).map(\.id)
                _ = try await store.cancel(open)
                throw ExperimentError(
                    .interrupted,
                    "interrupted; finished runs are kept. Go on with `podium up` and `podium retry --suite \(suite)`"
                )
            }
        }
    }

    /// Runs `body`, then closes the server, also after an error.
    package func closing<Result>(after body: (LocalServer) async throws -> Result) async throws -> Result {
        do {
            let result = try await body(self)
            await close()
            return result
        } catch {
            await close()
            throw error
        }
    }

    /// Closes the store and stops the private server.
    private func close() async {
        await store.close()
        do { try await cluster?.stop(.fast) } catch { log.error("\(error)") }
    }

    /// Makes the folder of artifacts, and says there whose they are.
    private func noteDatabase() async throws {
        let artifacts = dataDirectory + "/artifacts"
        do {
            try FileManager.default.createDirectory(atPath: artifacts, withIntermediateDirectories: true)
        } catch {
            throw ExperimentError(.fileSystem, "\(artifacts): the folder cannot be made: \(error.localizedDescription)")
        }
        var databases = DirectoryDatabases(dataDirectory: dataDirectory)
        try databases.note(try await store.identity())
    }

    private func makeWorker(_ worker: LocalWorker) -> Worker {
        Worker(
            store: store,
            registration: worker.registration,
            launcher: worker.launcher,
            options: WorkerOptions(
                dataDirectory: dataDirectory,
                lifetime: worker.lifetime,
                exchange: worker.exchange,
                works: worker.engine.map { RecognizedWorks(engine: $0) }
            ),
            log: log
        )
    }

    private func keepServerAlive() async {
        guard let cluster else { return }
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            if Task.isCancelled { return }
            do {
                if try await cluster.revive() { log.warning("PostgreSQL had died and was started again") }
            } catch {
                log.error("PostgreSQL cannot be started again: \(error)")
            }
        }
    }
}
