import Foundation
import PodiumBERT
import PodiumCPU
import PodiumFiles
import PodiumGraph
import PodiumJobs
import PodiumPretraining
import PodiumText
import Testing

@Suite struct PretrainingLearnsTests {
    private static let topics = 12
    private static let wordsPerTopic = 3

    /// Documents whose sentences are words of the document's own topic, in random order.
    private func documents() -> [[String]] {
        var generator = Generator(seed: 1, purpose: "documents")
        return (0..<96).map { document in
            (0..<8).map { _ in
                (0..<(3 + generator.index(below: 4))).map { _ in
                    let letter = Character(Unicode.Scalar(UInt8(97 + document % Self.topics)))
                    return String(repeating: letter, count: 1 + generator.index(below: Self.wordsPerTopic))
                }.joined(separator: " ")
            }
        }
    }

    /// From knowing nothing to knowing the topic, which only the words around a masked one tell.
    @Test func maskedWordsAreLearnedFromTheirContext() throws {
        let documents = documents()
        var counts = WordCounts(lowercases: true)
        for document in documents { for sentence in document { counts.add(sentence) } }
        let vocabulary = try VocabularyTrainer(size: 200).vocabulary(of: counts)
        var options = ExampleOptions()
        options.maximumLength = 32
        options.seed = 1
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let text = documents.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
        try AtomicFile.write(Array(text.utf8), to: "\(folder)/text.txt")
        let made = try Preparation(
            files: ["\(folder)/text.txt"],
            tokenizer: Tokenizer(vocabulary: vocabulary, lowercases: true),
            options: options
        ).run(under: folder)
        var configuration = Configuration(
            vocabularySize: vocabulary.count,
            hiddenSize: 64,
            layers: 2,
            heads: 2,
            intermediateSize: 128
        )
        configuration.maximumPositions = 32
        let encoder = BERTEncoder(configuration)
        let graph = encoder.trainingGraph(.pretraining(), optimizer: OptimizerOptions())
        let trainer = try Trainer(
            model: encoder,
            head: .pretraining(),
            weights: Weights.fresh(for: graph, configuration: configuration, seed: 1),
            optimizer: OptimizerOptions(),
            seed: 1,
            device: try CPUDevice(CPUConfiguration(threads: 1))
        )
        var batches = PretrainingBatches(
            ExampleReader(made.shards, in: made.folder, seed: 1),
            batchSize: 32,
            feed: PretrainingFeed(Objective.release, architecture: .bidirectional)
        )
        let schedule = LearningRateSchedule(shape: .bert2018, peak: 2e-3, warmupProportion: 0.1)
        let steps = 200
        let losses = try (0..<steps).map { step in
            let rate = schedule.rate(step: step, of: steps)
            let measured = try trainer.train(batches.batch(step: step), learningRate: rate)
            let masked = try #require(measured.extra["mlm_loss"])
            let next = try #require(measured.extra["nsp_loss"])
            #expect(abs(masked + next - measured.loss) < 1e-4)
            return (masked: masked, next: next)
        }
        func mean(_ values: some Collection<Double>) -> Double { values.reduce(0, +) / Double(values.count) }
        #expect(abs(mean(losses.prefix(5).map(\.masked)) - log(Double(vocabulary.count))) < 0.2)
        // Which of a topic's words it was cannot be known.
        let floor = log(Double(Self.wordsPerTopic))
        #expect(mean(losses.suffix(20).map(\.masked)) < floor + 0.3)
        #expect(mean(losses.suffix(20).map(\.next)) < log(2) / 2)
    }
}
