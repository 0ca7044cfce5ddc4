internal import PodiumBERT
package import PodiumCPU
package import PodiumCore
package import PodiumDevices
internal import PodiumGraph
internal import PodiumPJRT
internal import PodiumPrimitives

/// Training steps and inference of named model sizes.
package struct EngineBench {
    /// Data in the official layout and the vocabulary that goes with it, for the lengths of real tasks.
    package struct Text {
        package var data: String
        package var vocabulary: [UInt8]
        package var vocabularyName: String

        package init(data: String, vocabulary: [UInt8], vocabularyName: String) {
            self.data = data
            self.vocabulary = vocabulary
            self.vocabularyName = vocabularyName
        }
    }

    private let selection: BenchSelection
    private let device: ComputeDevice
    private let devices: DeviceFactory
    private let threads: Int
    private let precisions: [CPUConfiguration.Precision]
    private let rows: Int?
    private let text: Text?
    private let batches: Int
    private let checkpointing: Bool
    private let peakMemory: () -> Double
    private let profile: ((String) -> Void)?

    /// - Parameters:
    ///   - rows: sequences in a batch of full rows; nil for the size's own number.
    ///   - text: nil for random tokens only.
    ///   - batches: training batches that stand for a real task.
    ///   - checkpointing: whether activations are computed again instead of kept.
    ///   - peakMemory: the most bytes that this process ever held.
    ///   - profile: called with the time of a step by kind of operation; nil for no profile.
    package init(
        selection: BenchSelection,
        device: ComputeDevice,
        devices: DeviceFactory,
        threads: Int,
        precisions: [CPUConfiguration.Precision],
        rows: Int?,
        text: Text?,
        batches: Int,
        checkpointing: Bool,
        peakMemory: @escaping () -> Double,
        profile: ((String) -> Void)?
    ) {
        self.selection = selection
        self.device = device
        self.devices = devices
        self.threads = threads
        self.precisions = precisions
        self.rows = rows
        self.text = text
        self.batches = batches
        self.checkpointing = checkpointing
        self.peakMemory = peakMemory
        self.profile = profile
    }

    package func figures() throws -> [BenchFigure] {
        var figures: [BenchFigure] = []
        for var shape in BenchShape.all {
            shape.rows = rows ?? shape.rows
            for precision in precisions {
                let name = "engine/\(shape.name)/\(precision.rawValue)"
                // A bare size is enough of a name.
                if selection.selects(name + "/full-rows") || selection.names.contains(shape.name) {
                    figures += try measure(shape, precision, name + "/full-rows", rows: .full(shape))
                }
                guard let text else { continue }
                for task in BenchRows.tasks where selection.selects("\(name)/\(task.shortName)") {
                    let rows = try BenchRows.real(task, text, batches: batches)
                    figures += try measure(shape, precision, "\(name)/\(task.shortName)", rows: rows)
                }
            }
        }
        return figures
    }

    private func measure(
        _ shape: BenchShape,
        _ precision: CPUConfiguration.Precision,
        _ name: String,
        rows: BenchRows
    ) throws -> [BenchFigure] {
        let place = try makeDevice(precision, rowWidth: rows.trainingLengths.max() ?? shape.length)
        let device = place.device
        let model = shape.configuration.model
        let optimizer = OptimizerOptions()
        let trainer = try Trainer(
            model: model,
            head: rows.head,
            weights: .fresh(
                for: model.trainingGraph(rows.head, optimizer: optimizer),
                configuration: shape.configuration,
                seed: 1
            ),
            optimizer: optimizer,
            seed: 1,
            device: device,
            checkpointing: checkpointing
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
        for _ in 0..<selection.repeats {
            ceilings.append(try place.measureMatmulCeiling() * 1e-9)
            epochs.append(try Stopwatch.seconds(epoch) / Double(rounds))
        }
        let trainingMemory = peakMemory()
        if let profile, case .cpu(let device) = place { profile(try profileText(device, epoch)) }
        let predictor = try Predictor(model: model, head: rows.head, sharing: trainer.variables, device: device)
        // A plug-in compiles for each size that it meets first.
        if case .plugin = place { _ = try predictor.logits(rows.evaluation) }
        let inference = try Stopwatch.median(of: selection.repeats) { _ = try predictor.logits(rows.evaluation) }
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
        guard let kind = device.plugin else { return .cpu(try devices.cpu(threads: threads, precision: precision)) }
        let configuration = PJRTConfiguration(
            precision: precision == .bfloat16 ? .bfloat16 : .float32,
            buckets: Buckets(rowWidth: rowWidth)
        )
        let made = try devices.device(of: kind, configuration)
        return .plugin(made, try ProductChain(on: made))
    }

    private func profileText(_ device: CPUDevice, _ body: () throws -> Void) throws -> String {
        let times = OperationTimes()
        device.times = times
        try body()
        device.times = nil
        let total = times.entries.values.reduce(0) { $0 + $1.seconds }
        var table = TextTable([("OPERATION", .left), ("CALLS", .right), ("MS", .right), ("SHARE", .right)])
        for (name, entry) in times.entries.sorted(by: { $0.value.seconds > $1.value.seconds }) {
            table.add([
                name, "\(entry.calls)", NumberText.short(entry.seconds * 1e3),
                "\(NumberText.short(entry.seconds / total * 100)) %",
            ])
        }
        return table.rendered()
    }
}

extension EngineBench {
    /// The names of the sizes that are measured.
    package static let sizes = BenchShape.all.map(\.name)
    /// The tasks whose lengths are measured.
    package static let tasks = BenchRows.tasks
}
