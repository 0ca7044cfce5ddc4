import ArgumentParser
import PodiumBERT
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
        try Terminal.print(inspection.text)
        for note in inspection.notes { Terminal.error(note) }
        if let complaint = inspection.complaint { throw Failure(.failed, complaint) }
    }
}
