import ArgumentParser
import Foundation
import PodiumCore
import PodiumExperiments
import PodiumScheduler
import PodiumStore

struct SlurmCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slurm",
        abstract: "Keeps workers in a Slurm cluster for as long as there is work.",
        discussion: """
            A pilot is a worker that Slurm starts: it claims runs from the queue, stops claiming before its time \
            is over, saves what runs and gives it back, and leaves when there is no work. A run becomes a pilot's when \
            the pilot runs, not when it is submitted, so a thousand short fine-tunings cost Slurm a handful of jobs. \
            With --runs 1 each run gets a job of its own.

            Needs: Slurm's commands here (squeue, sbatch, scancel, scontrol; no accounting), a database that the \
            nodes can reach (--database or PODIUM_DATABASE), and the data directory and this program under the \
            same paths on every node. A scheduler must run too: podium up or podium daemon.

            Examples:
              podium slurm up --pilots 16 --cpus-per-task 8 --mem 16G --time 04:00:00 --partition cpu
              podium slurm up --pilots 4 --cpus-per-task 8 --time 1-0 -- --account=nlp --qos=low
              podium slurm up --pool pairs --nodes 2 --pilots 2 --cpus-per-task 8
              podium slurm status
              podium slurm down
            """,
        subcommands: [SlurmUp.self, SlurmStatus.self, SlurmDown.self]
    )
}

struct SlurmUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Submits pilots while runs wait, until Ctrl-C.",
        discussion: """
            Looks at queue and cluster every few seconds and submits what is missing, --pilots at most. Ctrl-C \
            ends the looking; pilots go on and leave when there is no work. Started again it finds them by \
            their names. `podium slurm down` ends pilots too.

            Whether preempted pilots are queued again is read from the partition. Words after -- go to sbatch.
            """
    )

    @OptionGroup var place: PlaceOptions
    @Option(help: "A name for the pool; several pools differ in it.")
    var pool = "default"
    @Option(help: "Pilots at most.")
    var pilots = 4
    @Option(help: "Slurm's partition (default: the cluster's).")
    var partition: String?
    @Option(
        help:
            "Machines of each pilot; with more than one it takes the runs with as many resources.nodes, and no others."
    )
    var nodes = 1
    @Option(name: .customLong("cpus-per-task"), help: "Threads of each pilot, on each of its machines.")
    var threads = 1
    @Option(help: "Time of each pilot, as sbatch has it: 30, 04:00:00, 1-0 (default: the partition's).")
    var time: String?
    @Option(name: .customLong("mem"), help: "Memory of each pilot, on each of its machines, as sbatch has it: 16G.")
    var memory: String?
    @Option(help: "Devices of each pilot, as sbatch has them: gpu:1.")
    var gres: String?
    @Option(help: "Where pilots compute: cpu (the default), xla-cpu, tpu or cuda.")
    var device: ComputeDevice = .cpu
    @Option(help: "A word; pilots take the runs with that resources.label, and no others.")
    var label: String?
    @Option(name: .customLong("idle"), help: "Minutes without work after which a pilot leaves.")
    var idleMinutes = 5.0
    @Option(help: "Runs that a pilot does before it leaves (default: as many as there are).")
    var runs: Int?
    @Flag(help: "Look once, submit what is missing, and return.")
    var once = false
    @Argument(parsing: .postTerminator, help: "Further words for sbatch.")
    var extra: [String] = []

    func validate() throws {
        guard pool.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9_]{0,31}/) != nil else {
            throw ValidationError("--pool must be a word of at most 32 letters, digits and _")
        }
        guard (1...1000).contains(pilots) else { throw ValidationError("--pilots must be from 1 to 1000") }
        guard (1...1024).contains(nodes) else { throw ValidationError("--nodes must be from 1 to 1024") }
        guard (1...1024).contains(threads) else { throw ValidationError("--cpus-per-task must be from 1 to 1024") }
        if let runs, runs < 1 { throw ValidationError("--runs must be at least 1") }
        if let label, !ParameterDomain.isName(label) {
            throw ValidationError("--label must be \(ParameterDomain.name.requirement)")
        }
        guard idleMinutes > 0 else { throw ValidationError("--idle must be a number of minutes above 0") }
    }

    func run() async throws {
        guard let url = place.databaseURL else {
            throw Failure(
                .usage,
                "pilots need a database that the nodes can reach: --database postgresql://user@host/name, "
                    + "or PODIUM_DATABASE"
            )
        }
        let logs = place.dataDirectory + "/slurm"
        try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
        let pool = PilotKeeper.Pool(
            name: pool,
            queue: device.pool(label: label, nodes: nodes),
            limit: pilots,
            runs: runs,
            options: SlurmOptions(
                partition: partition,
                nodes: nodes,
                threads: threads,
                time: time,
                memory: memory,
                gres: gres,
                extra: extra
            ),
            command: [
                try Machine.ownExecutable(), "worker", "--data-dir", place.dataDirectory, "--threads", "\(threads)",
                "--device", device.rawValue, "--idle", "\(idleMinutes)",
            ] + (runs.map { ["--runs", "\($0)"] } ?? []) + (label.map { ["--label", $0] } ?? [])
                + (nodes > 1 ? ["--nodes", "\(nodes)"] : []),
            outputFolder: logs
        )
        let isOnce = once
        // The address may hold a password, so it travels in the environment and stands in no command line.
        let slurm = SlurmTools(environment: ["PODIUM_DATABASE": url])
        let end = try await place.resolved().withStore { store -> PilotKeeper.End in
            let keeper = PilotKeeper(pool, store: store, slurm: slurm, log: Terminal.log)
            try await store.openPool(pool.name)
            if isOnce {
                let hold = try await store.holdPool(pool.name, as: Machine.processName, seconds: 60)
                if case .taken(let other) = hold {
                    throw Failure(.failed, "pool \(pool.name) is kept by \(other); --pool names another one")
                }
                try await keeper.look(mayAdd: true)
                _ = try await store.holdPool(pool.name, as: Machine.processName, seconds: 0)
                return .cancelled
            }
            Terminal.error(
                "Pool \(pool.name): up to \(pool.limit) pilots of \(nodes > 1 ? "\(nodes) nodes with " : "")\(threads) thread(s)\(nodes > 1 ? " each" : ""). Ctrl-C ends the looking."
            )
            let keeping = Task { try await keeper.run(as: Machine.processName) }
            let watching = Task { [interrupts = Interrupts()] in
                await interrupts.first()
                keeping.cancel()
            }
            defer { watching.cancel() }
            return try await keeping.value
        }
        if end == .closed { Terminal.error("Pool \(pool.name) was closed.") }
    }
}

struct SlurmStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Lists pilots, where they stand in Slurm, and which workers they are.",
        discussion: "States are those of the last look of `podium slurm up`."
    )

    @OptionGroup var place: PlaceOptions
    @Flag(help: "One JSON document.")
    var json = false

    func run() async throws {
        let snapshot = try await place.resolved().withStore { store in
            try await store.pilotSnapshot(pool: nil, queue: "", threads: 0)
        }
        if json { return try JSONOutput.print(snapshot.submissions) }
        guard !snapshot.submissions.isEmpty else { return Terminal.error("There are no pilots.") }
        try Terminal.print(PilotTable(snapshot.submissions).rendered())
    }
}

struct SlurmDown: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Ends a pool: no more pilots, and an end to those that are there.",
        discussion: """
            Pilots get Slurm's signals, save what runs and give it back to the queue. A `podium slurm up` of the \
            pool ends too.
            """
    )

    @OptionGroup var place: PlaceOptions
    @Option(help: "The pool.")
    var pool = "default"

    func run() async throws {
        let pool = pool
        let count = try await place.resolved().withStore { store in
            try await PilotKeeper.close(pool, store: store, slurm: SlurmTools())
        }
        Terminal.error("Pool \(pool) is closed; \(count) pilot(s) were asked to leave.")
    }
}
