internal import Foundation
internal import PodiumPretraining
internal import PodiumText

/// Text into pre-training examples, tokenizing, masking and writing included.
package struct PretrainingDataBench {
    private let selection: BenchSelection
    private let vocabulary: TokenizerBench.File
    private let files: [String]
    private let threads: Int
    private let duplicates: Int
    private let folder: String
    private let peakMemory: () -> Double

    /// - Parameters:
    ///   - files: text, a sentence a line and an empty line between documents.
    ///   - threads: the most; one is always measured.
    ///   - duplicates: versions of the text.
    ///   - folder: where examples are written, each time anew; must be there.
    ///   - peakMemory: the most bytes that this process ever held.
    package init(
        selection: BenchSelection,
        vocabulary: TokenizerBench.File,
        files: [String],
        threads: Int,
        duplicates: Int,
        folder: String,
        peakMemory: @escaping () -> Double
    ) {
        self.selection = selection
        self.vocabulary = vocabulary
        self.files = files
        self.threads = threads
        self.duplicates = duplicates
        self.folder = folder
        self.peakMemory = peakMemory
    }

    package func figures() throws -> [BenchFigure] {
        let vocabulary = try Vocabulary(bytes: vocabulary.bytes, name: vocabulary.path)
        var figures: [BenchFigure] = []
        var memory: Double?
        for threads in Set([1, threads]).sorted() {
            let name = "pretraining-data/\(threads)-thread\(threads == 1 ? "" : "s")"
            guard selection.selects(name) else { continue }
            figures += try measure(name, vocabulary, threads: threads, &memory)
        }
        guard let memory, selection.selects("pretraining-data/peak-memory") else { return figures }
        return figures + [BenchFigure(name: "pretraining-data/peak-memory", value: memory / 1e6, unit: "MB")]
    }

    /// - Parameter memory: set by the first preparation of all; the ceiling's text comes into memory after it.
    private func measure(
        _ name: String,
        _ vocabulary: Vocabulary,
        threads: Int,
        _ memory: inout Double?
    ) throws -> [BenchFigure] {
        var (own, tokenizing): ([Double], [Double]) = ([], [])
        var (bytes, examples) = (0, 0)
        var options = ExampleOptions()
        options.duplicates = duplicates
        for _ in 0..<selection.repeats {
            // Fresh tokenizers on both sides, which have met no word yet.
            let root = "\(folder)/round-\(own.count)-\(threads)"
            defer { try? FileManager.default.removeItem(atPath: root) }
            let preparation = try Preparation(
                files: files,
                tokenizer: Tokenizer(vocabulary: vocabulary, lowercases: true),
                options: options,
                threads: threads
            )
            own.append(
                try Stopwatch.seconds {
                    let shards = try preparation.run(under: root).shards
                    examples = shards.pieces.flatMap(\.shards).reduce(0) { $0 + $1.examples }
                }
            )
            memory = memory ?? peakMemory()
            let text = try texts()
            let reader = Tokenizer(vocabulary: vocabulary, lowercases: true)
            tokenizing.append(Stopwatch.seconds { _ = reader.pieces(of: text, threads: threads) })
            bytes = text.reduce(0) { $0 + $1.utf8.count }
        }
        let seconds = Stopwatch.median(own)
        return [
            BenchFigure(
                name: name,
                value: Double(bytes) / 1e6 / seconds,
                unit: "MB/s of text",
                ceiling: Double(bytes) / 1e6 / Stopwatch.median(tokenizing)
            ),
            BenchFigure(name: name + "/examples", value: Double(examples) / seconds, unit: "examples/s"),
        ]
    }

    /// The corpus' sentences in memory, for the ceiling: tokenizing them and nothing else.
    private func texts() throws -> [String] {
        var documents = DocumentStream(files: files)
        var texts: [String] = []
        while let document = try documents.next() { texts += document.sentences }
        return texts
    }
}
