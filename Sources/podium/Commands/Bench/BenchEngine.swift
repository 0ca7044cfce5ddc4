import ArgumentParser
import Foundation
import PodiumBERT
import PodiumCPU
import PodiumCore
import PodiumGraph
import PodiumPJRT

extension CPUConfiguration.Precision: ExpressibleByArgument {}
extension CPUConfiguration.Products: ExpressibleByArgument {}

struct BenchEngine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Training steps and inference of named model sizes.",
        discussion: """
            A step is what training does: forward, backward, dropout, clipping and the optimizer. Its \
            figure is the arithmetic that the model needs (not what is computed twice) per second; \
            the ceiling is products alone, on the same threads.

            Names: engine/SIZE/PRECISION/ROWS. SIZE is one of
            \(BenchShape.all.map(\.name).joined(separator: ", ")).
            ROWS is full-rows (random tokens) or, with --data and --vocab, a task whose training and \
            development sets are read: \(BenchRows.tasks.map(\.shortName).joined(separator: ", ")). A bare size selects its full rows.

            \(Machine.instructionsVariable)=plain|avx2|avx512 narrows the kernels' instruction set.

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
            "cpu (the default), xla-cpu, cuda or tpu; of the last three --products, --threads and --profile say nothing."
    )
    var device = ComputeDevice.cpu
    @Option(help: "Sequences in a batch of full rows, instead of the size's own number.")
    var rows: Int?
    @Option(help: "float32, bf16 or both.", transform: Self.precisions)
    var precision: [CPUConfiguration.Precision] = [.float32, .bfloat16]
    @Option(help: "onednn or openblas.")
    var products: CPUConfiguration.Products = .oneDNN
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
        var figures: [BenchFigure] = []
        for var shape in BenchShape.all {
            shape.rows = rows ?? shape.rows
            for precision in precision {
                let name = "engine/\(shape.name)/\(precision.rawValue)"
                // A bare size is enough of a name.
                if options.selects(name + "/full-rows") || options.names.contains(shape.name) {
                    figures += try measure(shape, precision, name + "/full-rows", rows: .full(shape))
                }
                guard let data, let vocab else { continue }
                for task in BenchRows.tasks where options.selects("\(name)/\(task.shortName)") {
                    let rows = try BenchRows.real(task, data: data, vocabulary: vocab, batches: batches)
                    figures += try measure(shape, precision, "\(name)/\(task.shortName)", rows: rows)
                }
            }
        }
        try options.print(figures)
    }

    private func measure(
        _ shape: BenchShape,
        _ precision: CPUConfiguration.Precision,
        _ name: String,
        rows: BenchRows
    ) throws -> [BenchFigure] {
        let place = try makeDevice(precision, rowWidth: rows.trainingLengths.max() ?? shape.length)
        let device = place.device
        let encoder = Encoder(shape.configuration)
        let optimizer = AdamW.Options()
        let trainer = try Trainer(
            encoder: encoder,
            head: rows.head,
            weights: .fresh(
                for: encoder.trainingGraph(rows.head, optimizer: optimizer),
                configuration: shape.configuration,
                seed: 1
            ),
            optimizer: optimizer,
            seed: 1,
            device: device,
            checkpointing: gradientCheckpointing
        )
        let rounds = (place.stepsAtATime + rows.training.count - 1) / rows.training.count
        func epoch() throws {
            for _ in 0..<rounds {
                for batch in rows.training { _ = try trainer.advance(batch, learningRate: 1e-5) }
            }
            _ = try trainer.finish()
        }
        try epoch()
        // Steps and ceilings take turns: the machine may change its mind about its clock.
        var epochs: [Double] = []
        var ceilings: [Double] = []
        for _ in 0..<options.repeats {
            ceilings.append(try place.measureProductCeiling() * 1e-9)
            epochs.append(try Stopwatch.seconds(epoch) / Double(rounds))
        }
        let trainingMemory = Machine.peakMemory
        if profile, case .cpu(let device) = place { try printProfile(device, epoch) }
        let predictor = try Predictor(encoder: encoder, head: rows.head, sharing: trainer.variables, device: device)
        // A plug-in compiles for each size that it meets first.
        if case .plugin = place { _ = try predictor.logits(rows.evaluation) }
        let inference = try Stopwatch.median(of: options.repeats) { _ = try predictor.logits(rows.evaluation) }
        let (ceiling, seconds) = (Stopwatch.median(ceilings), Stopwatch.median(epochs))
        let examples = Double(rows.training.reduce(0) { $0 + $1.sequences })
        let tokens = Double(rows.training.reduce(0) { $0 + $1.tokens })
        let work = 3e-9 * shape.forwardOperations(lengths: rows.trainingLengths, head: rows.head)
        let answers = 1e-9 * shape.forwardOperations(lengths: rows.evaluation.map(\.ids.count), head: rows.head)
        return [
            BenchFigure(name: name, value: work / seconds, unit: "GFLOP/s", ceiling: ceiling),
            BenchFigure(name: name + "/seconds", value: seconds / Double(rows.training.count), unit: "s/step"),
            BenchFigure(name: name + "/examples", value: examples / seconds, unit: "examples/s"),
            BenchFigure(name: name + "/tokens", value: tokens / seconds, unit: "tokens/s"),
            BenchFigure(name: name + "/peak-memory", value: trainingMemory / 1e6, unit: "MB"),
            BenchFigure(name: name + "/inference", value: answers / inference, unit: "GFLOP/s", ceiling: ceiling),
            BenchFigure(
                name: name + "/inference/examples",
                value: Double(rows.evaluation.count) / inference,
                unit: "examples/s"
            ),
        ]
    }

    private func makeDevice(_ precision: CPUConfiguration.Precision, rowWidth: Int) throws -> BenchDevice {
        guard let kind = device.plugin else {
            return .cpu(
                try CPUDevice(
                    CPUConfiguration(
                        threads: threads,
                        products: products,
                        precision: precision,
                        instructions: Machine.instructions()
                    )
                )
            )
        }
        let configuration = PJRTConfiguration(
            precision: precision == .bfloat16 ? .bfloat16 : .float32,
            buckets: Buckets(rowWidth: rowWidth)
        )
        let made = try DeviceFactory(dataDirectory: place.dataDirectory).device(of: kind, configuration)
        return .plugin(made, try ProductChain(on: made))
    }

    private func printProfile(_ device: CPUDevice, _ body: () throws -> Void) throws {
        let times = OperationTimes()
        device.times = times
        try body()
        device.times = nil
        let total = times.entries.values.reduce(0) { $0 + $1.seconds }
        var table = TextTable([("OPERATION", .left), ("CALLS", .right), ("MS", .right), ("SHARE", .right)])
        for (name, entry) in times.entries.sorted(by: { $0.value.seconds > $1.value.seconds }) {
            table.add([
                name, "\(entry.calls)", BenchFigure.short(entry.seconds * 1e3),
                "\(BenchFigure.short(entry.seconds / total * 100)) %",
            ])
        }
        Terminal.error(table.rendered() + "\n")
    }
}
