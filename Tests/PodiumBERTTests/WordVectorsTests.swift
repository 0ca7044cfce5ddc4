import Foundation
import PodiumBERT
import PodiumGraph
import PodiumText
import Testing

/// Text files of word vectors as context-free models.
@Suite struct WordVectorsTests {
    private func read(_ text: String) throws -> (directory: ModelDirectory, made: String) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-vectors-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/v.txt"))
        let made = try WordVectors("\(folder)/v.txt").write(to: "\(folder)/model")
        return (try ModelDirectory(path: "\(folder)/model"), made)
    }

    @Test(arguments: ["", "2 3\n"])
    func wordsBecomePiecesWithTheirVectors(header: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-vectors-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let text = header + "river 1 2 3.5\nbank -1 0 1e-1\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/v.txt"))
        let made = try WordVectors("\(folder)/v.txt").write(to: "\(folder)/model")
        #expect(made == "2 words, vectors of 3 numbers, lower case")
        let model = try ModelDirectory(path: "\(folder)/model")
        #expect(model.configuration.architecture == .contextFree && model.configuration.hiddenSize == 3)
        let pieces = model.tokenizer.vocabulary.pieces.map { String(decoding: $0, as: UTF8.self) }
        #expect(pieces == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "river", "bank"])
        let head = Head.classification(labels: 2)
        let graph = model.configuration.model.trainingGraph(head, optimizer: OptimizerOptions())
        let loaded = try Weights.load(
            try model.weights(),
            for: graph,
            configuration: model.configuration,
            seed: 1,
            needsHead: false
        )
        let table = try #require(loaded.weights.tensors["embeddings.word_embeddings.weight"]).floats
        #expect(Array(table.suffix(6)) == [1, 2, 3.5, -1, 0, 0.1])
        // The special pieces have the mean of all.
        #expect(Array(table.prefix(3)) == [0, 1, 1.8])
        #expect(loaded.report.fresh.allSatisfy { $0.hasPrefix("classifier.") || $0.hasPrefix("pooler.") })
        // A word without a vector is one unknown piece.
        let ids = model.tokenizer.ids(of: "River banks")
        #expect(ids.map(Int.init) == [5, 1])
    }

    @Test func capitalsInTheFileKeepTheTextsCase() throws {
        let (model, made) = try read("Bank 1 2\nbank 3 4\n")
        #expect(made.hasSuffix("cased") && !model.tokenizer.lowercases)
        #expect(model.tokenizer.ids(of: "Bank bank").map(Int.init) == [5, 6])
    }

    @Test(arguments: [
        ("", "there is no vector"),
        ("the 1 2\nof 3\n", "v.txt:2: 1 numbers after the word"),
        ("the 1 2\nof 3 x\n", "v.txt:2: \"x\" is no number"),
        ("the 1 2\nof 3 nan\n", "v.txt:2: \"nan\" is no number"),
        ("the 1 2\n\nof 3 4\n", "v.txt:2: a line is a word and"),
        ("the 1 2\nthe 3 4\n", "v.txt:2: the word \"the\" has a vector already"),
        ("3 2\nthe 1 2\nof 3 4\n", "the first line says 3 vectors of 2 numbers, and the file has 2 of 2"),
    ])
    func aMalformedLineIsRefusedWithItsNumber(text: String, reason: String) {
        let error = #expect(throws: BERTError.self) { _ = try read(text) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }
}
