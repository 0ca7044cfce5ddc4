import PodiumBERT
import PodiumCore
import PodiumData
import PodiumGraph
import PodiumText

/// A model size, and the batch of full rows that it is measured on.
struct BenchShape {
    let name: String
    let configuration: Configuration
    var rows: Int
    let length: Int

    static let all: [BenchShape] = {
        var shapes: [BenchShape] = []
        for (size, rows) in [("tiny", 32), ("mini", 32), ("small", 32)] {
            if let configuration = Configuration(preset: size, vocabularySize: 30_522) {
                shapes.append(BenchShape(name: size, configuration: configuration, rows: rows, length: 128))
            }
        }
        let minilm = Configuration(
            vocabularySize: 30_522,
            hiddenSize: 384,
            layers: 6,
            heads: 12,
            intermediateSize: 1536
        )
        shapes.append(BenchShape(name: "minilm-l6", configuration: minilm, rows: 32, length: 128))
        for (size, rows, length) in [("base", 8, 128), ("base", 4, 384), ("large", 4, 128)] {
            if let configuration = Configuration(preset: size, vocabularySize: 30_522) {
                let name = length == 128 ? size : "\(size)-\(length)"
                shapes.append(BenchShape(name: name, configuration: configuration, rows: rows, length: length))
            }
        }
        return shapes
    }()

    /// Multiplications and additions of a forward pass that its head needs: linear layers, and scores and values of
    /// attention; of the last layer, what the head reads (`ClassAttention`).
    func forwardOperations(lengths: [Int], head: Head) -> Double {
        let c = configuration
        let projections = 6 * c.hiddenSize * c.hiddenSize
        let rest = 2 * c.hiddenSize * c.hiddenSize + 4 * c.hiddenSize * c.intermediateSize
        let all = lengths.reduce(0) { $0 + $1 * (projections + rest + 4 * $1 * c.hiddenSize) }
        let last =
            switch c.model.requiredRows(for: head) {
            case .all: all
            // Query, what it is compared with, and the context take the three projections; heads read whole rows.
            case .firstTokens: lengths.reduce(0) { $0 + projections + rest + 4 * $1 * c.heads * c.hiddenSize }
            }
        return Double((c.layers - 1) * all + last)
    }
}

/// The sequences that a size is measured on.
struct BenchRows {
    let head: Head
    let training: [PackedBatch]
    let trainingLengths: [Int]
    let evaluation: [PackedBatch.Sequence]

    static let tasks: [BenchmarkTask] = [.cola, .stsb, .mrpc, .rte, .squadV1]

    /// A batch of random tokens.
    static func full(_ shape: BenchShape) -> BenchRows {
        let sequences = (0..<shape.rows).map { row in
            let ids = (0..<shape.length).map { Int32(1000 + (row * 7919 + $0 * 104_729) % 29_000) }
            return PackedBatch.Sequence(ids: ids, types: Array(repeating: 0, count: ids.count), example: Int32(row))
        }
        return BenchRows(head: .classification(labels: 2), batches: [sequences], evaluation: sequences)
    }

    /// Batches that stand for the first epoch of a task, as fine-tuning by the release's recipe has them (32 rows cut at
    /// 128; SQuAD 16 rows cut at 384), taken evenly from all of them by their tokens, and its whole development set (1,000 questions of SQuAD).
    static func real(_ task: BenchmarkTask, _ text: EngineBench.Text, batches: Int) throws -> BenchRows {
        let vocabulary = try Vocabulary(bytes: text.vocabulary, name: text.vocabularyName)
        let tokenizer = Tokenizer(vocabulary: vocabulary, lowercases: true)
        func sequences(_ split: DataSplit, isTraining: Bool) throws -> [PackedBatch.Sequence] {
            let file = try DataRoot(path: text.data).read(task: task, split: split)
            let encoded: [EncodedSequence]
            if task.isSQuAD {
                let content = try SQuADFile(bytes: file.bytes, name: file.path)
                encoded = SpanWindow.windows(
                    of: content.questions.prefix(isTraining ? 20_000 : 1000),
                    passages: content.passages,
                    tokenizer: tokenizer,
                    maximumLength: 384,
                    stride: 128,
                    maximumQueryLength: 64,
                    forTraining: isTraining
                ).windows.map(\.sequence)
            } else {
                encoded = try GLUEFile.read(
                    task: task,
                    split: isTraining ? .train : .dev,
                    bytes: file.bytes,
                    name: file.path
                ).examples.map { EncodedSequence($0, tokenizer: tokenizer, maximumLength: 128) }
            }
            return encoded.enumerated().map { number, sequence in
                PackedBatch.Sequence(ids: sequence.ids, types: sequence.types, example: Int32(number))
            }
        }
        let training = try sequences(.train, isTraining: true)
        let order = EpochOrder(examples: training.count, batchSize: task.isSQuAD ? 16 : 32, seed: 1)
        // Full batches only, so that every peer measures the same number of rows.
        let full = training.count / order.batchSize
        let epoch = (0..<full).map { order.batch(step: $0).map { training[Int($0)] } }
            .sorted { $0.reduce(0) { $0 + $1.ids.count } < $1.reduce(0) { $0 + $1.ids.count } }
        let count = min(batches, full)
        let chosen = (0..<count).map { epoch[(2 * $0 + 1) * full / (2 * count)] }
        return BenchRows(
            head: task.isSQuAD ? .span : .classification(labels: 2),
            batches: chosen,
            evaluation: try sequences(.dev, isTraining: false)
        )
    }

    private init(head: Head, batches: [[PackedBatch.Sequence]], evaluation: [PackedBatch.Sequence]) {
        self.head = head
        self.evaluation = evaluation
        trainingLengths = batches.flatMap { $0.map(\.ids.count) }
        training = batches.map { sequences in
            var batch = PackedBatch(sequences, isTraining: true)
            let zeros = HostTensor(sequences.map { _ in Int32(0) })
            for name in head == .span ? ["starts", "ends"] : ["labels"] { batch.feed(name, zeros) }
            return batch
        }
    }
}
