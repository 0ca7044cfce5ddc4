import PodiumBERT
import PodiumGraph
import Testing

/// Gradients and optimizer steps of every head against PyTorch (`make_training_fixture.py`).
@Suite struct TrainingParityTests {
    /// Relative error allowed: norm of the difference ÷ norm.
    private static let tolerance = 1e-3

    private struct Case: CustomTestStringConvertible {
        var name: String
        var head: Head
        var activation: Configuration.Activation = .gelu
        var testDescription: String { name }
    }

    private static let cases = [
        Case(name: "classification", head: .classification(labels: 3)),
        Case(name: "regression", head: .regression, activation: .geluTanh),
        Case(name: "span", head: .span, activation: .geluTanh),
        Case(name: "pretraining", head: .pretraining()),
    ]

    private let expected: Safetensors

    init() throws { expected = try Fixture.tensors("tiny-bert-steps") }

    /// The script's padded batch, packed.
    private func batch(_ head: Head) throws -> PackedBatch {
        let lengths = try expected.integers("batch/lengths").map { Int($0) }
        let width = try #require(lengths.max())
        func rows(_ name: String) throws -> [[Int32]] {
            let all = try expected.integers(name)
            return lengths.enumerated().map { row, length in Array(all[(row * width)...].prefix(length)) }
        }
        var sequences: [PackedBatch.Sequence] = []
        for (number, (ids, types)) in zip(try rows("batch/ids"), try rows("batch/types")).enumerated() {
            sequences.append(PackedBatch.Sequence(ids: ids, types: types, example: Int32(number)))
        }
        var batch = PackedBatch(sequences, isTraining: true)
        switch head {
        case .classification: batch.feed("labels", HostTensor(try expected.integers("batch/labels")))
        case .regression: batch.feed("targets", HostTensor(try expected.floats("batch/targets")))
        case .span:
            batch.feed("starts", HostTensor(try expected.integers("batch/starts")))
            batch.feed("ends", HostTensor(try expected.integers("batch/ends")))
        case .pretraining:
            let places = try expected.integers("batch/masked")
            let offsets = lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
            let positions = stride(from: 0, to: places.count, by: 2).map { index in
                Int32(offsets[Int(places[index])]) + places[index + 1]
            }
            batch.feed("maskedPositions", HostTensor(positions))
            batch.feed("maskedLabels", HostTensor(try expected.integers("batch/maskedLabels")))
            batch.feed("nextLabels", HostTensor(try expected.integers("batch/next")))
        }
        return batch
    }

    /// A trainer on the script's weights; the regression head is the classifier's first row.
    private func trainer(_ example: Case) throws -> Trainer {
        var configuration = try ModelDirectory(path: Fixture.tinyModel).configuration
        configuration.activation = example.activation
        let encoder = BERTEncoder(configuration)
        let graph = encoder.trainingGraph(example.head, optimizer: OptimizerOptions())
        var weights = try Fixture.tinyWeights(for: graph)
        if example.head == .regression {
            let file = try ModelDirectory(path: Fixture.tinyModel).weights()
            let row = try file.floats("classifier.weight").prefix(configuration.hiddenSize)
            weights.tensors["classifier.weight"] = HostTensor(Array(row), shape: [1, configuration.hiddenSize])
            weights.tensors["classifier.bias"] = HostTensor([try file.floats("classifier.bias")[0]], shape: [1])
        }
        return try Trainer(
            model: encoder,
            head: example.head,
            weights: weights,
            optimizer: OptimizerOptions(),
            seed: 1,
            device: Fixture.device(),
            returningGradients: true
        )
    }

    /// One of our parameters as the script's file has it under a prefix: query, key and value one above the other.
    ///
    /// The script's classifier has three rows where a regression head has one; the others' gradients are zero.
    private func reference(_ parameter: String, _ prefix: String, count: Int) throws -> [Float] {
        let parts = ["query", "key", "value"].map { parameter.replacing("self.qkv", with: "self.\($0)") }
        let names = parameter.contains("self.qkv") ? parts : [parameter]
        return try names.flatMap { name in
            let known = ["\(prefix)bert.\(name)", "\(prefix)\(name)"].first { expected.tensor(named: $0) != nil }
            return try expected.floats(try #require(known, "\(prefix)\(name)")).prefix(count)
        }
    }

    private func norm(_ values: some Sequence<Float>) -> Double {
        values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }

    @Test(arguments: cases) private func gradientsOfAStepEqualPyTorch(_ example: Case) throws {
        let trainer = try trainer(example)
        let (measured, outputs) = try trainer.trainReturningOutputs(try batch(example.head), learningRate: 0)
        let loss = Double(try expected.floats("\(example.name)/loss")[0])
        #expect(abs(measured.loss - loss) <= 1e-5 * loss)
        let gradients = outputs.filter { $0.key.hasPrefix("gradient/") }
        #expect(gradients.count == (try trainer.weights()).tensors.count)
        // A span's loss does not change when all logits move together, so the gradients of what moves them so are zero but
        // for rounding: errors below a millionth of all gradients' norm count for nothing.
        let floor = 1e-6 * measured.gradientNorm
        var total = 0.0
        for (output, gradient) in gradients {
            let name = String(output.dropFirst("gradient/".count))
            let reference = try reference(name, "\(example.name)/gradient/", count: gradient.floats.count)
            try #require(reference.count == gradient.floats.count, "\(name)")
            let error = norm(zip(reference, gradient.floats).map { $0 - $1 })
            #expect(error <= Self.tolerance * norm(reference) + floor, "\(name): \(error / norm(reference))")
            total += norm(reference) * norm(reference)
        }
        #expect(abs(measured.gradientNorm - total.squareRoot()) <= 1e-5 * total.squareRoot())
    }

    @Test(arguments: cases.filter { ["classification", "pretraining"].contains($0.name) })
    private func threeOptimizerStepsEqualTheReleasesOptimizer(_ example: Case) throws {
        let trainer = try trainer(example)
        let before = try trainer.weights()
        let batch = try batch(example.head)
        for rate in try expected.floats("batch/rates") { _ = try trainer.train(batch, learningRate: Double(rate)) }
        for (name, tensor) in try trainer.weights().tensors {
            let reference = try reference(name, "\(example.name)/stepped/", count: tensor.floats.count)
            let old = try #require(before.tensors[name]).floats
            // Of how far the parameter went, not of where it is.
            let way = norm(zip(reference, old).map { $0 - $1 })
            let error = norm(zip(reference, tensor.floats).map { $0 - $1 }) / way
            #expect(error <= Self.tolerance, "\(name): \(error)")
        }
    }
}
