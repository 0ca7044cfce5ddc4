import PodiumBERT
import PodiumGraph
import Testing

/// What a training step costs, beside arithmetic on paper.
struct FLOPCounterTests {
    private static let lengths = [7, 12, 5]

    private func configuration(_ architecture: Configuration.Architecture) -> Configuration {
        var configuration = Configuration(
            vocabularySize: 50,
            hiddenSize: 16,
            layers: 3,
            heads: 4,
            intermediateSize: 64
        )
        configuration.architecture = architecture
        return configuration
    }

    private var batch: PackedBatch {
        let sequences = Self.lengths.map { length in
            PackedBatch.Sequence(
                ids: (0..<Int32(length)).map { $0 },
                types: [Int32](repeating: 0, count: length),
                example: 0
            )
        }
        return PackedBatch(sequences, isTraining: true)
    }

    private func count(
        _ architecture: Configuration.Architecture,
        _ head: Head,
        _ feeds: [String: HostTensor],
        checkpointing: Bool = false
    ) throws -> Double {
        let graph = configuration(architecture).model.trainingGraph(
            head,
            optimizer: OptimizerOptions(),
            checkpointing: checkpointing
        )
        var all = batch.feeds.merging(feeds) { $1 }
        for name in ["seed", "step"] { all[name] = HostTensor(scalar: Int32(1)) }
        all["learningRate"] = HostTensor(scalar: Float(1))
        return try FLOPCounter(graph).count(all)
    }

    /// 6 × encoder weights × tokens + 12 × layers × width × Σ length² (Kaplan 2020, with attention's squares), the head on
    /// masked tokens, pooler and next-sentence layer on first tokens.
    @Test func aMaskedStepOfBERTCostsWhatTheFormulaSays() throws {
        let (width, layers, tokens) = (16.0, 3.0, 24.0)
        let weights: Double = layers * (4 * width * width + 2 * width * 64)
        let squares: Double = 7.0 * 7 + 12 * 12 + 5 * 5
        let encoder: Double = 6 * weights * tokens + 12 * layers * width * squares
        let masked: Double = 6 * 4 * (width * width + width * 50)
        let next: Double = 6 * 3 * (width * width + width * 2)
        let feeds = [
            HeadTensor.maskedPositions: HostTensor([1, 2, 9, 20] as [Int32]),
            HeadTensor.maskedLabels: HostTensor([1, 2, 3, 4] as [Int32]),
            HeadTensor.nextLabels: HostTensor([0, 1, 0] as [Int32]),
        ]
        #expect(try count(.bidirectional, .pretraining(), feeds) == encoder + masked + next)
        // Recomputation is counted as the work that it is: about a third more.
        let recomputed = try count(.bidirectional, .pretraining(), feeds, checkpointing: true)
        #expect(recomputed > 1.2 * (encoder + masked + next) && recomputed < 1.4 * (encoder + masked + next))
    }

    @Test func leftToRightAttentionCostsItsPairs() throws {
        let pairs = Self.lengths.reduce(0) { $0 + $1 * ($1 + 1) / 2 }
        let (width, layers, tokens) = (16.0, 3.0, 24.0)
        let weights: Double = layers * (4 * width * width + 2 * width * 64)
        let encoder: Double = 6 * weights * tokens + 12 * layers * width * Double(pairs)
        let predicted: Double = 6 * 21 * (width * width + width * 50)
        var batch = batch
        let rows = HostTensor((0..<21).map { Int32($0) })
        batch.feed(HeadTensor.positions(.forward), rows)
        batch.feed(HeadTensor.labels(.forward), rows)
        #expect(try count(.leftToRight, .pretraining([Objective(.nextToken)]), batch.feeds) == encoder + predicted)
    }

    @Test func recurrentAndContextFreeModelsCostTheirProducts() throws {
        let rows = HostTensor((0..<21).map { Int32($0) })
        var batch = batch
        for direction in HeadTensor.Direction.allCases {
            batch.feed(HeadTensor.positions(direction), rows)
            batch.feed(HeadTensor.labels(direction), rows)
        }
        // Per direction half the width; the first layer reads the embeddings' whole width.
        let (half, tokens) = (8.0, 24.0)
        let gates = 4 * half
        let weights: Double = gates * 16 + 2 * gates * half + 3 * gates * half
        let stack: Double = 6 * tokens * weights
        let predicted: Double = 6 * 21 * (half * 16 + 16 * 50)
        #expect(
            try count(.shallowBidirectional, .pretraining([Objective(.nextToken)]), batch.feeds)
                == 2 * (stack + predicted)
        )
        let masked = [
            HeadTensor.maskedPositions: HostTensor([1, 2, 9, 20] as [Int32]),
            HeadTensor.maskedLabels: HostTensor([1, 2, 3, 4] as [Int32]),
        ]
        let product: Double = 6 * 4 * (16 * 16 + 16 * 50)
        #expect(try count(.contextFree, .pretraining([Objective(.maskedTokens)]), masked) == product)
    }
}
