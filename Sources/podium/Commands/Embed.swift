import ArgumentParser
import Foundation
import PodiumBERT
import PodiumCPU
import PodiumCore
import PodiumDevices
import PodiumExperiments
import PodiumFiles
import PodiumJobs
import PodiumLibrary
import PodiumPrimitives

extension Pooling: ExpressibleByArgument {}
extension LayerCombination: ExpressibleByArgument {}
extension VectorFormat: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}

struct Embed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes vectors of texts with a model's encoder.",
        discussion: """
            A text a line; a pair is written `first ||| second`. JSON lines are those of the release's extract_features.py. .npy \
            and safetensors hold a row a text; with --pool none or word a row a token or word, and where each text's rows begin \
            in PATH.offsets.npy, or in the tensor offsets. An interrupted command goes on where it was when it is given again.

            Examples:
              podium embed --model minilm-l6 --format npy --out vectors.npy sentences.txt
              podium embed --model 12 --pool cls sentences.txt                  the model that run 12 left
              podium embed --model ./mine --pool none --layers -1 -2 -3 -4 sentences.txt
              podium embed --model minilm-l6 --pool word --layers -1 -2 --layer-combination sum texts.txt
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "Texts, UTF-8, plain or gzip.", completion: .file())
    var files: [String]
    @Option(help: "A fetched model's name, OWNER/NAME of the hub, a folder, or the number of a run.")
    var model: String
    @Option(help: "none (every token), cls, mean (over all tokens), or word (over each word's pieces).")
    var pool = Pooling.mean
    @Option(
        parsing: .unconditionalSingleValue,
        help: "Layers, counted from the end: -1 is the last; after the first come the embeddings."
    )
    var layers: [String] = ["-1"]
    @Option(help: "How layers make one vector: separate (jsonl only, its default), sum, or concat (the default else).")
    var layerCombination: LayerCombination?
    @Option(help: "jsonl, npy or safetensors.")
    var format = VectorFormat.jsonl
    @Flag(help: "Scale every vector to length 1.")
    var normalize = false
    @Option(help: "The longest text in pieces, special ones included; longer ones are cut.")
    var maxSequenceLength = 128
    @Option(help: "float32 or bf16.")
    var precision = Precision.float32
    @Option(help: "Processor threads.")
    var threads = Machine.cores
    @Option(
        name: [.long, .short],
        help: "The file to write (default for jsonl: standard output).",
        completion: .file()
    )
    var out: String?

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("name a file of texts") }
        if out == nil, format != .jsonl { throw ValidationError("\(format.rawValue) needs --out PATH") }
        guard (8...4096).contains(maxSequenceLength) else {
            throw ValidationError("--max-sequence-length must lie between 8 and 4096")
        }
        guard (1...1024).contains(threads) else { throw ValidationError("--threads must lie between 1 and 1024") }
        if let complaint = try options().complaint { throw ValidationError(complaint) }
    }

    private func options() throws -> EmbeddingOptions {
        var options = EmbeddingOptions()
        options.pool = pool
        options.layers = try layers.flatMap { $0.split(separator: ",") }.map { word in
            guard let layer = Int(word) else {
                throw ValidationError("--layers takes numbers such as -1, not \"\(word)\"")
            }
            return layer
        }
        options.combination = layerCombination
        options.format = format
        options.normalize = normalize
        return options
    }

    func run() async throws {
        let directory = try ModelDirectory(path: try await folder())
        for note in directory.notes { Terminal.error(note) }
        var engine = EngineOptions(maxSequenceLength: maxSequenceLength)
        engine.precision = precision
        let run = EmbeddingRun(
            files: files,
            options: try options(),
            engine: engine,
            model: directory,
            device: try place.devices().cpu(threads: threads, precision: precision == .bf16 ? .bfloat16 : .float32)
        )
        let summary: EmbeddingRun.Summary
        if let out {
            summary = try run.write(to: out, work: out + ".partial") { done, _ in
                if done.textsHere % (1 << 14) == 0 { Terminal.error(done.text) }
            }
            if out != "/dev/stdout" { try Terminal.print(out) }
        } else {
            summary = try run.stream { try Terminal.stream($0) }
        }
        if let from = summary.resumedFrom { Terminal.error("Went on after \(NumberText.count(from, "text")).") }
        Terminal.error(summary.text)
        if let warning = EmbeddingRun.warning(summary) { Terminal.error(warning) }
    }

    private func folder() async throws -> String {
        let library = place.models
        if library.isPulled(model) { return library.path(of: model) }
        if FileManager.default.fileExists(atPath: model) || FileManager.default.fileExists(atPath: model + ".index") {
            return model
        }
        if let number = Int64(model) { return try await place.withStore { try await $0.modelFolder(ofRun: number) } }
        try await library.pull(model) { Terminal.error($0) }
        return library.path(of: model)
    }
}
