import PodiumBERT
import PodiumGraph
import PodiumText
import RealData
import Testing

/// The forward pass of a real checkpoint against transformers, on real sentence pairs (`make_forward_fixture.py`).
@Suite struct ForwardParityTests {
    private static let pairs = 32
    /// Largest difference allowed, in float32.
    private static let tolerance: Float = 1e-4

    /// `[CLS] first [SEP] second [SEP]` of the first pairs of MRPC's dev set.
    private func sequences(_ model: ModelDirectory) throws -> [PackedBatch.Sequence] {
        let vocabulary = model.tokenizer.vocabulary
        let lines = try RealData.text("glue/MRPC/dev.tsv").split(separator: "\n").dropFirst().prefix(Self.pairs)
        return try lines.enumerated().map { number, line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            try #require(fields.count == 5)
            let texts = fields[3...].map { model.tokenizer.ids(of: String($0)) }
            let first = [vocabulary.classification] + texts[0] + [vocabulary.separator]
            let second = texts[1] + [vocabulary.separator]
            return PackedBatch.Sequence(
                ids: first + second,
                types: first.map { _ in 0 } + second.map { _ in 1 },
                example: Int32(number)
            )
        }
    }

    private func largestDifference(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Float {
        zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
    }

    @Test(.realData) func everyLayerAndTheLogitsEqualTransformers() throws {
        let model = try ModelDirectory(path: PulledModel.miniLM())
        let expected = try Fixture.tensors("minilm-forward")
        let stride = try #require(expected.metadata["stride"].flatMap { Int($0) })
        let encoder = BERTEncoder(model.configuration)
        let head = Head.classification(labels: 3)
        let graph = encoder.evaluationGraph(head, returningStates: true)
        var (weights, report) = try Weights.load(
            model.weights(),
            for: graph,
            configuration: model.configuration,
            seed: 1,
            needsHead: false
        )
        #expect(report.fresh == ["classifier.weight", "classifier.bias"])
        for name in report.fresh {
            let entry = try #require(expected.tensor(named: name))
            weights.tensors[name] = HostTensor(try expected.floats(name), shape: entry.shape)
        }
        let device = try Fixture.device()
        let variables = device.makeVariables()
        try weights.write(into: variables)
        let sequences = try sequences(model)
        let batch = PackedBatch(sequences, isTraining: false)
        #expect(batch.tokens == Int(try expected.integers("tokens")[0]))

        let outputs = try device.load(graph, variables: variables).run(batch.feeds)
        for number in 0...model.configuration.layers {
            let state = try #require(outputs["state.\(number)"]).floats
            let sample = Swift.stride(from: 0, to: state.count, by: stride).map { state[$0] }
            let reference = try expected.floats("state.\(number)")
            try #require(sample.count == reference.count)
            let difference = largestDifference(sample, reference)
            #expect(difference <= Self.tolerance, "layer \(number): \(difference)")
            let mean = state.reduce(0.0) { $0 + Double($1) } / Double(state.count)
            let facts = [state.map { abs($0) }.max() ?? 0, Float(mean)]
            #expect(largestDifference(facts, try expected.floats("facts.\(number)")) <= Self.tolerance)
        }
        let logits = try #require(outputs["logits"]).floats
        let reference = try expected.floats("logits")
        try #require(logits.count == reference.count)
        let difference = largestDifference(logits, reference)
        #expect(difference <= Self.tolerance, "logits: \(difference)")

        // The predictor sorts by length and cuts batches; that changes no answer by more than rounding.
        let predictor = try Predictor(model: encoder, head: head, weights: weights, device: device)
        predictor.tokensPerBatch = 200
        let predicted = try predictor.logits(sequences).flatMap(\.self)
        #expect(largestDifference(predicted, reference) <= Self.tolerance)
    }
}
