import ArgumentParser
import PodiumBench
import PodiumCPU
import PodiumCore
import PodiumDevices
import PodiumExperiments

extension CPUConfiguration.Precision: ExpressibleByArgument {}

struct BenchEngine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Training steps and inference of named model sizes.",
        discussion: """
            A step is what training does: forward, backward, dropout, clipping and the optimizer. Its \
            figure is the arithmetic that the model needs (not what is computed twice) per second; \
            the ceiling is products alone, on the same threads.

            Names: engine/SIZE/PRECISION/ROWS. SIZE is one of
            \(EngineBench.sizes.joined(separator: ", ")).
            ROWS is full-rows (random tokens) or, with --data and --vocab, a task whose training and \
            development sets are read: \(EngineBench.tasks.map(\.shortName).joined(separator: ", ")). A bare size selects its full rows.

            \(DeviceFactory.instructionsVariable)=plain|avx2|avx512 narrows the kernels' instruction set.

            Examples:
              podium bench engine minilm-l6 --precision bf16 --profile
              podium bench engine engine/minilm-l6/float32/CoLA --data ~/data --vocab vocab.txt
              podium bench engine base --device cuda --precision bf16 --rows 256
            """
    )

    @OptionGroup var options: BenchOptions
    @OptionGroup var place: PlaceOptions
    @Option(
        help:
            "cpu (the default), xla-cpu, cuda or tpu; --matmul-library, --threads and --profile apply to cpu only."
    )
    var device = ComputeDevice.cpu
    @Option(help: "Sequences in a batch of full rows, instead of the size's own number.")
    var rows: Int?
    @Option(help: "float32, bf16 or both.", transform: Self.precisions)
    var precision: [CPUConfiguration.Precision] = [.float32, .bfloat16]
    @Option(help: "onednn or openblas.")
    var matmulLibrary: CPUConfiguration.MatmulLibrary = .oneDNN
    @Option(help: "A folder in the official layout, for the lengths of real tasks.", completion: .directory)
    var data: String?
    @Option(help: "The vocabulary that goes with it.", completion: .file(extensions: ["txt"]))
    var vocab: String?
    @Option(help: "Training batches that stand for a real task: evenly from its epoch by their tokens.")
    var batches = 16
    @Option(help: "Threads (default: all cores).")
    var threads = Machine.cores
    @Flag(help: "Compute activations again instead of keeping them, as gradientCheckpointing in a job file does.")
    var gradientCheckpointing = false
    @Flag(help: "Also print where the time of a step goes, by kind of operation.")
    var profile = false

    private static func precisions(_ text: String) throws -> [CPUConfiguration.Precision] {
        if text == "both" { return [.float32, .bfloat16] }
        guard let known = CPUConfiguration.Precision(rawValue: text) else {
            throw ValidationError("--precision is float32, bf16 or both, not \"\(text)\"")
        }
        return [known]
    }

    func validate() throws {
        guard (data == nil) == (vocab == nil) else { throw ValidationError("--data and --vocab go together") }
        guard batches > 0 else { throw ValidationError("--batches must be positive") }
        guard rows.map({ $0 > 0 }) ?? true else { throw ValidationError("--rows must be positive") }
        guard device == .cpu || !profile else { throw ValidationError("--profile is of the cpu only") }
    }

    func run() throws {
        let bench = EngineBench(
            selection: options.selection,
            device: device,
            devices: place.devices(matmulLibrary: matmulLibrary),
            threads: threads,
            precisions: precision,
            rows: rows,
            text: try data.flatMap { data in
                try vocab.map { vocab in
                    EngineBench.Text(data: data, vocabulary: try InputFile.bytes(vocab), vocabularyName: vocab)
                }
            },
            batches: batches,
            checkpointing: gradientCheckpointing,
            peakMemory: MachineFacts.peakMemory,
            profile: profile ? { Terminal.error($0 + "\n") } : nil
        )
        try options.print(try bench.figures())
    }
}
