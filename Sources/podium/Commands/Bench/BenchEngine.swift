import ArgumentParser
import Foundation
import PodiumBERT
import PodiumCPU
import PodiumGraph

extension CPUConfiguration.Precision: ExpressibleByArgument {}
extension CPUConfiguration.Products: ExpressibleByArgument {}

struct BenchEngine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Training steps and inference of named model sizes.",
        discussion: """
            A step is what training does: forward, backward, dropout, clipping and the optimizer, on \
            full rows of random tokens. Its figure is the arithmetic that the model needs (not what \
            is computed twice) per second; the ceiling is products alone, on the same threads.

            Names: engine/SIZE/PRECISION/full-rows, with SIZE one of \(BenchShape.all.map(\.name).joined(separator: ", ")),
            and after it /inference, /seconds, /tokens, /peak-memory.

            Examples:
              podium bench engine engine/minilm-l6
              podium bench engine minilm-l6 --precision bf16 --profile
            """
    )

    @OptionGroup var options: BenchOptions
    @Option(help: "float32, bf16 or both.", transform: Self.precisions)
    var precision: [CPUConfiguration.Precision] = [.float32, .bfloat16]
    @Option(help: "onednn or openblas.")
    var products: CPUConfiguration.Products = .oneDNN
    @Option(help: "Threads (default: all cores).")
    var threads = Machine.cores
    @Flag(help: "Also print where the time of a step goes, by kind of operation.")
    var profile = false

    private static func precisions(_ text: String) throws -> [CPUConfiguration.Precision] {
        if text == "both" { return [.float32, .bfloat16] }
        guard let known = CPUConfiguration.Precision(rawValue: text) else {
            throw ValidationError("--precision is float32, bf16 or both, not \"\(text)\"")
        }
        return [known]
    }

    func run() throws {
        var figures: [BenchFigure] = []
        for shape in BenchShape.all {
            for precision in precision {
                let name = "engine/\(shape.name)/\(precision.rawValue)/full-rows"
                // A bare size is enough of a name.
                guard options.selects(name) || options.names.contains(shape.name) else { continue }
                figures += try measure(shape, precision, name)
            }
        }
        try options.print(figures)
    }

    private func measure(
        _ shape: BenchShape,
        _ precision: CPUConfiguration.Precision,
        _ name: String
    ) throws -> [BenchFigure] {
        let device = try CPUDevice(CPUConfiguration(threads: threads, products: products, precision: precision))
        let encoder = Encoder(shape.configuration)
        let head = Head.classification(labels: 2)
        let optimizer = AdamW.Options()
        let trainer = try Trainer(
            encoder: encoder,
            head: head,
            weights: .fresh(
                for: encoder.trainingGraph(head, optimizer: optimizer),
                configuration: shape.configuration,
                seed: 1
            ),
            optimizer: optimizer,
            seed: 1,
            device: device
        )
        let batch = shape.batch(isTraining: true)
        _ = try trainer.train(batch, learningRate: 1e-5)
        // Steps and ceilings take turns: the machine may change its mind about its clock.
        var steps: [Double] = []
        var ceilings: [Double] = []
        for _ in 0..<options.repeats {
            ceilings.append(device.measureProductCeiling() * 1e-9)
            steps.append(try Stopwatch.seconds { _ = try trainer.train(batch, learningRate: 1e-5) })
        }
        if profile { try printProfile(device) { _ = try trainer.train(batch, learningRate: 1e-5) } }
        let predictor = try Predictor(encoder: encoder, head: head, sharing: trainer.variables, device: device)
        let sequences = shape.sequences
        let inference = try Stopwatch.median(of: options.repeats) { _ = try predictor.logits(sequences) }
        let (ceiling, step) = (Stopwatch.median(ceilings), Stopwatch.median(steps))
        let work = shape.forwardOperations * 1e-9
        return [
            BenchFigure(name: name, value: 3 * work / step, unit: "GFLOP/s", ceiling: ceiling),
            BenchFigure(name: name + "/seconds", value: step, unit: "s/step"),
            BenchFigure(name: name + "/examples", value: Double(shape.rows) / step, unit: "examples/s"),
            BenchFigure(name: name + "/tokens", value: Double(batch.tokens) / step, unit: "tokens/s"),
            BenchFigure(name: name + "/inference", value: work / inference, unit: "GFLOP/s", ceiling: ceiling),
            BenchFigure(name: name + "/inference/seconds", value: inference, unit: "s/batch"),
            BenchFigure(name: name + "/peak-memory", value: Machine.peakMemory / 1e6, unit: "MB"),
        ]
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

/// A model size and a batch of full rows.
struct BenchShape {
    let name: String
    let configuration: Configuration
    let rows: Int
    let length: Int

    static let all: [BenchShape] = {
        var shapes: [BenchShape] = []
        for (size, rows) in [("tiny", 32), ("mini", 32), ("small", 32)] {
            if let configuration = Configuration(preset: size, vocabularySize: 30_522) {
                shapes.append(BenchShape(name: size, configuration: configuration, rows: rows, length: 128))
            }
        }
        let minilm = Configuration(
            vocabularySize: 30_522,
            hiddenSize: 384,
            layers: 6,
            heads: 12,
            intermediateSize: 1536
        )
        shapes.append(BenchShape(name: "minilm-l6", configuration: minilm, rows: 32, length: 128))
        for (size, rows, length) in [("base", 8, 128), ("base", 4, 384), ("large", 4, 128)] {
            if let configuration = Configuration(preset: size, vocabularySize: 30_522) {
                let name = length == 128 ? size : "\(size)-\(length)"
                shapes.append(BenchShape(name: name, configuration: configuration, rows: rows, length: length))
            }
        }
        return shapes
    }()

    /// Full rows of tokens without meaning.
    var sequences: [PackedBatch.Sequence] {
        (0..<rows).map { row in
            let ids = (0..<length).map { Int32(1000 + (row * 7919 + $0 * 104_729) % 29_000) }
            return PackedBatch.Sequence(ids: ids, types: Array(repeating: 0, count: length), example: Int32(row))
        }
    }

    func batch(isTraining: Bool) -> PackedBatch {
        var batch = PackedBatch(sequences, isTraining: isTraining)
        if isTraining { batch.feed("labels", HostTensor((0..<rows).map { Int32($0 % 2) })) }
        return batch
    }

    /// Multiplications and additions of a forward pass: linear layers, and scores and values of attention.
    var forwardOperations: Double {
        let c = configuration
        let perToken = 2 * (4 * c.hiddenSize * c.hiddenSize + 2 * c.hiddenSize * c.intermediateSize)
        let attention = 4 * length * c.hiddenSize
        return Double(rows * length) * Double(c.layers) * Double(perToken + attention)
    }
}
