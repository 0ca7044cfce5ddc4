internal import Foundation
internal import PodiumFiles
import PodiumGraph
package import PodiumText

/// A model on disk, in the layout of transformers: `config.json`, `model.safetensors`, `vocab.txt`.
package struct ModelDirectory: Sendable {
    package let path: String
    package let configuration: Configuration
    package let tokenizer: Tokenizer

    package var weightsPath: String { "\(path)/model.safetensors" }

    private struct TokenizerConfiguration: Codable {
        var do_lower_case: Bool?
        var tokenizer_class: String? = "BertTokenizer"
    }

    /// Reads configuration and vocabulary; the weights are opened when asked for.
    package init(path: String) throws(BERTError) {
        self.path = path
        configuration = try Self.configuration(at: "\(path)/config.json")
        let vocabularyPath = "\(path)/vocab.txt"
        guard let bytes = FileManager.default.contents(atPath: vocabularyPath) else {
            throw BERTError(.file, "\(vocabularyPath): the file is missing or cannot be read")
        }
        let vocabulary: Vocabulary
        do {
            vocabulary = try Vocabulary(bytes: Array(bytes), name: vocabularyPath)
        } catch {
            throw BERTError(.malformed, error.message)
        }
        guard vocabulary.count <= configuration.vocabularySize else {
            throw BERTError(
                .mismatch,
                "\(vocabularyPath): \(vocabulary.count) pieces, but config.json has a vocab_size of \(configuration.vocabularySize)"
            )
        }
        let tokenizerPath = "\(path)/tokenizer_config.json"
        let hasOwn = FileManager.default.fileExists(atPath: tokenizerPath)
        let own = hasOwn ? try Self.read(TokenizerConfiguration.self, tokenizerPath) : TokenizerConfiguration()
        tokenizer = Tokenizer(
            vocabulary: vocabulary,
            lowercases: own.do_lower_case ?? !Self.hasCapitals(vocabulary)
        )
    }

    package func weights() throws(BERTError) -> any TensorArchive {
        try Safetensors(path: weightsPath)
    }

    private static func configuration(at path: String) throws(BERTError) -> Configuration {
        let configuration = try read(Configuration.self, path)
        if let complaint = configuration.complaint { throw BERTError(.malformed, "\(path): \(complaint)") }
        return configuration
    }

    private static func read<T: Decodable>(_ type: T.Type, _ path: String) throws(BERTError) -> T {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw BERTError(.file, "\(path): the file is missing or cannot be read")
        }
        do {
            return try JSONDecoder().decode(type, from: bytes)
        } catch let error as DecodingError {
            throw BERTError(.malformed, "\(path): \(Self.text(of: error))")
        } catch {
            throw BERTError(.malformed, "\(path): \(error)")
        }
    }

    private static func text(of error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) is not a \(type)"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "not valid JSON"
                : "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }

    /// Whether any piece but the special ones has an ASCII capital: then the model is a cased one.
    private static func hasCapitals(_ vocabulary: Vocabulary) -> Bool {
        vocabulary.pieces.contains { piece in
            piece.first != UInt8(ascii: "[") && piece.contains { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }
        }
    }

    /// `config.json` with what transformers asks for besides the sizes.
    private struct ConfigurationFile: Encodable {
        var configuration: Configuration
        /// Of a classification head.
        var labels: Int?

        private enum Keys: String, CodingKey {
            case model = "model_type"
            case labels = "num_labels"
        }

        func encode(to encoder: any Swift.Encoder) throws {
            try configuration.encode(to: encoder)
            var more = encoder.container(keyedBy: Keys.self)
            try more.encode("bert", forKey: .model)
            try more.encodeIfPresent(labels, forKey: .labels)
        }
    }

    /// Writes a model so that `init(path:)` and transformers read it.
    ///
    /// - Returns: the weights file's size and SHA-256.
    package static func write(
        _ weights: Weights,
        configuration: Configuration,
        tokenizer: Tokenizer,
        to path: String
    ) throws(BERTError) -> (bytes: Int64, sha256: String) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw BERTError(.writeFailed, "\(path): cannot make the folder (\(error.localizedDescription))")
        }
        let labels = weights.tensors["classifier.weight"]?.shape.first
        try write(ConfigurationFile(configuration: configuration, labels: labels), "\(path)/config.json")
        try write(TokenizerConfiguration(do_lower_case: tokenizer.lowercases), "\(path)/tokenizer_config.json")
        let vocabulary = tokenizer.vocabulary.bytes
        try write(vocabulary, to: "\(path)/vocab.txt")
        let file = "\(path)/model.safetensors"
        let bytes = try Safetensors.write(weights.exported(), metadata: ["format": "pt"], to: file)
        return (bytes, try BERTError.files { () throws(FileError) in try Digest.sha256(file: file) })
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
