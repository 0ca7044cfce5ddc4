import Foundation
import Logging
import PodiumCPU
import PodiumCore
import PodiumScheduler
import PodiumStore

/// A running Podium: the database, and whatever of scheduler and worker this process runs.
final class Site: Sendable {
    let store: PostgresStore
    /// Nil with a database elsewhere.
    let cluster: Cluster?
    let log: Logger
    private let place: PlaceOptions.Resolved

    private init(store: PostgresStore, cluster: Cluster?, place: PlaceOptions.Resolved, log: Logger) {
        self.store = store
        self.cluster = cluster
        self.place = place
        self.log = log
    }

    /// Starts the private server, or connects to the one the user named.
    ///
    /// The private database is migrated; somebody else's only by `podium migrate`.
    static func start(_ options: PlaceOptions, log: Logger) async throws -> Site {
        let place = try options.resolved()
        guard let address = place.database else {
            let cluster = try await Cluster.start(place.clusterOptions)
            for notice in cluster.notices { Terminal.error(notice) }
            if cluster.origin == .created { Terminal.error("Made a private PostgreSQL in \(place.dataDirectory).") }
            _ = try await Migrator().migrate(cluster.address)
            let store = try await PostgresStore.open(cluster.address, patience: .seconds(60))
            return Site(store: store, cluster: cluster, place: place, log: log)
        }
        let store = try await PostgresStore.open(address, patience: .seconds(60))
        return Site(store: store, cluster: nil, place: place, log: log)
    }

    /// Connects to a Podium that another process started.
    static func join(_ options: PlaceOptions, log: Logger) async throws -> Site {
        let place = try options.resolved()
        let store = try await PostgresStore.open(try await options.existingAddress(), patience: .seconds(60))
        return Site(store: store, cluster: nil, place: place, log: log)
    }

    /// Runs scheduler and worker until `until` returns, then ends them in good order.
    ///
    /// - Parameter worker: nil for no worker.
    func serve<Result: Sendable>(
        schedules: Bool,
        worker options: WorkerOptionGroup?,
        until body: @Sendable () async throws -> Result
    ) async throws -> Result {
        let keeper = Task { await keepServerAlive() }
        let name = "\(Machine.hostName):\(ProcessInfo.processInfo.processIdentifier)"
        let scheduler = schedules ? Scheduler(store: store, name: name, log: log) : nil
        let scheduling = Task { await scheduler?.run() }
        let worker = try options.map(makeWorker)
        let working = Task { await worker?.run() }
        func end() async {
            await worker?.shutDown()
            await working.value
            scheduling.cancel()
            keeper.cancel()
            await scheduling.value
            await keeper.value
        }
        do {
            let result = try await body()
            await end()
            return result
        } catch {
            await end()
            throw error
        }
    }

    /// Closes the store and stops the private server.
    func close() async {
        await store.close()
        do { try await cluster?.stop(.fast) } catch { log.error("\(error)") }
    }

    private func makeWorker(_ options: WorkerOptionGroup) throws -> Worker {
        // A worker without its plug-in must not take runs from those that have it.
        _ = try DeviceFactory(dataDirectory: place.dataDirectory).pluginPath(of: options.device ?? .cpu)
        try FileManager.default.createDirectory(
            atPath: place.dataDirectory + "/artifacts",
            withIntermediateDirectories: true
        )
        return Worker(
            store: store,
            registration: WorkerRegistration(
                host: Machine.hostName,
                processID: ProcessInfo.processInfo.processIdentifier,
                pool: (options.device ?? .cpu).rawValue,
                threads: options.threadCount,
                version: Podium.version
            ),
            engine: EngineCommand(
                executable: try Machine.ownExecutable(),
                arguments: ["engine", "--products", options.products.rawValue]
            ),
            options: WorkerOptions(dataDirectory: place.dataDirectory),
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
