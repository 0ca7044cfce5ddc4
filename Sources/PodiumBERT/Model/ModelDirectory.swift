internal import Foundation
internal import PodiumFiles
import PodiumGraph
package import PodiumText

/// A model on disk, in the layout of transformers (`config.json`, `model.safetensors`, `vocab.txt`) or of the 2018 release
/// (`bert_config.json`, `bert_model.ckpt.*`, `vocab.txt`).
package struct ModelDirectory: Sendable {
    /// As it was given: the folder, or the prefix of a TensorFlow checkpoint.
    package let path: String
    package let folder: String
    package let configuration: Configuration
    package let classifier: Classifier
    package let tokenizerSettings: TokenizerSettings
    package let tokenizer: Tokenizer
    /// What a user of the model should know, for logs.
    package var notes: [String] { tokenizerSettings.notes }

    /// Reads configuration and vocabulary; the weights are opened when asked for.
    package init(path: String) throws(BERTError) {
        self.path = path
        folder = WeightsLocation.folder(of: path)
        let configurationPath = Self.configurationPath(folder)
        configuration = try ModelFile.json(Configuration.self, configurationPath, limit: 1 << 24)
        if let complaint = configuration.complaint {
            throw BERTError(.malformed, "\(configurationPath): \(complaint)")
        }
        classifier = try Classifier(
            try ModelFile.json(JSONValue.self, configurationPath, limit: 1 << 24),
            path: configurationPath
        )
        tokenizerSettings = try TokenizerSettings(folder: folder)
        tokenizer = tokenizerSettings.tokenizer
        guard tokenizer.vocabulary.count <= configuration.vocabularySize else {
            throw BERTError(
                .mismatch,
                "\(folder)/vocab.txt: \(tokenizer.vocabulary.count) pieces, but config.json has a vocab_size of \(configuration.vocabularySize)"
            )
        }
    }

    /// `config.json`, or the release's `bert_config.json` where that is what there is.
    private static func configurationPath(_ folder: String) -> String {
        let released = "\(folder)/bert_config.json"
        let usual = "\(folder)/config.json"
        return !ModelFile.exists(usual) && ModelFile.exists(released) ? released : usual
    }

    /// Reads all that a run needs to start from the model but the weights, whose names and shapes alone are compared.
    package static func check(_ path: String) throws(BERTError) -> Configuration {
        let directory = try ModelDirectory(path: path)
        try Weights.check(try directory.weights(), against: directory.configuration)
        return directory.configuration
    }

    /// Opens the weights, whatever their format.
    package func weights() throws(BERTError) -> any TensorArchive {
        try weightsLocation().open()
    }

    /// The files with the weights.
    package func weightsLocation() throws(BERTError) -> WeightsLocation {
        try WeightsLocation(path: path)
    }

    /// What identifies the weights: the file's SHA-256, or of several files that of a list of them with theirs.
    package func weightsSHA256() throws(BERTError) -> String {
        try weightsLocation().sha256()
    }
}
