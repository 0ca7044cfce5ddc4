import ArgumentParser
import Foundation
import PodiumBench
import PodiumExperiments
import PodiumLibrary

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
        let bench = TokenizerBench(
            selection: options.selection,
            vocabulary: TokenizerBench.File(path: file, bytes: try InputFile.bytes(file)),
            texts: try text.map { TokenizerBench.File(path: $0, bytes: try InputFile.bytes($0)) },
            data: data,
            cased: cased,
            threads: threads
        )
        try options.print(try bench.figures())
    }

    private func fetchedVocabulary() throws -> String {
        let library = place.models
        guard let model = ModelLibrary.names.first(where: { library.isPulled($0) }) else {
            throw Failure(
                .usage,
                "no vocabulary: name one with --vocab, or fetch a model with podium model pull \(ModelLibrary.names[0])"
            )
        }
        return library.path(of: model) + "/vocab.txt"
    }
}
