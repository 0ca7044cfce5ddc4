import PodiumBERT
import PodiumCore
import PodiumData
import PodiumGraph
import PodiumText
import RealData

/// Training batches of MRPC, in the order of its file, with the released vocabulary.
///
/// Pairs of 33 to 64 tokens are taken, the most of them: each fills a row of 64 alone, so that one program serves all.
struct RealBatches {
    /// Sequences of a batch.
    static let size = 4
    static let lengths = 33...64
    let vocabularySize: Int
    private let sequences: [PackedBatch.Sequence]
    private let labels: [Int32]

    /// Reads the first batches; data that is missing is an error that names the file.
    init(_ count: Int) throws {
        let bytes = try RealData.bytes("vocab/bert-base-uncased/vocab.txt")
        let vocabulary = try Vocabulary(bytes: bytes, name: "vocab.txt")
        let tokenizer = Tokenizer(vocabulary: vocabulary, lowercases: true)
        let file = try DataRoot(path: "\(RealData.root)/glue").read(task: .mrpc, split: .train)
        let texts = try GLUEFile.read(task: .mrpc, split: .train, bytes: file.bytes, name: file.path).examples
        var sequences: [PackedBatch.Sequence] = []
        var labels: [Int32] = []
        for (number, text) in texts.enumerated() where sequences.count < count * Self.size {
            let encoded = EncodedSequence(text, tokenizer: tokenizer, maximumLength: 512)
            guard Self.lengths.contains(encoded.ids.count) else { continue }
            sequences.append(PackedBatch.Sequence(ids: encoded.ids, types: encoded.types, example: Int32(number)))
            labels.append(text.label == "1" ? 1 : 0)
        }
        guard sequences.count == count * Self.size else {
            throw TooFew(description: "\(file.path) has only \(sequences.count) pairs of \(Self.lengths) tokens")
        }
        vocabularySize = vocabulary.count
        (self.sequences, self.labels) = (sequences, labels)
    }

    /// The batch of a step counted from 0.
    subscript(step: Int) -> PackedBatch {
        let range = step * Self.size..<(step + 1) * Self.size
        var batch = PackedBatch(Array(sequences[range]), isTraining: true)
        batch.feed("labels", HostTensor(Array(labels[range])))
        return batch
    }

    private struct TooFew: Error, CustomStringConvertible {
        let description: String
    }
}
