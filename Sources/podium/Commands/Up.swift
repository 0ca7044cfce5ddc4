import ArgumentParser
import Foundation
import Logging
import PodiumCPU
import PodiumCore
import PodiumDevices
import PodiumExperiments
import PodiumLibrary
import PodiumPrimitives
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
    @Option(help: "A word; the worker takes the runs with that resources.label, and no others.")
    var label: String?
    @Option(help: "The library that multiplies matrices: onednn or openblas.")
    var matmulLibrary: CPUConfiguration.MatmulLibrary = .oneDNN

    var threadCount: Int { threads ?? Machine.cores }

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be from 1 to 1024") }
        if let label, !ParameterDomain.isName(label) {
            throw ValidationError("--label must be \(ParameterDomain.name.requirement)")
        }
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
            Several daemons may run on one database: one leads, the others stand by. With --web the daemon serves \
            the dashboard and its API as well, which workers of other machines fetch and bring files by.

            Examples:
              podium daemon --database postgresql://podium@db.example.org/podium
              podium daemon --web --bind 10.0.0.5
            """
    )

    @OptionGroup var place: PlaceOptions
    @OptionGroup var dashboard: DashboardOptions
    @Flag(name: .customLong("web"), help: "Serve the dashboard and its API.")
    var servesDashboard = false

    func run() async throws {
        try await place.serve(worker: nil, dashboard: servesDashboard ? dashboard : nil, greeting: "The daemon runs")
    }
}

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Runs queued work on this machine.",
        discussion: """
            Joins the Podium of the data directory or of --database. A worker on another machine either \
            sees the data directory under the same path (NFS), or has one of its own and fetches and brings \
            files through the daemon (--artifacts), by their hashes: then it needs nothing but the database \
            and the daemon's address.

            A worker that knows its end claims nothing shortly before it, saves what runs, gives it back to \
            the queue without charging a retry, and leaves. Inside a Slurm job it knows its end by itself. \
            `podium slurm up` starts such workers; SIGUSR1 asks one to leave.

            A worker may stand for several machines: for those of the Slurm job that it runs in (--nodes), or for those \
            that Open MPI reaches by ssh (--hosts). It takes the runs that ask for as many (resources.nodes), and no \
            others. All of them see the data directory and this program under the same paths.

            Examples:
              podium worker --threads 16 --database postgresql://podium@db.example.org/podium
              podium worker --until 18:00 --idle 30
              podium worker --database postgresql://podium@db.example.org/podium \\
                --artifacts http://db.example.org:8265 --token-file ~/.podium-token
              podium worker --hosts node-a,node-b --threads 8 --data-dir /shared/podium
            """
    )

    @OptionGroup var place: PlaceOptions
    @OptionGroup var worker: WorkerOptionGroup
    @Option(
        help:
            "When the worker must be gone: a time today or tomorrow (18:00), a moment (2027-03-01T18:00), or a span from now (90m, 4h)."
    )
    var until: String?
    @Option(name: .customLong("idle"), help: "Leave after so many minutes without work.")
    var idleMinutes: Double?
    @Option(help: "Leave after so many runs.")
    var runs: Int?
    @Option(
        help:
            "Machines of the Slurm job that the worker runs in, with --threads on each; it takes runs of as many nodes only."
    )
    var nodes: Int?
    @Option(
        help: "Machines that the worker stands for, with --threads on each, as a,b: Open MPI starts ranks there by ssh."
    )
    var hosts: String?
    @Option(help: "The name of the submission of pilots that the worker belongs to; `podium slurm up` sets it.")
    var pilot: String?

    @Option(
        help: ArgumentHelp(
            "Fetch and bring files through the daemon at this address; the data directory is this worker's own.",
            discussion: "http://HOST:PORT of podium up, podium daemon --web or podium web."
        )
    )
    var artifacts: String?
    @Option(
        help: ArgumentHelp(
            "A file with the token for --artifacts.",
            discussion: "`podium token create NAME --role worker` makes one."
        ),
        completion: .file()
    )
    var tokenFile: String?

    func validate() throws {
        if (artifacts == nil) != (tokenFile == nil) {
            throw ValidationError("--artifacts and --token-file belong together")
        }
        if let idleMinutes, !(idleMinutes > 0) { throw ValidationError("--idle must be a number of minutes above 0") }
        if let runs, runs < 1 { throw ValidationError("--runs must be at least 1") }
        if let nodes, !(1...1024).contains(nodes) { throw ValidationError("--nodes must be from 1 to 1024") }
        if let until { _ = try EndTime.seconds(until, now: Date().timeIntervalSince1970) }
    }

    func run() async throws {
        let job = Variable.value("SLURM_JOB_ID")
        let interrupts = Interrupts(isBatchJob: job != nil)
        let now = Date().timeIntervalSince1970
        let end = try await end(job: job, now: now)
        let nodes = try WorkerNodes(
            count: nodes,
            hosts: hosts,
            allocated: job == nil ? nil : Variable.value("SLURM_JOB_NUM_NODES").flatMap { Int($0) } ?? 1
        )
        var local = try worker.local(in: place, nodes: nodes)
        local.registration.endsAt = end
        local.registration.pilot = pilot.map {
            .init(name: $0, task: Variable.value("SLURM_ARRAY_TASK_ID").flatMap { Int($0) } ?? 1)
        }
        local.lifetime = WorkerLifetime(
            end: end.map { .seconds(max(0, $0 - now)) },
            patience: idleMinutes.map { .seconds($0 * 60) },
            runs: runs
        )
        let exchange = try await exchange()
        local.exchange = exchange
        let server = try await LocalServer.join(place.resolved(), log: Terminal.log)
        if let exchange { Terminal.error("Files come and go through \(exchange.description).") }
        let ending = end.map { " It leaves before \(LocalTime.text($0))." } ?? ""
        let machines = nodes.count > 1 ? " on each of \(nodes.count) nodes" : ""
        Terminal.error("The worker waits for runs (\(worker.threadCount) threads\(machines)).\(ending) Ctrl-C ends it.")
        Terminal.error(Readiness.memoryLimits(obstacle: Machine.memoryGroups.obstacle).message + ".")
        try await server.closing { [local] server in
            try await server.work(local) { await interrupts.first() }
        }
    }

    /// How files come and go; nil where the data directory is everybody's.
    private func exchange() async throws -> DaemonExchange? {
        guard let artifacts, let tokenFile else { return nil }
        guard let text = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
            throw Failure(
                .usage,
                "\(tokenFile): the token cannot be read; the file holds one line, what `podium token create` printed"
            )
        }
        let client = try ArtifactClient(
            address: artifacts,
            token: text.trimmingCharacters(in: .whitespacesAndNewlines)
        )
        return try await DaemonExchange.connect(client, dataDirectory: place.dataDirectory)
    }

    /// What the user says, else what the batch system says; nil for no end.
    private func end(job: String?, now: Double) async throws -> Double? {
        if let until { return try EndTime.seconds(until, now: now) }
        guard let job else { return nil }
        if let known = Variable.value("SLURM_JOB_END_TIME"), let seconds = Double(known) { return seconds }
        do {
            return try await EndTime.seconds(SlurmTools.end(ofJob: job), now: now)
        } catch let error as SchedulerError {
            Terminal.error("podium: the end of Slurm's job \(job) is not known: \(error.message)")
            return nil
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
    func local(in place: PlaceOptions, nodes: WorkerNodes = .own) throws -> LocalServer.LocalWorker {
        _ = try place.devices().pluginPath(of: device ?? .cpu)
        return LocalServer.LocalWorker(
            registration: WorkerRegistration(
                host: Machine.facts.host,
                processID: ProcessInfo.processInfo.processIdentifier,
                pool: (device ?? .cpu).pool(label: label, nodes: nodes.count),
                threads: threadCount * nodes.count,
                version: Podium.version
            ),
            launcher: LocalLauncher(
                EngineCommand(
                    executable: try Machine.ownExecutable(),
                    arguments: ["engine", "--matmul-library", matmulLibrary.rawValue]
                ),
                groups: Machine.memoryGroups,
                nodes: nodes
            ),
            engine: (device ?? .cpu) == .cpu ? Machine.engineIdentity(place, matmulLibrary) : nil
        )
    }
}

extension ComputeDevice: ExpressibleByArgument {}
extension CPUConfiguration.MatmulLibrary: ExpressibleByArgument {}
