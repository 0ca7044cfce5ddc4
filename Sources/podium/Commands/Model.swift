import ArgumentParser
import Foundation
import PodiumBERT
import PodiumLibrary

struct Model: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fetches, inspects and converts pre-trained models.",
        subcommands: [ModelPull.self, ModelInspect.self, ModelConvert.self]
    )
}

struct ModelPull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Fetches a model into the data directory.",
        discussion: """
            Known: \(ModelLibrary.names.joined(separator: ", ")). Job files that name one fetch it by themselves.

            Models of the 2018 release and its later additions are called as their archives are: uncased_L-12_H-768_A-12.
            Any other model of the hub that has safetensors is named OWNER/NAME, or OWNER/NAME@REVISION. Every file is verified by
            the digest that the hub announces; a transfer that breaks off is resumed. HF_ENDPOINT and HF_TOKEN are honoured,
            and what transformers keeps in its cache (HF_HUB_CACHE, HF_HOME) is copied from there. In job files name its folder.

            Examples:
              podium model pull minilm-l6
              podium model pull google-bert/bert-base-uncased
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "The model's name, or OWNER/NAME of the hub.")
    var name: String

    func run() async throws {
        let library = place.models
        try await library.pull(name) { Terminal.error($0) }
        try Terminal.print(library.path(of: name))
    }
}

struct ModelConvert: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Writes a model in the layout of transformers or of the 2018 release.",
        discussion: """
            safetensors: config.json, model.safetensors, vocab.txt. tensorflow: bert_config.json, bert_model.ckpt.index and
            .data, vocab.txt. Tensors keep their bytes (matrices of linear layers are transposed, as the layouts have them);
            optimizer slots and the step are kept, under optimizer.adam_m., optimizer.adam_v. and optimizer.global_step in
            safetensors. What the other layout has no name for is kept under the prefix tensorflow. or safetensors.

            Examples:
              podium model convert uncased_L-12_H-768_A-12 bert-base --to safetensors
              podium model convert ./run-7/model.ckpt-1000 ./resumed --to safetensors
              podium model convert minilm-l6 minilm-tf --to tensorflow
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(
        help: "A fetched model's name, a folder, or the prefix of a TensorFlow checkpoint.",
        completion: .directory
    )
    var source: String
    @Argument(help: "The folder to make.", completion: .directory)
    var destination: String
    @Option(name: .customLong("to"), help: "safetensors or tensorflow.")
    var format: ModelConversion.Format

    func run() throws {
        let library = place.models
        let path = library.isPulled(source) ? library.path(of: source) : source
        let report = try ModelConversion.convert(path, to: destination, format)
        for file in report.files { try Terminal.print(file) }
        for note in report.notes { Terminal.error(note) }
    }
}

extension ModelConversion.Format: ExpressibleByArgument {}
