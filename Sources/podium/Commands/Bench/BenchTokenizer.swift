import ArgumentParser
import Dispatch
import Foundation
import PodiumCore
import PodiumData
import PodiumJobs
import PodiumText

struct BenchTokenizer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer",
        abstract: "Text into WordPiece ids and offsets.",
        discussion: """
            By default the passages and questions of SQuAD v1.1's training set, as an uncased model \
            sees them; with --text the lines of files. Reading files is not measured. Each figure is \
            of a fresh tokenizer, which has met no word yet; /again is the same text a second time. \
            The ceiling is counting the characters of the same text, on as many threads.

            Names: tokenizer/TEXT/THREADS, such as tokenizer/squad/1-thread, and tokenizer/vocabulary.

            Examples:
              podium bench tokenizer --data ~/data
              podium bench tokenizer --text novel.txt --vocab vocab.txt --threads 1 --json
            """
    )

    @OptionGroup var options: BenchOptions
    @OptionGroup var place: PlaceOptions
    @Option(help: "A folder in the official layout (squad/).", completion: .directory)
    var data: String = ProcessInfo.processInfo.environment["PODIUM_TEST_DATA"] ?? "."
    @Option(help: "A text, plain or gzip, instead of SQuAD; may be given several times.", completion: .file())
    var text: [String] = []
    @Option(
        help: "The vocabulary, one piece a line (default: that of a fetched model).",
        completion: .file(extensions: ["txt"])
    )
    var vocab: String?
    @Flag(help: "Keep capitals and accents (cased models).")
    var cased = false
    @Option(help: "Most threads; one is always measured (default: all cores).")
    var threads = Machine.cores

    func validate() throws {
        guard (1...1024).contains(threads) else { throw ValidationError("--threads must lie between 1 and 1024") }
    }

    func run() throws {
        let file = try vocab ?? fetchedVocabulary()
        let bytes = try InputFile.bytes(file)
        let vocabulary = try Vocabulary(bytes: bytes, name: file)
        var figures: [BenchFigure] = []
        if options.selects("tokenizer/vocabulary") {
            let seconds = try Stopwatch.median(of: options.repeats) { _ = try Vocabulary(bytes: bytes, name: file) }
            figures.append(BenchFigure(name: "tokenizer/vocabulary", value: seconds, unit: "s/vocabulary"))
        }
        for corpus in try corpora() {
            for threads in Set([1, threads]).sorted() {
                let name = "tokenizer/\(corpus.name)/\(threads)-thread\(threads == 1 ? "" : "s")"
                guard options.selects(name) else { continue }
                figures += measure(corpus, vocabulary, name, threads: threads)
            }
        }
        try options.print(figures)
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
        for _ in 0..<options.repeats {
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

    private func fetchedVocabulary() throws -> String {
        let library = ModelLibrary(directory: place.dataDirectory + "/models")
        guard let model = ModelLibrary.names.first(where: { library.isPulled($0) }) else {
            throw Failure(
                .usage,
                "no vocabulary: name one with --vocab, or fetch a model with podium model pull \(ModelLibrary.names[0])"
            )
        }
        return library.path(of: model) + "/vocab.txt"
    }

    private func corpora() throws -> [Corpus] {
        guard text.isEmpty else {
            return try text.map { path in
                let file = URL(fileURLWithPath: path).lastPathComponent
                // `novel.txt.gz` is `novel`.
                let name = String(file.prefix { $0 != "." })
                return try Corpus(name: name.isEmpty ? file : name, lines: InputFile.bytes(path), path: path)
            }
        }
        let file = try DataRoot(path: data).read(task: .squadV1, split: "train")
        return [Corpus(name: "squad", try SQuADFile(bytes: InputFile.bytes(file.path), name: file.path))]
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
                throw Failure(.usage, "\(path): the file is not UTF-8")
            }
            return text
        }
        guard !texts.isEmpty else { throw Failure(.usage, "\(path): the file has no text") }
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
