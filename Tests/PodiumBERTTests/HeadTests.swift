import PodiumBERT
import PodiumGraph
import Testing

/// What the heads read of the encoder.
@Suite struct HeadTests {
    /// Logits of two sequences whose last tokens differ and whose others do not.
    private func logits(_ direction: Configuration.Direction) throws -> [[Float]] {
        var configuration = Configuration(
            vocabularySize: 50,
            hiddenSize: 8,
            layers: 2,
            heads: 2,
            intermediateSize: 16
        )
        configuration.direction = direction
        configuration.initializerRange = 0.5
        let encoder = BERTEncoder(configuration)
        let head = Head.classification(labels: 3)
        let weights = Weights.fresh(
            for: encoder.evaluationGraph(head),
            configuration: configuration,
            seed: 1
        )
        let sequences = [Int32(7), 9].enumerated().map { number, last in
            PackedBatch.Sequence(ids: [1, 3, 4, 5, last], types: [0, 0, 0, 0, 0], example: Int32(number))
        }
        return try Predictor(encoder: encoder, head: head, weights: weights, device: Fixture.device()).logits(sequences)
    }

    @Test(arguments: [Configuration.Direction.bidirectional, .leftToRight])
    func aClassifierSeesTheWholeSequence(_ direction: Configuration.Direction) throws {
        let logits = try logits(direction)
        try #require(logits.map(\.count) == [3, 3])
        #expect(zip(logits[0], logits[1]).allSatisfy { abs($0 - $1) > 1e-4 }, "\(logits)")
    }
}
