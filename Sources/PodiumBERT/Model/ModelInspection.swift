internal import Foundation
internal import PodiumFiles
import PodiumText

/// All that a model's files say, for people and for scripts.
package struct ModelInspection: Encodable, Sendable {
    package struct Setting: Encodable, Sendable {
        package var name: String
        package var value: String
        package var source: String
        package var guessed: Bool
    }

    package struct File: Encodable, Sendable {
        package var name: String
        package var bytes: Int
        package var sha256: String
    }

    package struct Tensor: Encodable, Sendable {
        package enum Use: String, Encodable, Sendable {
            case encoder, pooler, head, optimizer
            /// Nothing reads it.
            case ignored
            /// It belongs to no BERT of this configuration; such a model is refused.
            case unmatched
        }

        package var name: String
        package var type: String
        package var shape: [Int]
        package var use: Use
    }

    package let path: String
    package let format: String
    package let configuration: Configuration
    package let vocabulary: Int
    package let tokenizer: [Setting]
    /// The classes of the head, by number.
    package let labels: [String]?
    package let problem: String?
    /// Of the model; the optimizer's are not counted.
    package let parameters: Int
    package let sha256: String
    package let files: [File]
    package let tensors: [Tensor]
    package let notes: [String]
    /// Why the weights cannot be used with the configuration; nil if they can.
    package let complaint: String?

    package init(path: String) throws(BERTError) {
        self.path = path
        let directory = try ModelDirectory(path: path)
        configuration = directory.configuration
        vocabulary = directory.tokenizer.vocabulary.count
        tokenizer = Self.settings(directory.tokenizerSettings)
        labels = directory.classifier.names
        problem = directory.classifier.problem?.rawValue
        let location = try directory.weightsLocation()
        switch location {
        case .safetensors, .shards: format = "safetensors"
        case .tensorFlow: format = "tensorflow"
        }
        let archive = try location.open()
        let counted: Set<Tensor.Use> = [.encoder, .pooler, .head]
        var tensors: [Tensor] = []
        var parameters = 0
        for tensor in archive.tensors {
            let use = Self.use(tensor.name, configuration)
            if counted.contains(use) { parameters += tensor.count ?? 0 }
            tensors.append(
                Tensor(name: tensor.name, type: tensor.element.rawValue, shape: tensor.shape, use: use)
            )
        }
        (self.tensors, self.parameters) = (tensors, parameters)
        sha256 = try location.sha256()
        var files: [File] = []
        for file in try location.files() + Self.others(directory.folder) {
            let name = String(file.split(separator: "/").last ?? "")
            let digest = try BERTError.files { () throws(FileError) in try Digest.sha256(file: file) }
            files.append(File(name: name, bytes: try ModelFile.size(file), sha256: digest))
        }
        self.files = files
        notes = directory.notes + (directory.classifier.contradiction.map { ["\(path): \($0)"] } ?? [])
        complaint = Self.complaint(archive, configuration)
    }

    private static func others(_ folder: String) -> [String] {
        [
            "config.json", "bert_config.json", "vocab.txt", "tokenizer_config.json", "tokenizer.json",
            "special_tokens_map.json", "added_tokens.json",
        ].map { "\(folder)/\($0)" }.filter(ModelFile.exists)
    }

    /// What a load of the encoder alone would be refused for.
    private static func complaint(_ archive: any TensorArchive, _ configuration: Configuration) -> String? {
        do {
            _ = try Weights.load(
                archive,
                for: configuration.model.evaluationGraph(.span),
                configuration: configuration,
                seed: 0,
                needsHead: false
            )
            return nil
        } catch {
            return error.message
        }
    }

    private static func use(_ name: String, _ configuration: Configuration) -> Tensor.Use {
        if name.hasPrefix("optimizer.") { return .optimizer }
        let plain = name.hasPrefix("bert.") ? String(name.dropFirst(5)) : name
        if plain.hasPrefix("pooler.") { return .pooler }
        if Head.owns(name) { return .head }
        guard ParameterNames.belongsToEncoder(name) else { return .ignored }
        if let layer = ParameterNames.layer(name), layer >= configuration.layers { return .unmatched }
        let known = ReleaseNames.toCheckpoint(plain, rank: plain.hasSuffix("LayerNorm.weight") ? 1 : 2)
        return known.name.hasPrefix("safetensors.") ? .unmatched : .encoder
    }

    private static func settings(_ settings: TokenizerSettings) -> [Setting] {
        func setting<Value>(_ name: String, _ setting: TokenizerSettings.Setting<Value>) -> Setting {
            var guessed = false
            if case .guessed = setting.source { guessed = true }
            return Setting(name: name, value: "\(setting.value)", source: "\(setting.source)", guessed: guessed)
        }
        let vocabulary = settings.vocabulary
        let special = Setting(
            name: "special tokens",
            value: vocabulary.specialNames.all.joined(separator: " "),
            source: "the vocabulary",
            guessed: false
        )
        let added = Setting(
            name: "added tokens",
            value: vocabulary.addedTokens.isEmpty ? "none" : vocabulary.addedTokens.map(\.text).joined(separator: " "),
            source: "the tokenizer's files",
            guessed: false
        )
        return [
            setting("lower case", settings.lowercases), setting("strip accents", settings.stripsAccents),
            setting("split ideographs", settings.splitsIdeographs),
            setting("longest word", settings.maximumWordLength), special, added,
        ]
    }
}
