internal import Foundation
internal import PodiumFiles
import PodiumGraph
package import PodiumText

extension ModelDirectory {
    /// `config.json` with what transformers asks for besides the sizes.
    private struct ConfigurationFile: Encodable {
        var configuration: Configuration
        var classifier: Classifier
        /// Of a classification head.
        var labels: Int?
        var architecture: String?

        private enum Keys: String, CodingKey {
            case model = "model_type"
            case labels = "num_labels"
            case byId = "id2label"
            case byName = "label2id"
            case problem = "problem_type"
            case architectures
        }

        func encode(to encoder: any Encoder) throws {
            try configuration.encode(to: encoder)
            var more = encoder.container(keyedBy: Keys.self)
            try more.encode(configuration.modelType, forKey: .model)
            try more.encodeIfPresent(labels, forKey: .labels)
            try more.encodeIfPresent(classifier.problem, forKey: .problem)
            try more.encodeIfPresent(architecture.map { [$0] }, forKey: .architectures)
            guard let names = classifier.names else { return }
            let numbered = names.enumerated().map { ("\($0)", $1) }
            try more.encode(Dictionary(numbered) { $1 }, forKey: .byId)
            try more.encode(Dictionary(names.enumerated().map { ($1, $0) }) { $1 }, forKey: .byName)
        }
    }

    private struct TokenizerFile: Encodable {
        struct Token: Encodable {
            var content: String
            var lstrip = false
            var normalized = false
            var rstrip = false
            var single_word = false
            var special = true
        }

        var added_tokens_decoder: [String: Token]?
        var cls_token: String
        var do_lower_case: Bool
        var mask_token: String
        var max_input_chars_per_word: Int?
        var pad_token: String
        var sep_token: String
        var strip_accents: Bool
        var tokenize_chinese_chars: Bool
        var tokenizer_class = "BertTokenizer"
        var unk_token: String

        init(_ tokenizer: Tokenizer) {
            let names = tokenizer.vocabulary.specialNames
            (pad_token, unk_token, mask_token) = (names.padding, names.unknown, names.mask)
            (cls_token, sep_token) = (names.classification, names.separator)
            do_lower_case = tokenizer.normalization.lowercases
            strip_accents = tokenizer.normalization.stripsAccents
            tokenize_chinese_chars = tokenizer.normalization.splitsIdeographs
            let length = tokenizer.maximumWordLength
            max_input_chars_per_word = length == Tokenizer.defaultMaximumWordLength ? nil : length
            let added = tokenizer.vocabulary.addedTokens.map { ("\($0.id)", Token(content: $0.text)) }
            added_tokens_decoder = added.isEmpty ? nil : Dictionary(added) { $1 }
        }
    }

    /// Writes a model so that `init(path:)` and transformers read it.
    ///
    /// - Parameter classifier: what the head's classes are called; the weights decide how many there are.
    /// - Returns: the weights file's size and SHA-256.
    package static func write(
        _ weights: Weights,
        configuration: Configuration,
        classifier: Classifier = Classifier(),
        tokenizer: Tokenizer,
        to path: String
    ) throws(BERTError) -> (bytes: Int64, sha256: String) {
        try makeFolder(path)
        let labels = weights.tensors["classifier.weight"]?.shape.first
        // Other tools have no class for a network on top, and would leave it out; nor for the comparators of BERT.
        let architecture =
            configuration.top != nil || configuration.architecture != .bidirectional
            ? nil
            : labels != nil
                ? "BertForSequenceClassification"
                : weights.tensors["qa_outputs.weight"] != nil
                    ? "BertForQuestionAnswering"
                    : weights.tensors["cls.predictions.bias"] != nil ? "BertForPreTraining" : nil
        try write(
            ConfigurationFile(
                configuration: configuration,
                classifier: labels == nil ? Classifier() : classifier,
                labels: labels,
                architecture: architecture
            ),
            "\(path)/config.json"
        )
        try write(tokenizer, to: path)
        let file = "\(path)/model.safetensors"
        let bytes = try Safetensors.write(weights.exported(), metadata: ["format": "pt"], to: file)
        return (bytes, try BERTError.files { () throws(FileError) in try Digest.sha256(file: file) })
    }

    static func makeFolder(_ path: String) throws(BERTError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw BERTError(.writeFailed, "\(path): cannot make the folder (\(error.localizedDescription))")
        }
    }

    /// Writes `vocab.txt` and `tokenizer_config.json`.
    static func write(_ tokenizer: Tokenizer, to folder: String) throws(BERTError) {
        try write(TokenizerFile(tokenizer), "\(folder)/tokenizer_config.json")
        try write(tokenizer.vocabulary.bytes, to: "\(folder)/vocab.txt")
    }

    private static func write(_ value: some Encodable, _ path: String) throws(BERTError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        guard let json = try? encoder.encode(value) else {
            throw BERTError(.invalidRequest, "\(path): the values cannot be written as JSON")
        }
        try write(Array(json) + [UInt8(ascii: "\n")], to: path)
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(BERTError) {
        _ = try BERTError.files { () throws(FileError) in
            try AtomicFile.write(path) { (writer) throws(FileError) in try writer.append(bytes) }
        }
    }
}
