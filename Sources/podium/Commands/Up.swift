import ArgumentParser
import Foundation
import Logging
import PodiumCPU
import PodiumCore
import PodiumDevices
import PodiumExperiments
import PodiumScheduler
import PodiumStore
import PodiumWeb

/// Threads, device and library of a worker.
struct WorkerOptionGroup: ParsableArguments {
    @Option(help: "Threads for runs on this machine (default: all cores).")
    var threads: Int?

    @Option(
        help:
            "Where runs are computed: cpu (the default), xla-cpu, tpu or cuda. A worker takes runs with that resources.device only."
    )
    var device: ComputeDevice?
    @Option(help: "The library that multiplies matrices: onednn or openblas.")
    var matmulLibrary: CPUConfiguration.MatmulLibrary = .oneDNN

    var threadCount: Int { threads ?? Machine.cores }

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be from 1 to 1024") }
    }
}

struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs database, scheduler, one worker and the dashboard until Ctrl-C.",
        discussion: """
            The private PostgreSQL lives in the data directory, listens on a Unix socket only and \
            runs as an ordinary user. Ctrl-C puts running work back into the queue, from its last \
            checkpoint; the next `podium up` goes on with it. The dashboard's address is printed; only \
            this machine can reach it.

            Examples:
              podium up
              podium up --data-dir /srv/podium --threads 8
              podium up --database postgresql://podium@db.example.org/podium
            """
    )

    @OptionGroup var place: PlaceOptions
    @OptionGroup var worker: WorkerOptionGroup
    @OptionGroup var dashboard: DashboardOptions
    @Flag(help: "Serve no dashboard.")
    var noDashboard = false

    func run() async throws {
        try await place.serve(worker: worker, dashboard: noDashboard ? nil : dashboard, greeting: "Podium is up")
    }
}

struct Daemon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs database and scheduler, but no worker.",
        discussion: """
            Several daemons may run on one database: one leads, the others stand by.

            Example:
              podium daemon --database postgresql://podium@db.example.org/podium
            """
    )

    @OptionGroup var place: PlaceOptions

    func run() async throws {
        try await place.serve(worker: nil, dashboard: nil, greeting: "The daemon runs")
    }
}

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Runs queued work on this machine.",
        discussion: """
            Joins the Podium of the data directory or of --database. Workers on other machines \
            need the data directory at the same path (NFS) to find each other's models.

            Example:
              podium worker --threads 16 --database postgresql://podium@db.example.org/podium
            """
    )

    @OptionGroup var place: PlaceOptions
    @OptionGroup var worker: WorkerOptionGroup

    func run() async throws {
        let server = try await LocalServer.join(place.resolved(), log: Terminal.log)
        let interrupts = Interrupts()
        Terminal.error("The worker waits for runs (\(worker.threadCount) threads). Ctrl-C ends it.")
        try await server.closing { server in
            try await server.serve(scheduler: nil, worker: worker.local(in: place)) { await interrupts.first() }
        }
    }
}

extension PlaceOptions {
    /// Serves until interrupted.
    func serve(worker: WorkerOptionGroup?, dashboard: DashboardOptions?, greeting: String) async throws {
        let server = try await LocalServer.start(resolved(), log: Terminal.log) { Terminal.error($0) }
        let interrupts = Interrupts()
        Terminal.error("\(greeting): \(server.store.address). Ctrl-C ends it.")
        try await server.closing { server in
            let web = try await dashboard?.start(on: server.store, of: self)
            if let web { Terminal.error("The dashboard is at \(web.url)") }
            do {
                try await server.serve(scheduler: Machine.processName, worker: worker?.local(in: self)) {
                    await interrupts.first()
                }
            } catch {
                await web?.stop()
                throw error
            }
            await web?.stop()
        }
    }
}

extension WorkerOptionGroup {
    /// The worker that the options describe.
    ///
    /// Fails where its device's plug-in is missing: such a worker must not claim runs that others can execute.
    func local(in place: PlaceOptions) throws -> LocalServer.LocalWorker {
        _ = try place.devices().pluginPath(of: device ?? .cpu)
        return LocalServer.LocalWorker(
            registration: WorkerRegistration(
                host: Machine.facts.host,
                processID: ProcessInfo.processInfo.processIdentifier,
                pool: (device ?? .cpu).rawValue,
                threads: threadCount,
                version: Podium.version
            ),
            launcher: LocalLauncher(
                EngineCommand(
                    executable: try Machine.ownExecutable(),
                    arguments: ["engine", "--matmul-library", matmulLibrary.rawValue]
                )
            )
        )
    }
}

extension ComputeDevice: ExpressibleByArgument {}
extension CPUConfiguration.MatmulLibrary: ExpressibleByArgument {}
