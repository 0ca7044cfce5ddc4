import PodiumBERT
import PodiumCPU
import PodiumGraph
import PodiumPJRT
import RealData
import Testing

/// A model of a published shape.
struct PublishedShape: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let configuration: @Sendable (_ vocabularySize: Int) -> Configuration

    static let tiny = PublishedShape(testDescription: "tiny") {
        Configuration(vocabularySize: $0, hiddenSize: 128, layers: 2, heads: 2, intermediateSize: 512)
    }
    static let miniLM = PublishedShape(testDescription: "minilm-l6") {
        Configuration(vocabularySize: $0, hiddenSize: 384, layers: 6, heads: 12, intermediateSize: 1536)
    }
    static let twoLayersOfBase = PublishedShape(testDescription: "two layers of base") {
        Configuration(vocabularySize: $0, hiddenSize: 768, layers: 2, heads: 12, intermediateSize: 3072)
    }
}

/// Twenty steps of published shapes on real sentence pairs, float32: the plug-in does what our own engine does.
@Suite(.serialized, .realData) struct RealBatchTests {
    private static let steps = 20
    private static let head = Head.classification(labels: 2)

    /// Losses of the steps, and the weights afterwards.
    private func train(
        _ shape: PublishedShape,
        on device: any GraphDevice
    ) throws -> (losses: [Double], weights: Weights) {
        let batches = try RealBatches(Self.steps)
        let configuration = shape.configuration(batches.vocabularySize)
        let encoder = BERTEncoder(configuration)
        let optimizer = OptimizerOptions()
        let trainer = try Trainer(
            model: encoder,
            head: Self.head,
            weights: Weights.fresh(
                for: encoder.trainingGraph(Self.head, optimizer: optimizer),
                configuration: configuration,
                seed: 5
            ),
            optimizer: optimizer,
            seed: 17,
            device: device
        )
        let losses = try (0..<Self.steps).map { try trainer.train(batches[$0], learningRate: 5e-5).loss }
        return (losses, try trainer.weights())
    }

    /// Rows of one width, so that one program serves all batches.
    private func device(replicas: Int = 1) throws -> PJRTDevice {
        let buckets = Buckets(rowWidth: RealBatches.lengths.upperBound)
        return try TestDevice.device(PJRTConfiguration(replicas: replicas, buckets: buckets))
    }

    @Test(arguments: [PublishedShape.tiny, .miniLM, .twoLayersOfBase])
    func twentyRealStepsEqualTheCPUEngine(_ shape: PublishedShape) throws {
        let own = try train(shape, on: CPUDevice(CPUConfiguration(threads: 2)))
        TrainingTests.expectClose(try train(shape, on: device()), own, Self.head)
    }

    /// The batches divided over two devices.
    @Test(arguments: [PublishedShape.tiny, .miniLM])
    func twoReplicasOfRealBatchesEqualOne(_ shape: PublishedShape) throws {
        TrainingTests.expectClose(
            try train(shape, on: device(replicas: 2)),
            try train(shape, on: device()),
            Self.head
        )
    }
}
