import Foundation
import PodiumBERT
import PodiumFiles
import PodiumGraph
import Testing

/// Training stopped and resumed, and training on other numbers of threads: bit for bit the same.
@Suite struct ResumeTests {
    private static let seed: UInt64 = 11
    private static let order = EpochOrder(examples: 13, batchSize: 4, seed: seed)

    private let encoder: BERTEncoder
    private let examples: [PackedBatch.Sequence]

    init() throws {
        encoder = try Fixture.tinyEncoder(dropout: 0.1)
        var generator = Generator(seed: 1, purpose: "examples")
        let vocabulary = encoder.configuration.vocabularySize
        examples = (0..<Int32(Self.order.examples)).map { number in
            let length = 3 + generator.index(below: 18)
            return PackedBatch.Sequence(
                ids: (0..<length).map { _ in Int32(5 + generator.index(below: vocabulary - 5)) },
                types: (0..<length).map { $0 < length / 2 ? 0 : 1 },
                example: number
            )
        }
    }

    private func batch(_ head: Head, step: Int) -> PackedBatch {
        let chosen = Self.order.batch(step: step)
        var batch = PackedBatch(chosen.map { examples[Int($0)] }, isTraining: true)
        let labels = chosen.map { $0 % 3 }
        switch head {
        case .classification: batch.feed("labels", HostTensor(labels))
        case .regression: batch.feed("targets", HostTensor(labels.map { Float($0) }))
        case .span:
            batch.feed("starts", HostTensor(labels.map { $0 / 2 }))
            batch.feed("ends", HostTensor(labels))
        case .pretraining:
            batch.feed("maskedPositions", HostTensor([1, 3, 7] as [Int32]))
            batch.feed("maskedLabels", HostTensor([6, 7, 8] as [Int32]))
            batch.feed("nextLabels", HostTensor(labels.map { min(1, $0) }))
        }
        return batch
    }

    private func trainer(
        _ head: Head,
        seed: UInt64 = seed,
        threads: Int = 2,
        checkpointing: Bool = false
    ) throws -> Trainer {
        let graph = encoder.trainingGraph(head, optimizer: OptimizerOptions())
        return try Trainer(
            model: encoder,
            head: head,
            weights: Weights.fresh(for: graph, configuration: encoder.configuration, seed: seed),
            optimizer: OptimizerOptions(),
            seed: seed,
            device: Fixture.device(threads: threads),
            checkpointing: checkpointing
        )
    }

    private func train(_ trainer: Trainer, to step: Int) throws {
        let schedule = LearningRateSchedule(shape: .bert2018, peak: 1e-2, warmupProportion: 0.2)
        while trainer.step < step {
            let batch = batch(trainer.head, step: trainer.step)
            _ = try trainer.train(batch, learningRate: schedule.rate(step: trainer.step, of: 8))
        }
    }

    /// Weights and moments, by name.
    private func state(_ trainer: Trainer) throws -> [String: HostTensor] {
        var state: [String: HostTensor] = [:]
        for name in trainer.variables.names { state[name] = try trainer.variables.read(name) }
        return state
    }

    @Test(arguments: [Head.classification(labels: 3), .regression, .span, .pretraining()])
    func trainingResumedFromAFileEqualsUninterruptedTraining(_ head: Head) throws {
        let whole = try trainer(head)
        try train(whole, to: 8)
        try withTemporaryFolder { folder in
            let path = "\(folder)/half.safetensors"
            let first = try trainer(head)
            try train(first, to: 4)
            let saved = try first.save(to: path, metadata: ["podium.seconds": "1.5"])
            #expect(saved.sha256 == (try Digest.sha256(file: path)))
            let second = try trainer(head)
            #expect(try second.resume(from: path)["podium.seconds"] == "1.5")
            #expect(second.step == 4)
            #expect(try state(second) == state(first))
            try train(second, to: 8)
            #expect(try state(second) == state(whole))
            // Saved again, the files are the same bytes.
            let end = try second.save(to: path)
            #expect(try whole.save(to: "\(folder)/whole.safetensors").sha256 == end.sha256)
        }
    }

    @Test func oneThreadAndTwoTrainTheSameWeights() throws {
        let one = try trainer(.classification(labels: 3), threads: 1)
        let two = try trainer(.classification(labels: 3), threads: 2)
        try train(one, to: 8)
        try train(two, to: 8)
        #expect(try state(one) == state(two))
    }

    @Test(arguments: [Head.classification(labels: 3), .pretraining()])
    func activationsComputedAgainTrainTheSameWeights(_ head: Head) throws {
        let kept = try trainer(head)
        let again = try trainer(head, checkpointing: true)
        try train(kept, to: 8)
        try train(again, to: 8)
        #expect(try state(kept) == state(again))
    }

    @Test func dropoutIsDrawnAnewEachStepAndFromTheSeed() throws {
        func losses(_ seed: UInt64) throws -> [Double] {
            let trainer = try trainer(.classification(labels: 3), seed: seed)
            return try (0..<2).map { _ in
                try trainer.train(batch(trainer.head, step: 0), learningRate: 0).loss
            }
        }
        let losses = try losses(1) + losses(2)
        #expect(Set(losses).count == 4)
    }

    @Test func checkpointsOfAnotherRunOrTaskAreRefused() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/checkpoint.safetensors"
            _ = try trainer(.classification(labels: 3)).save(to: path)
            func refusal(_ trainer: Trainer) -> BERTError? {
                #expect(throws: BERTError.self) { try trainer.resume(from: path) }
            }
            #expect(refusal(try trainer(.classification(labels: 3), seed: 12))?.message.contains("seed 12") == true)
            #expect(refusal(try trainer(.regression))?.message.contains("classifier.weight") == true)
            #expect(refusal(try trainer(.span))?.message.contains("qa_outputs.weight") == true)
        }
    }

    @Test func aTrainingThatDivergesSaysSo() throws {
        let trainer = try trainer(.classification(labels: 3))
        let error = #expect(throws: Divergence.self) {
            for step in 0..<20 { _ = try trainer.train(batch(trainer.head, step: step), learningRate: 1e30) }
        }
        let step = try #require(error?.step)
        #expect(step == trainer.step + 1)
        #expect(error?.examples == batch(trainer.head, step: step - 1).examples)
        #expect(error?.loss.isFinite == false || error?.gradientNorm.isFinite == false)
    }

    @Test func theLargestBatchIsFoundAmongAllStepsOfTheRun() {
        let lengths = examples.map(\.ids.count)
        for steps in [1, 3, 4, 7] {
            let expected = (0..<steps).map { Self.order.batch(step: $0).reduce(0) { $0 + lengths[Int($1)] } }.max()
            let found = Self.order.largestBatch(lengths, steps: steps)
            // Whole epochs are looked at.
            #expect(found >= expected ?? 0)
            if steps % Self.order.stepsPerEpoch == 0 { #expect(found == expected) }
        }
    }

    /// Whatever was asked for before, also backwards and across epochs.
    @Test func aBatchIsAFunctionOfItsStepAlone() {
        for step in [0, 1, 5, 4, 0, 11, 3] {
            let fresh = EpochOrder(examples: 13, batchSize: 4, seed: Self.order.seed)
            #expect(Self.order.batch(step: step) == fresh.batch(step: step))
        }
    }

    @Test func everyEpochSeesEveryExampleOnceInAnOrderOfItsOwn() {
        let steps = Self.order.stepsPerEpoch
        #expect(steps == 4)
        let epochs = (0..<2).map { epoch in
            (0..<steps).flatMap { Self.order.batch(step: epoch * steps + $0) }
        }
        for epoch in epochs { #expect(epoch.sorted() == (0..<13).map { Int32($0) }) }
        #expect(epochs[0] != epochs[1])
        #expect(epochs[0] != (0..<steps).flatMap { EpochOrder(examples: 13, batchSize: 4, seed: 12).batch(step: $0) })
    }
}
