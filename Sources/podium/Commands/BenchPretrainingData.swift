import ArgumentParser
import Foundation
import PodiumBench
import PodiumDevices
import PodiumExperiments

struct BenchPretrainingData: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pretraining-data",
        abstract: "Text into pre-training examples.",
        discussion: """
            Reading, tokenizing, next sentences, masks and TFRecord files, all included. The ceiling is tokenizing the same \
            sentences from memory, on as many threads.

            Names: pretraining-data/THREADS, pretraining-data/peak-memory.

            Example:
              podium bench pretraining-data --text corpus.txt.gz --vocab vocab.txt
            """
    )

    @OptionGroup var options: BenchOptions
    @Option(help: "A text, plain or gzip; may be given several times.", completion: .file())
    var text: [String]
    @Option(help: "The vocabulary, one piece a line.", completion: .file(extensions: ["txt"]))
    var vocab: String
    @Option(help: "Most threads; one is always measured (default: all cores).")
    var threads = Machine.cores
    @Option(help: "Versions of the text.")
    var duplicates = 1

    func validate() throws {
        guard (1...1024).contains(threads) else { throw ValidationError("--threads must lie between 1 and 1024") }
        guard (1...100).contains(duplicates) else { throw ValidationError("--duplicates must lie between 1 and 100") }
    }

    func run() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-bench-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let bench = PretrainingDataBench(
            selection: options.selection,
            vocabulary: TokenizerBench.File(path: vocab, bytes: try InputFile.bytes(vocab)),
            files: text,
            threads: threads,
            duplicates: duplicates,
            folder: folder,
            peakMemory: MachineFacts.peakMemory
        )
        try options.print(try bench.figures())
    }
}
