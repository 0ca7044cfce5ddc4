import ArgumentParser
import Foundation
import PodiumBERT
import PodiumPrimitives
import PodiumLibrary

struct ModelInspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows what a model's files say: shape, tokenizer, labels, tensors, hashes.",
        discussion: """
            What no file says and is guessed is marked so.

            Examples:
              podium model inspect minilm-l6
              podium model inspect ./uncased_L-12_H-768_A-12
              podium model inspect ./my-model --json | jq .tokenizer
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(
        help: "A fetched model's name, a folder, or the prefix of a TensorFlow checkpoint.",
        completion: .directory
    )
    var model: String
    @Flag(help: "One JSON document.")
    var json = false

    func run() throws {
        let library = place.models
        let inspection = try ModelInspection(path: library.isPulled(model) ? library.path(of: model) : model)
        if json { return try JSONOutput.print(inspection) }
        let configuration = inspection.configuration
        try Terminal.print("\(inspection.path): \(configuration.summary), \(inspection.vocabulary) pieces")
        try Terminal.print(
            "\(inspection.parameters) numbers in \(inspection.tensors.count) tensors (\(inspection.format)), SHA-256 \(inspection.sha256)"
        )
        var settings = TextTable([("SETTING", .left), ("VALUE", .left), ("FROM", .left)])
        for setting in inspection.tokenizer { settings.add([setting.name, setting.value, setting.source]) }
        settings.add([
            "labels", inspection.labels?.joined(separator: ", ") ?? "-",
            inspection.labels == nil ? "none stated" : "stated in config.json",
        ])
        settings.add([
            "problem", inspection.problem ?? "-", inspection.problem == nil ? "none stated" : "stated in config.json",
        ])
        try Terminal.print(settings.rendered())
        var files = TextTable([("FILE", .left), ("BYTES", .right), ("SHA-256", .left)])
        for file in inspection.files { files.add([file.name, "\(file.bytes)", file.sha256]) }
        try Terminal.print(files.rendered())
        var table = TextTable([("TENSOR", .left), ("TYPE", .left), ("SHAPE", .left), ("USE", .left)])
        for tensor in inspection.tensors {
            table.add([
                tensor.name, tensor.type, tensor.shape.map(String.init).joined(separator: " × "), tensor.use.rawValue,
            ])
        }
        try Terminal.print(table.rendered())
        for note in inspection.notes { Terminal.error(note) }
        if let complaint = inspection.complaint { throw Failure(.failed, complaint) }
    }
}
