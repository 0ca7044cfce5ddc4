import Foundation
import PodiumBERT
import PodiumGraph
import PodiumPretraining

/// Sequences that a model is never trained on, which measure what it has learned.
///
/// Predictions are those of the training's objectives: masked tokens, or of one-way models up to `predictions` tokens a
/// sequence, spread evenly. Perplexities of different objectives do not compare: a masked token has two sides.
final class HeldOutSet {
    private let batches: [PretrainingFeed.Evaluation]
    private let executor: any GraphExecutor
    /// Mean negative log-likelihood of the predicted tokens under the frequencies of the training text.
    private let unigramLoss: Double
    let sequences: Int

    /// Numbers of the logits that a batch may have: 64 MiB.
    private static let logitsPerBatch = 1 << 24

    /// - Parameters:
    ///   - variables: of the model in training.
    ///   - unigram: how often the training text has each token.
    init(
        _ examples: [MaskedExample],
        model: any SequenceModel,
        objectives: [Objective],
        predictions: Int,
        unigram: UnigramCounts,
        variables: any VariableStore,
        device: any GraphDevice
    ) throws {
        let feed = PretrainingFeed(objectives, architecture: model.configuration.architecture)
        let count = max(1, Self.logitsPerBatch / max(1, predictions * model.configuration.vocabularySize))
        batches = stride(from: 0, to: examples.count, by: count).map { start in
            let chosen = Array(examples[start..<min(examples.count, start + count)])
            return feed.evaluation(chosen, limit: predictions)
        }
        executor = try device.load(model.evaluationGraph(.pretraining(objectives)), variables: variables)
        sequences = examples.count
        // In one order, whatever a dictionary's is, so that sums are the same bits.
        let predicted = batches.flatMap { batch in
            batch.labels.filter { $0.key != PretrainingFeed.nextLogits }.sorted { $0.key < $1.key }.flatMap(\.value)
        }
        unigramLoss = predicted.isEmpty ? 0 : predicted.reduce(0) { $0 + unigram.loss($1) } / Double(predicted.count)
    }

    /// Sums over predictions.
    private struct Score {
        var loss = 0.0
        var right = 0
        var count = 0

        /// Adds rows of logits.
        mutating func add(_ logits: [Float], labels: [Int32]) {
            guard !labels.isEmpty else { return }
            let width = logits.count / labels.count
            logits.withUnsafeBufferPointer { logits in
                for (row, label) in labels.enumerated() {
                    let start = row * width
                    var (highest, place) = (-Float.infinity, 0)
                    for column in 0..<width where logits[start + column] > highest {
                        (highest, place) = (logits[start + column], column)
                    }
                    var sum = 0.0
                    for column in 0..<width { sum += Double(exp(logits[start + column] - highest)) }
                    loss += log(sum) - Double(logits[start + Int(label)] - highest)
                    right += place == Int(label) ? 1 : 0
                    count += 1
                }
            }
        }
    }

    /// Names as reports have them: `heldout_perplexity`, `heldout_mlm_accuracy`, `heldout_nsp_accuracy`, and others.
    func measure() throws -> [String: Double] {
        var (masked, next, oneWay) = (Score(), Score(), Score())
        for batch in batches {
            let outputs = try executor.run(batch.batch.feeds)
            for (name, labels) in batch.labels.sorted(by: { $0.key < $1.key }) {
                guard let logits = outputs[name]?.floats else { continue }
                switch name {
                case PretrainingFeed.maskedLogits: masked.add(logits, labels: labels)
                case PretrainingFeed.nextLogits: next.add(logits, labels: labels)
                default: oneWay.add(logits, labels: labels)
                }
            }
        }
        var result: [String: Double] = [:]
        for (name, score) in [("mlm", masked), ("lm", oneWay)] where score.count > 0 {
            let loss = score.loss / Double(score.count)
            result["heldout_\(name)_loss"] = loss
            result["heldout_\(name)_accuracy"] = Double(score.right) / Double(score.count)
            result["heldout_perplexity"] = exp(loss)
            result["heldout_unigram_perplexity"] = exp(unigramLoss)
        }
        if next.count > 0 {
            result["heldout_nsp_loss"] = next.loss / Double(next.count)
            result["heldout_nsp_accuracy"] = Double(next.right) / Double(next.count)
        }
        return result.filter { $0.value.isFinite }
    }
}

/// How often a text has each token: the model that knows nothing but frequencies.
struct UnigramCounts {
    private var counts: [Double]
    private var total: Double

    /// Every token has been seen once before anything is counted, so that none is impossible.
    init(vocabularySize: Int) {
        counts = [Double](repeating: 1, count: vocabularySize)
        total = Double(vocabularySize)
    }

    /// Counts the tokens between the special ones.
    mutating func add(_ example: MaskedExample, special: Set<Int32>) {
        for id in example.originalIDs where !special.contains(id) {
            counts[Int(id)] += 1
            total += 1
        }
    }

    /// The negative log-likelihood of a token.
    func loss(_ id: Int32) -> Double { log(total / counts[Int(id)]) }
}
