import Foundation
import PodiumFiles
import PodiumPretraining
import PodiumText

/// Text of which examples are made, with a vocabulary for it.
enum PreparedText {
    /// A language of two-piece and one-piece words; every document has a word of its own, by which its text is known.
    static let words = (0..<300).map { "w\($0)" }
    static let documents = 120

    static let vocabulary: Vocabulary = {
        var pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + words
        pieces += (0..<40).map { "##x\($0)" } + (0..<documents).map { "doc\($0)" }
        do {
            return try Vocabulary(pieces: pieces.map { Array($0.utf8) }, name: "vocab.txt")
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    static let tokenizer = Tokenizer(vocabulary: vocabulary, lowercases: true)

    /// Deterministic text: sentences of 5 to 30 words, each ending with its document's word.
    static func text(documents: Int, sentences: Int) -> String {
        var state: UInt64 = 7
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        return (0..<documents).map { document in
            (0..<sentences).map { _ in
                let sentence = (0..<(4 + next(26))).map { _ in
                    words[next(words.count)] + (next(4) == 0 ? "x\(next(40))" : "")
                }
                return (sentence + ["doc\(document)"]).joined(separator: " ") + "\n"
            }.joined()
        }.joined(separator: "\n")
    }

    static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    static func write(_ text: String, _ folder: String) throws -> String {
        let path = "\(folder)/text.txt"
        try AtomicFile.write(Array(text.utf8), to: path)
        return path
    }

    /// The documents that the tokens of a segment name, masks undone.
    static func sources(_ example: MaskedExample, type: Int32) -> Set<Int32> {
        var ids = example.ids
        for (position, label) in zip(example.maskedPositions, example.maskedLabels) { ids[Int(position)] = label }
        let first = Int32(5 + words.count + 40)
        return Set(zip(ids, example.types).filter { $0.1 == type && $0.0 >= first }.map(\.0))
    }
}
