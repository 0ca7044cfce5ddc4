import ArgumentParser
import Foundation
import PodiumBERT
import PodiumCore
import PodiumFiles
import PodiumFormat
import PodiumJobs
import PodiumLibrary
import PodiumText

struct Model: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fetches and inspects pre-trained models.",
        subcommands: [ModelPull.self, ModelInspect.self]
    )
}

struct ModelPull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Fetches a model into the data directory.",
        discussion: """
            Known: \(ModelLibrary.names.joined(separator: ", ")). Job files that name one fetch it by themselves.

            Example:
              podium model pull minilm-l6
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "The model's name.")
    var name: String

    func run() async throws {
        let library = place.models
        try await library.pull(name) { Terminal.error($0) }
        Terminal.print(library.path(of: name))
    }
}

struct ModelInspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows a model's shape and tensors.",
        discussion: """
            Example:
              podium model inspect minilm-l6
              podium model inspect ./my-model --json | jq .parameters
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "A fetched model's name, or a folder.", completion: .directory)
    var model: String
    @Flag(help: "One JSON document.")
    var json = false

    private struct Document: Encodable {
        struct Tensor: Encodable {
            var name: String
            var shape: [Int]
        }
        var path: String
        var configuration: Configuration
        var vocabulary: Int
        var parameters: Int
        var sha256: String
        var tensors: [Tensor]
    }

    func run() throws {
        let library = place.models
        let path = library.isPulled(model) ? library.path(of: model) : model
        let directory = try ModelDirectory(path: path)
        let file = try directory.weights()
        let document = Document(
            path: path,
            configuration: directory.configuration,
            vocabulary: directory.tokenizer.vocabulary.count,
            parameters: file.tensors.reduce(0) { $0 + $1.shape.reduce(1, *) },
            sha256: try Digest.sha256(file: directory.weightsPath),
            tensors: file.tensors.map { Document.Tensor(name: $0.name, shape: $0.shape) }
        )
        if json { return try JSONOutput.print(document) }
        Terminal.print("\(path): \(document.configuration.summary), \(document.vocabulary) pieces")
        Terminal.print(
            "\(document.parameters) numbers in \(document.tensors.count) tensors, SHA-256 \(document.sha256)"
        )
        var table = TextTable([("TENSOR", .left), ("SHAPE", .left)])
        for tensor in document.tensors {
            table.add([tensor.name, tensor.shape.map(String.init).joined(separator: " × ")])
        }
        Terminal.print(table.rendered())
    }
}
