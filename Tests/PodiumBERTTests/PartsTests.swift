import PodiumBERT
import PodiumGraph
import Testing

/// A batch that comes in parts makes the whole batch's step.
@Suite struct PartsTests {
    private static let length = 9

    private func sequence(_ number: Int) -> PackedBatch.Sequence {
        let ids = (0..<(Self.length - number % 4)).map { Int32(5 + (number * 7 + $0 * 3) % 30) }
        return PackedBatch.Sequence(
            ids: [2] + ids + [3],
            types: [Int32](repeating: 0, count: ids.count + 2),
            example: Int32(number)
        )
    }

    private func batch(_ numbers: Range<Int>, _ head: Head) -> PackedBatch {
        var batch = PackedBatch(numbers.map(sequence), isTraining: true)
        switch head {
        case .regression: batch.feed("targets", HostTensor(numbers.map { Float($0 % 5) }))
        case .span:
            batch.feed("starts", HostTensor(numbers.map { Int32(1 + $0 % 3) }))
            batch.feed("ends", HostTensor(numbers.map { Int32(2 + $0 % 3) }))
        default: batch.feed("labels", HostTensor(numbers.map { Int32($0 % 2) }))
        }
        return batch
    }

    private func trainer(_ head: Head, inParts: Bool, bias: Bool = false) throws -> Trainer {
        let encoder = try Fixture.tinyEncoder(dropout: 0.3)
        var optimizer = OptimizerOptions()
        optimizer.adam.correctsBias = bias
        return try Trainer(
            model: encoder,
            head: head,
            weights: Fixture.tinyWeights(for: encoder.trainingGraph(head, optimizer: optimizer)),
            optimizer: optimizer,
            seed: 3,
            device: Fixture.device(threads: 1),
            inParts: inParts
        )
    }

    private func distance(_ a: Weights, _ b: Weights) -> Double {
        a.tensors.reduce(0.0) { sum, entry in
            sum
                + zip(entry.value.floats, b.tensors[entry.key]?.floats ?? []).reduce(0) {
                    $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1))
                }
        }.squareRoot()
    }

    /// With dropout: the parts have the whole batch's masks, or the loss would differ in its first digits.
    @Test(arguments: [Head.classification(labels: 3), .regression, .span], [false, true])
    func lossAndWeightsAreTheWholeBatchsButForRounding(head: Head, bias: Bool) throws {
        let whole = try trainer(head, inParts: false, bias: bias)
        let parts = try trainer(head, inParts: true, bias: bias)
        let start = try whole.weights()
        for step in 0..<3 {
            let first = 10 * step
            let expected = try #require(
                try whole.advance(parts: [batch(first..<(first + 10), head)], learningRate: 1e-3)
            )
            // Of unequal sizes: they count by their sequences.
            let cuts = [first..<(first + 4), (first + 4)..<(first + 8), (first + 8)..<(first + 10)]
            let measured = try #require(try parts.advance(parts: cuts.map { batch($0, head) }, learningRate: 1e-3))
            #expect(abs(measured.loss - expected.loss) <= 1e-5 * abs(expected.loss))
            #expect(abs(measured.gradientNorm - expected.gradientNorm) <= 1e-4 * expected.gradientNorm)
            #expect(measured.step == step + 1)
        }
        let way = distance(try whole.weights(), start)
        #expect(way > 0)
        #expect(distance(try whole.weights(), try parts.weights()) <= 1e-3 * way)
    }

    @Test func aCheckpointOfPartsHoldsNoGradients() throws {
        let head = Head.classification(labels: 3)
        let trainer = try trainer(head, inParts: true)
        _ = try trainer.advance(parts: [batch(0..<4, head), batch(4..<6, head)], learningRate: 1e-3)
        try withTemporaryFolder { folder in
            _ = try trainer.save(to: "\(folder)/c.safetensors")
            let names = try Safetensors(path: "\(folder)/c.safetensors").tensors.map(\.name)
            #expect(!names.isEmpty && !names.contains { $0.hasPrefix("accumulated/") })
            let other = try self.trainer(head, inParts: true)
            try other.resume(from: "\(folder)/c.safetensors")
            for trainer in [trainer, other] {
                _ = try trainer.advance(parts: [batch(6..<9, head), batch(9..<12, head)], learningRate: 1e-3)
            }
            #expect(distance(try trainer.weights(), try other.weights()) == 0)
        }
    }
}
