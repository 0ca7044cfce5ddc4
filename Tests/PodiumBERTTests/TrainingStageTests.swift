import PodiumBERT
import PodiumGraph
import Testing

/// Which parameters learn, when, and at what rate.
@Suite struct TrainingStageTests {
    private static let head = Head.classification(labels: 3)

    private func trainer(_ stages: [TrainingStage], layerDecay: Float = 1, inParts: Bool = false) throws -> Trainer {
        let encoder = try Fixture.tinyEncoder(dropout: 0)
        var optimizer = OptimizerOptions()
        optimizer.layerDecay = layerDecay
        optimizer.adam.weightDecay = 0
        optimizer.clip = nil
        return try Trainer(
            model: encoder,
            head: Self.head,
            weights: Fixture.tinyWeights(for: encoder.trainingGraph(Self.head, optimizer: optimizer)),
            optimizer: optimizer,
            seed: 3,
            device: Fixture.device(threads: 1),
            inParts: inParts,
            stages: stages
        )
    }

    private func batch() -> PackedBatch {
        let sequences = (0..<4).map { number in
            let ids = (0..<6).map { Int32(5 + (number * 7 + $0 * 3) % 30) }
            return PackedBatch.Sequence(
                ids: [2] + ids + [3],
                types: [Int32](repeating: 0, count: 8),
                example: Int32(number)
            )
        }
        var batch = PackedBatch(sequences, isTraining: true)
        batch.feed("labels", HostTensor((0..<4).map { Int32($0 % 3) }))
        return batch
    }

    /// By parameter, how far a step moved it.
    private func moved(_ trainer: Trainer) throws -> [String: Float] {
        let before = try trainer.weights()
        _ = try trainer.advance(parts: [batch()], learningRate: 1e-3)
        let after = try trainer.weights()
        return before.tensors.reduce(into: [:]) { moved, entry in
            let now = after.tensors[entry.key]?.floats ?? []
            moved[entry.key] = zip(entry.value.floats, now).map { abs($0 - $1) }.max() ?? 0
        }
    }

    @Test func parametersLieAsDeepAsTheirLayer() {
        let depths = [
            "classifier.weight": 0, "pooler.dense.bias": 0, "cls.predictions.bias": 0,
            "top.recurrent.forward.input.weight": 0,
            "encoder.layer.5.output.dense.weight": 1, "encoder.layer.0.output.LayerNorm.bias": 6,
            "recurrent.backward.2.hidden.weight": 4, "embeddings.LayerNorm.weight": 7,
        ]
        for (name, depth) in depths { #expect(ParameterDepth.of(name, layers: 6) == depth, "\(name)") }
    }

    @Test(arguments: [false, true])
    func layersAreThawedFromTheHeadDown(inParts: Bool) throws {
        let layers = try Fixture.tinyEncoder(dropout: 0).configuration.layers
        let stages = TrainingStage.gradual(layers: layers, stepsPerEpoch: 2)
        #expect(stages.map(\.start) == (0...layers + 1).map { 2 * $0 })
        let trainer = try trainer(stages, inParts: inParts)
        for step in 0..<2 * stages.count {
            for (name, distance) in try moved(trainer) where !name.contains("key.bias") {
                let learns = ParameterDepth.of(name, layers: layers) <= step / 2
                // Rows of words that no sequence has move nothing, others do.
                #expect((distance > 0) == learns, "\(name) at step \(step): \(distance)")
            }
        }
    }

    @Test func theHeadAloneLearnsFromFeatures() throws {
        let trainer = try trainer([.head])
        for (name, distance) in try moved(trainer) {
            #expect((distance > 0) == (name.hasPrefix("classifier.") || name.hasPrefix("pooler.")), "\(name)")
        }
    }

    /// Adam's first step moves every number by the rate, whatever its gradient, if that is not tiny.
    @Test func aLayersRateIsAShareOfTheLayerAbove() throws {
        let (plain, decayed) = (
            try moved(try trainer([.everything])), try moved(try trainer([.everything], layerDecay: 0.5))
        )
        let layers = try Fixture.tinyEncoder(dropout: 0).configuration.layers
        for (name, distance) in plain where distance > 1e-4 {
            var rate: Float = 1
            for _ in 0..<ParameterDepth.of(name, layers: layers) { rate *= 0.5 }
            let share = (decayed[name] ?? 0) / distance
            #expect(abs(share - rate) < 0.02 * rate, "\(name): \(share) for \(rate)")
        }
    }
}
