import ArgumentParser
import PodiumBench
import PodiumCPU
import PodiumDevices
import PodiumExperiments
import PodiumScheduler

struct BenchRanks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ranks",
        abstract: "Training steps that processes share over MPI, against one process with as many threads.",
        discussion: """
            The ceiling of a step is one process whose batch is not divided. hidden is the part of an \
            exchange's time, taken alone, in which a step computes instead of waiting. It needs Open MPI \
            (Debian: openmpi-bin).

            Names: ranks/SIZE/RANKSx1. SIZE is one of
            \(EngineBench.sizes.joined(separator: ", ")).

            Examples:
              podium bench ranks minilm-l6
              podium bench ranks base --rows 32
              podium bench ranks base --mpirun-argument=--mca --mpirun-argument=btl --mpirun-argument=tcp,self
            """
    )

    @OptionGroup var options: BenchOptions
    @OptionGroup var place: PlaceOptions
    @Option(help: "Ranks that share a step, a power of two.")
    var ranks = 2
    @Option(help: "Rows of a batch; the size's own unless given. The name is ranks/SIZE/rows-ROWS/RANKSx1 then.")
    var rows: Int?
    @Option(help: "float32 or bf16.")
    var precision = CPUConfiguration.Precision.float32
    @Option(help: "Given to mpirun before the program; may be repeated.")
    var mpirunArgument: [String] = []
    @Option(help: .private)
    var asRank: String?
    @Option(help: .private)
    var threads = 1
    @Option(help: .private)
    var shards = 1

    func validate() throws {
        guard ranks > 1 || asRank != nil, ranks & (ranks - 1) == 0 else {
            throw ValidationError("--ranks must be a power of two, at least 2")
        }
        guard rows ?? 1 > 0 else { throw ValidationError("--rows must be at least 1") }
    }

    func run() async throws {
        if let asRank {
            let sample = try RankBench.measure(
                size: asRank,
                batchRows: rows,
                ranks: ranks,
                threads: threads,
                shards: shards,
                precision: precision,
                repeats: options.repeats,
                devices: place.devices()
            )
            if let sample { try JSONOutput.print(sample) }
            return
        }
        let bench = RankBench(selection: options.selection, ranks: ranks, batchRows: rows) {
            size,
            ranks,
            threads,
            shards in
            let own = EngineCommand(
                executable: try Machine.ownExecutable(),
                arguments: [
                    "bench", "ranks", "--as-rank", size, "--ranks", "\(ranks)", "--threads", "\(threads)", "--shards",
                    "\(shards)", "--precision", precision.rawValue, "--repeats", "\(options.repeats)",
                ] + (rows.map { ["--rows", "\($0)"] } ?? [])
            )
            let command =
                ranks > 1 ? RankedCommand(own, ranks: ranks, further: mpirunArgument).command : own
            return RankBench.Launch(executable: command.executable, arguments: command.arguments)
        }
        try options.print(try await bench.figures())
    }
}
