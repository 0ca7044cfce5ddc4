internal import Dispatch
internal import PodiumCore
internal import PodiumData
internal import PodiumText

/// Text into WordPiece ids and offsets.
package struct TokenizerBench {
    /// A file's content and where it came from.
    package struct File {
        package var path: String
        package var bytes: [UInt8]

        package init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    private let selection: BenchSelection
    private let vocabulary: File
    private let texts: [File]
    private let data: String
    private let cased: Bool
    private let threads: Int

    /// - Parameters:
    ///   - texts: lines of text; empty for SQuAD v1.1's training set in `data`.
    ///   - threads: the most; one is always measured.
    package init(
        selection: BenchSelection,
        vocabulary: File,
        texts: [File],
        data: String,
        cased: Bool,
        threads: Int
    ) {
        self.selection = selection
        self.vocabulary = vocabulary
        self.texts = texts
        self.data = data
        self.cased = cased
        self.threads = threads
    }

    package func figures() throws -> [BenchFigure] {
        let (bytes, file) = (vocabulary.bytes, vocabulary.path)
        let vocabulary = try Vocabulary(bytes: bytes, name: file)
        var figures: [BenchFigure] = []
        if selection.selects("tokenizer/vocabulary") {
            let seconds = try Stopwatch.median(of: selection.repeats) { _ = try Vocabulary(bytes: bytes, name: file) }
            figures.append(BenchFigure(name: "tokenizer/vocabulary", value: seconds, unit: "s/vocabulary"))
        }
        for corpus in try corpora() {
            for threads in Set([1, threads]).sorted() {
                let name = "tokenizer/\(corpus.name)/\(threads)-thread\(threads == 1 ? "" : "s")"
                guard selection.selects(name) else { continue }
                figures += measure(corpus, vocabulary, name, threads: threads)
            }
        }
        return figures
    }

    private func measure(
        _ corpus: Corpus,
        _ vocabulary: Vocabulary,
        _ name: String,
        threads: Int
    ) -> [BenchFigure] {
        var fresh: [Double] = []
        var again: [Double] = []
        var scans: [Double] = []
        // They take turns: the machine may change its mind about its clock.
        for _ in 0..<selection.repeats {
            let tokenizer = Tokenizer(vocabulary: vocabulary, lowercases: !cased)
            scans.append(Stopwatch.seconds { corpus.scan(threads: threads) })
            fresh.append(Stopwatch.seconds { _ = tokenizer.pieces(of: corpus.texts, threads: threads) })
            again.append(Stopwatch.seconds { _ = tokenizer.pieces(of: corpus.texts, threads: threads) })
        }
        let megabytes = Double(corpus.bytes) * 1e-6
        let ceiling = megabytes / Stopwatch.median(scans)
        return [
            BenchFigure(name: name, value: megabytes / Stopwatch.median(fresh), unit: "MB/s", ceiling: ceiling),
            BenchFigure(
                name: name + "/again",
                value: megabytes / Stopwatch.median(again),
                unit: "MB/s",
                ceiling: ceiling
            ),
        ]
    }

    private func corpora() throws -> [Corpus] {
        guard texts.isEmpty else {
            return try texts.map { text in
                let file = String(text.path.split(separator: "/").last ?? "")
                // `novel.txt.gz` is `novel`.
                let name = String(file.prefix { $0 != "." })
                return try Corpus(name: name.isEmpty ? file : name, lines: text.bytes, path: text.path)
            }
        }
        let file = try DataRoot(path: data).read(task: .squadV1, split: .train)
        return [Corpus(name: "squad", try SQuADFile(bytes: file.bytes, name: file.path))]
    }
}

/// Texts under one name.
private struct Corpus {
    let name: String
    let texts: [String]
    let bytes: Int

    private init(name: String, texts: [String]) {
        self.name = name
        self.texts = texts
        bytes = texts.reduce(0) { $0 + $1.utf8.count }
    }

    init(name: String, lines: [UInt8], path: String) throws {
        let texts = try lines.split(separator: UInt8(ascii: "\n")).map { line in
            guard let text = String(validating: line, as: UTF8.self) else {
                throw BenchError(.input, "\(path): the file is not UTF-8")
            }
            return text
        }
        guard !texts.isEmpty else { throw BenchError(.input, "\(path): the file has no text") }
        self.init(name: name, texts: texts)
    }

    /// Each passage, and after it the questions about it.
    init(name: String, _ file: SQuADFile) {
        let questions = Dictionary(grouping: file.questions, by: \.passage)
        self.init(
            name: name,
            texts: file.passages.enumerated().flatMap { number, passage in
                [passage] + (questions[number] ?? []).map(\.question)
            }
        )
    }

    /// Reads every byte once and counts characters: what no tokenizer can go without.
    func scan(threads: Int) {
        DispatchQueue.concurrentPerform(iterations: threads) { share in
            var count = 0
            for index in stride(from: share, to: texts.count, by: threads) {
                var text = texts[index]
                text.withUTF8 { for byte in $0 where byte & 0xC0 != 0x80 { count += 1 } }
            }
            precondition(count > 0 || texts.count < threads, "the scan is not optimised away")
        }
    }
}
