import ArgumentParser
import Foundation
import PodiumBench
import PodiumDevices
import PodiumLibrary

struct BenchEmbed: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed",
        abstract: "Sentences into vectors.",
        discussion: """
            Reading, tokenizing, the encoder, mean pooling and the finished .npy, all included. The figure is the arithmetic of the
            encoder's linear layers per second; the ceiling is products alone, on the same threads.

            Names: embed/PRECISION.

            Example:
              podium bench embed --model minilm-l6 --texts sentences.txt
            """
    )

    @OptionGroup var options: BenchOptions
    @OptionGroup var place: PlaceOptions
    @Option(help: "A fetched model's name, or a folder.", completion: .directory)
    var model = "minilm-l6"
    @Option(help: "Texts, one a line.", completion: .file())
    var texts: String
    @Option(help: "How many of them are measured: the first ones.")
    var count = 1000
    @Option(help: "Threads (default: all cores).")
    var threads = Machine.cores

    func validate() throws {
        guard (1...1024).contains(threads) else { throw ValidationError("--threads must lie between 1 and 1024") }
        guard count > 0 else { throw ValidationError("--count must be at least 1") }
    }

    func run() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-bench-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let library = place.models
        let bench = EmbedBench(
            selection: options.selection,
            model: library.isPulled(model) ? library.path(of: model) : model,
            texts: texts,
            count: count,
            devices: place.devices(),
            threads: threads,
            folder: folder,
            peakMemory: MachineFacts.peakMemory
        )
        try options.print(try bench.figures())
    }
}
