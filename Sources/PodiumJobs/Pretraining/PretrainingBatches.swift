package import PodiumBERT
import PodiumGraph
package import PodiumPretraining

/// Batches of prepared examples in the order of training; steps are asked for one after the other.
package struct PretrainingBatches {
    private var reader: ExampleReader
    package let batchSize: Int
    private let feed: PretrainingFeed
    private var pass = 0
    private var firstStep = 0

    package init(_ reader: ExampleReader, batchSize: Int, feed: PretrainingFeed) {
        precondition(batchSize > 0 && reader.count(pass: 0) > 0)
        (self.reader, self.batchSize, self.feed) = (reader, batchSize, feed)
    }

    /// Sequences of the first pass.
    package var sequencesPerPass: Int { reader.count(pass: 0) }

    private func steps(ofPass pass: Int) -> Int { (reader.count(pass: pass) + batchSize - 1) / batchSize }

    /// How many steps so many passes take, a part of one counted in proportion.
    package func steps(passes: Double) -> Int {
        var total = 0.0
        for pass in 0..<Int(passes.rounded(.up)) {
            total += Double(steps(ofPass: pass)) * min(1, passes - Double(pass))
        }
        return max(1, Int(total.rounded()))
    }

    /// The batch of a step counted from 0; steps never go back.
    package mutating func batch(step: Int) throws(PretrainingDataError) -> PackedBatch {
        precondition(step >= firstStep, "steps go forward")
        while step - firstStep >= steps(ofPass: pass) {
            firstStep += steps(ofPass: pass)
            pass += 1
        }
        let start = (step - firstStep) * batchSize
        let numbers = start..<min(reader.count(pass: pass), start + batchSize)
        let examples = try reader.examples(pass: pass, numbers)
        return feed.batch(examples, numbers: numbers.map { Int32($0) })
    }
}

/// How examples become the feeds of objectives.
package struct PretrainingFeed: Sendable {
    private let objectives: Set<Objective.Kind>
    /// Directions in which tokens are predicted from one side.
    private let directions: [HeadTensor.Direction]

    /// - Parameter architecture: of the model that is fed.
    package init(_ objectives: [Objective], architecture: Configuration.Architecture) {
        self.objectives = Set(objectives.map(\.kind))
        guard self.objectives.contains(.nextToken) else {
            directions = []
            return
        }
        directions = architecture == .shallowBidirectional ? [.forward, .backward] : [.forward]
    }

    /// A training batch.
    ///
    /// - Parameter numbers: the examples' numbers, which key dropout masks.
    package func batch(_ examples: [MaskedExample], numbers: [Int32]) -> PackedBatch {
        let sequences = sequences(examples, numbers: numbers)
        var batch = PackedBatch(sequences, isTraining: true)
        for prediction in predictions(examples, sequences) {
            batch.feed(prediction.rowsName, HostTensor(prediction.rows))
            batch.feed(prediction.labelsName, HostTensor(prediction.labels))
        }
        if let labels = nextLabels(examples) { batch.feed(HeadTensor.nextLabels, HostTensor(labels)) }
        return batch
    }

    /// A batch that is only predicted, without labels and dropout, and beside it what belongs there.
    struct Evaluation {
        var batch: PackedBatch
        /// By the graph's output of logits.
        var labels: [String: [Int32]]
    }

    /// - Parameter limit: rows of one-way predictions per sequence, about, spread evenly.
    func evaluation(_ examples: [MaskedExample], limit: Int) -> Evaluation {
        let sequences = sequences(examples, numbers: [Int32](repeating: 0, count: examples.count))
        var result = Evaluation(batch: PackedBatch(sequences, isTraining: false), labels: [:])
        for prediction in predictions(examples, sequences) {
            let isMasked = prediction.rowsName == HeadTensor.maskedPositions
            let step = isMasked ? 1 : max(1, prediction.rows.count / max(1, limit * examples.count))
            let chosen = stride(from: 0, to: prediction.rows.count, by: step)
            result.batch.feed(prediction.rowsName, HostTensor(chosen.map { prediction.rows[$0] }))
            result.labels[prediction.logitsName] = chosen.map { prediction.labels[$0] }
        }
        result.labels[Self.nextLogits] = nextLabels(examples)
        return result
    }

    static let maskedLogits = "maskedLogits"
    static let nextLogits = "nextLogits"

    /// Rows of a batch that predict tokens.
    private struct Prediction {
        var rowsName: String
        var labelsName: String
        var logitsName: String
        var rows: [Int32]
        var labels: [Int32]
    }

    private func predictions(_ examples: [MaskedExample], _ sequences: [PackedBatch.Sequence]) -> [Prediction] {
        var result: [Prediction] = []
        if objectives.contains(.maskedTokens) {
            var rows: [Int32] = []
            var offset: Int32 = 0
            for example in examples {
                rows += example.maskedPositions.map { $0 + offset }
                offset += Int32(example.ids.count)
            }
            result.append(
                Prediction(
                    rowsName: HeadTensor.maskedPositions,
                    labelsName: HeadTensor.maskedLabels,
                    logitsName: Self.maskedLogits,
                    rows: rows,
                    labels: examples.flatMap(\.maskedLabels)
                )
            )
        }
        for direction in directions {
            let (rows, labels) = PackedBatch.neighbours(sequences, direction)
            result.append(
                Prediction(
                    rowsName: HeadTensor.positions(direction),
                    labelsName: HeadTensor.labels(direction),
                    logitsName: "\(direction.rawValue)Logits",
                    rows: rows,
                    labels: labels
                )
            )
        }
        return result
    }

    private func nextLabels(_ examples: [MaskedExample]) -> [Int32]? {
        objectives.contains(.nextSentence) ? examples.map { $0.nextLabel ?? 0 } : nil
    }

    private func sequences(_ examples: [MaskedExample], numbers: [Int32]) -> [PackedBatch.Sequence] {
        let isMasked = objectives.contains(.maskedTokens)
        return zip(examples, numbers).map { example, number in
            PackedBatch.Sequence(
                ids: isMasked ? example.ids : example.originalIDs,
                types: example.types,
                example: number
            )
        }
    }
}
