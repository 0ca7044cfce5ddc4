import PodiumBERT
import PodiumCPU
import PodiumGraph
import PodiumPJRT
import Testing

/// Twenty steps of a small BERT with dropout, clipping and AdamW: the plug-in does what our own engine does.
@Suite(.serialized) struct TrainingTests {
    static let configuration: Configuration = {
        var configuration = Configuration(
            vocabularySize: 120,
            hiddenSize: 32,
            layers: 2,
            heads: 2,
            intermediateSize: 64
        )
        configuration.maximumPositions = 64
        // Weights large enough that gradients are no noise.
        configuration.initializerRange = 0.1
        return configuration
    }()

    /// Batches of the same lengths in changing order, so that one program serves them all.
    static func batch(_ step: Int, head: Head, sequences: Int = 6) -> PackedBatch {
        func number(_ index: Int, _ purpose: UInt32) -> Int {
            Int(Philox.words(counter: SIMD4(UInt32(index), UInt32(step), purpose, 0), key: SIMD2(7, 7)).x >> 1)
        }
        var offsets = [0]
        let content = (0..<sequences).map { sequence -> PackedBatch.Sequence in
            let length = [32, 9, 17, 1, 28, 12][(sequence + step) % 6]
            let ids = (0..<length).map { Int32(number(offsets[sequence] + $0, 2) % 120) }
            offsets.append(offsets[sequence] + length)
            let types = (0..<length).map { Int32($0 < length / 2 ? 0 : 1) }
            return PackedBatch.Sequence(ids: ids, types: types, example: Int32(step * sequences + sequence))
        }
        var batch = PackedBatch(content, isTraining: true)
        let labels = (0..<sequences).map { Int32(number($0, 3) % 2) }
        switch head {
        case .classification: batch.feed("labels", HostTensor(labels))
        case .regression: batch.feed("targets", HostTensor(labels.map { Float($0) }))
        case .span:
            batch.feed("starts", HostTensor(labels.map { $0 + 1 }))
            batch.feed("ends", HostTensor(labels.map { $0 + 3 }))
        case .pretraining:
            let places = (0..<2 * sequences).map { (index: Int) -> Int32 in
                Int32(offsets[index / 2])
            }
            batch.feed("maskedPositions", HostTensor(places))
            batch.feed("maskedLabels", HostTensor(places.indices.map { Int32(number($0, 4) % 120) }))
            batch.feed("nextLabels", HostTensor(labels))
            if head.objectives.contains(where: { $0.kind == .nextToken }) {
                var next = PackedBatch(content, isTraining: true)
                for direction in HeadTensor.Direction.allCases { next.feedNeighbours(content, direction) }
                return next
            }
        }
        return batch
    }

    static func trainer(
        _ head: Head,
        of architecture: Configuration.Architecture = .bidirectional,
        on device: any GraphDevice,
        checkpointing: Bool = false,
        clippingScope: MeanScope = .batch,
        returningGradients: Bool = false
    ) throws -> Trainer {
        var optimizer = OptimizerOptions()
        optimizer.clippingScope = clippingScope
        var configuration = configuration
        configuration.architecture = architecture
        let encoder = configuration.model
        let graph = encoder.trainingGraph(head, optimizer: OptimizerOptions())
        let weights = Weights.fresh(for: graph, configuration: configuration, seed: 3)
        return try Trainer(
            model: encoder,
            head: head,
            weights: weights,
            optimizer: optimizer,
            seed: 11,
            device: device,
            checkpointing: checkpointing,
            returningGradients: returningGradients
        )
    }

    /// Losses of the steps, and the weights afterwards.
    static func train(
        _ head: Head,
        of architecture: Configuration.Architecture = .bidirectional,
        steps: Int = 20,
        on device: any GraphDevice,
        checkpointing: Bool = false,
        clippingScope: MeanScope = .batch
    ) throws -> (losses: [Double], weights: Weights) {
        let trainer = try trainer(
            head,
            of: architecture,
            on: device,
            checkpointing: checkpointing,
            clippingScope: clippingScope
        )
        let losses = try (0..<steps).map { try trainer.train(batch($0, head: head), learningRate: 2e-4).loss }
        return (losses, try trainer.weights())
    }

    /// Root mean square against which a parameter's differences are judged, at least.
    ///
    /// A softmax does not see a shift of all its logits. Along that direction gradients are rounding and nothing else,
    /// which Adam turns into steps as large as any: such parameters are judged beside ordinary weights.
    static func leastScale(of name: String, _ head: Head) -> Double {
        let shiftsPositions = ["qa_outputs.bias", "encoder.layer.1.output.LayerNorm.bias"]
        let isShift = name.hasSuffix("key.bias") || head == .span && shiftsPositions.contains(name)
        return isShift ? Double(configuration.initializerRange) : 0
    }

    static func expectClose(
        _ left: (losses: [Double], weights: Weights),
        _ right: (losses: [Double], weights: Weights),
        _ head: Head
    ) {
        for (step, pair) in zip(left.losses, right.losses).enumerated() {
            let error = (pair.0 - pair.1).magnitude / pair.1.magnitude
            #expect(error <= 1e-4, "loss of step \(step): \(pair)")
        }
        for (name, tensor) in right.weights.tensors {
            let floats = left.weights.tensors[name]?.floats ?? []
            #expect(floats.count == tensor.floats.count)
            let difference = zip(floats, tensor.floats).reduce(0.0) { (sum: Double, pair) in
                sum + Double(pair.0 - pair.1) * Double(pair.0 - pair.1)
            }
            let norm = tensor.floats.reduce(0.0) { $0 + Double($1 * $1) }
            let scale = leastScale(of: name, head)
            let error = (difference / max(norm, Double(tensor.floats.count) * scale * scale)).squareRoot()
            #expect(error <= 1e-4, "\(name): \(error)")
        }
    }

    @Test(arguments: [Head.classification(labels: 2), .regression, .span, .pretraining()])
    func twentyStepsEqualTheCPUEngine(_ head: Head) throws {
        let own = try Self.train(head, on: CPUDevice(CPUConfiguration(threads: 2)))
        let theirs = try Self.train(head, on: TestDevice.device())
        Self.expectClose(theirs, own, head)
    }

    /// Dropout masks as they are unpacked on GPUs.
    @Test func stepsWithMasksThatAreUnpackedByBroadcastsEqualTheCPUEngine() throws {
        var configuration = PJRTConfiguration()
        configuration.movesColumnsByProducts = false
        let own = try Self.train(.span, steps: 6, on: CPUDevice(CPUConfiguration(threads: 2)))
        Self.expectClose(try Self.train(.span, steps: 6, on: TestDevice.device(configuration)), own, .span)
    }

    /// Left and right apart, layer upon layer: what ELMo's place learns from, and its task.
    @Test(arguments: [Head.pretraining([Objective(.nextToken)]), .classification(labels: 2)])
    func recurrentStepsEqualTheCPUEngine(_ head: Head) throws {
        let own = try Self.train(
            head,
            of: .shallowBidirectional,
            steps: 6,
            on: CPUDevice(CPUConfiguration(threads: 2))
        )
        let theirs = try Self.train(head, of: .shallowBidirectional, steps: 6, on: TestDevice.device())
        Self.expectClose(theirs, own, head)
        let two = try Self.train(
            head,
            of: .shallowBidirectional,
            steps: 6,
            on: TestDevice.device(PJRTConfiguration(replicas: 2))
        )
        Self.expectClose(two, own, head)
    }

    /// The batch divided over two devices, gradients summed between them.
    @Test(arguments: [Head.classification(labels: 2), .span, .pretraining()])
    func twoReplicasEqualTheCPUEngine(_ head: Head) throws {
        let own = try Self.train(head, on: CPUDevice(CPUConfiguration(threads: 2)))
        let two = try Self.train(head, on: TestDevice.device(PJRTConfiguration(replicas: 2)))
        Self.expectClose(two, own, head)
    }
}
