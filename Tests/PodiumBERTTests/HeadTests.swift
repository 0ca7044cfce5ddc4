import PodiumBERT
import PodiumGraph
import Testing

/// What the heads read of the encoder.
@Suite struct HeadTests {
    /// Logits of two sequences whose last tokens differ and whose others do not.
    private func logits(_ architecture: Configuration.Architecture) throws -> [[Float]] {
        var configuration = Configuration(
            vocabularySize: 50,
            hiddenSize: 8,
            layers: 2,
            heads: 2,
            intermediateSize: 16
        )
        configuration.architecture = architecture
        configuration.initializerRange = 0.5
        let encoder = configuration.model
        let head = Head.classification(labels: 3)
        let weights = Weights.fresh(
            for: encoder.evaluationGraph(head),
            configuration: configuration,
            seed: 1
        )
        let sequences = [Int32(7), 9].enumerated().map { number, last in
            PackedBatch.Sequence(ids: [1, 3, 4, 5, last], types: [0, 0, 0, 0, 0], example: Int32(number))
        }
        return try Predictor(model: encoder, head: head, weights: weights, device: Fixture.device()).logits(sequences)
    }

    @Test(arguments: [Configuration.Architecture.bidirectional, .leftToRight])
    func aClassifierSeesTheWholeSequence(_ architecture: Configuration.Architecture) throws {
        let logits = try logits(architecture)
        try #require(logits.map(\.count) == [3, 3])
        #expect(zip(logits[0], logits[1]).allSatisfy { abs($0 - $1) > 1e-4 }, "\(logits)")
    }
}
