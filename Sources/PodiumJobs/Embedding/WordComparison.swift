package import PodiumBERT
package import PodiumCore
import PodiumFiles
package import PodiumGraph
import PodiumPrimitives

/// Compares the vectors of one word in several texts.
package struct WordComparison {
    private let word: String
    private let texts: [String]

    /// More cannot be shown on a page.
    private static let most = 24
    private static let mostTexts = 10_000

    /// Reads the texts, one a line.
    package init(_ word: String, in files: [String]) throws {
        self.word = word
        var texts: [String] = []
        for path in files {
            let lines = try FileLines(path)
            while let line = try lines.next() {
                texts.append(String(decoding: line, as: UTF8.self))
                guard texts.count <= Self.mostTexts else {
                    throw JobError(.input, "\(path): a word is compared in at most \(Self.mostTexts) texts")
                }
            }
        }
        self.texts = texts
    }

    /// The cosines between the word's vectors: every word of the texts that is written so, whatever the case.
    package func similarity(
        _ model: ModelDirectory,
        options: EmbeddingOptions,
        engine: EngineOptions,
        device: any GraphDevice
    ) throws -> WordSimilarity {
        var embedder = try Embedder(model, options: options, maximumLength: engine.maxSequenceLength, device: device)
        var places: [String] = []
        var vectors: [[Float]] = []
        for (text, rows) in zip(texts, try embedder.rows(texts)) {
            for row in rows where row.token?.lowercased() == word.lowercased() {
                places.append(text)
                vectors.append(row.vectors.flatMap(\.self))
            }
        }
        guard vectors.count > 1 else {
            let count = NumberText.count(vectors.count, "time")
            throw JobError(.input, "the texts have the word \"\(word)\" \(count); to compare it takes two")
        }
        guard vectors.count <= Self.most else {
            throw JobError(
                .input,
                "the texts have the word \"\(word)\" \(vectors.count) times; at most \(Self.most) are compared"
            )
        }
        return WordSimilarity(word: word, texts: places, cosines: WordSimilarity.cosines(vectors))
    }
}

extension WordSimilarity {
    /// For people.
    ///
    /// `cosines of "bank": texts 1 and 2 0.43, texts 1 and 3 0.87, …`
    var text: String {
        let pairs = texts.indices.flatMap { row in
            texts.indices.filter { $0 > row }.map { column in
                "texts \(row + 1) and \(column + 1) \(NumberText.fixed(cosines[row][column], digits: 3))"
            }
        }
        return "cosines of \"\(word)\": \(pairs.joined(separator: ", "))"
    }
}
