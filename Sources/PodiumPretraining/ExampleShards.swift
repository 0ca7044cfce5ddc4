internal import Foundation
internal import PodiumFiles
internal import PodiumGraph
internal import PodiumPrimitives
package import PodiumText

/// Prepared pre-training data: what a preparation leaves in its folder.
package struct ExampleShards: Codable, Sendable, Equatable {
    /// The examples of one version of one piece of the corpus.
    package struct Shard: Codable, Sendable, Equatable {
        package var name: String
        package var sha256: String
        package var bytes: Int64
        package var examples: Int
        /// Real tokens of all sequences.
        package var tokens: Int
    }

    /// A piece of the corpus, with a shard for each of its versions.
    package struct Piece: Codable, Sendable, Equatable {
        package var documents: Int
        package var textBytes: Int
        package var shards: [Shard]
    }

    /// What a tokenizer does besides looking up its vocabulary.
    package struct TokenizerSettings: Codable, Sendable, Equatable {
        package var lowercases: Bool
        package var stripsAccents: Bool
        package var splitsIdeographs: Bool
        package var maximumWordLength: Int

        init(_ tokenizer: Tokenizer) {
            lowercases = tokenizer.normalization.lowercases
            stripsAccents = tokenizer.normalization.stripsAccents
            splitsIdeographs = tokenizer.normalization.splitsIdeographs
            maximumWordLength = tokenizer.maximumWordLength
        }
    }

    package var options: ExampleOptions
    package var tokenizer: TokenizerSettings
    /// SHA-256 of all that decides the shards' bytes: text, vocabulary, options, format.
    package var key: String
    package var pieces: [Piece]
    /// The held-out documents, in one version; nil where none are held out.
    package var heldOut: [Piece]?

    /// Where the vocabulary lies, beside the shards.
    package static let vocabularyName = "vocab.txt"

    package static let fileName = "manifest.json"

    /// Reads what a finished preparation left; nil where there is none.
    package static func read(_ folder: String) throws(PretrainingDataError) -> ExampleShards? {
        let path = "\(folder)/\(fileName)"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try JSONFile.read(ExampleShards.self, path)
    }

    /// The tokenizer that the examples were made with.
    package func readTokenizer(in folder: String) throws(PretrainingDataError) -> Tokenizer {
        let path = "\(folder)/\(Self.vocabularyName)"
        do {
            return Tokenizer(
                vocabulary: try Vocabulary(bytes: try FileContent.read(path), name: path),
                normalization: TextNormalization(
                    lowercases: tokenizer.lowercases,
                    stripsAccents: tokenizer.stripsAccents,
                    splitsIdeographs: tokenizer.splitsIdeographs
                ),
                maximumWordLength: tokenizer.maximumWordLength
            )
        } catch {
            throw PretrainingDataError(.file, "\(path): no vocabulary there (\(error))")
        }
    }

    /// How many versions of the text there are before they repeat.
    package var versions: Int { options.duplicates }

    /// Examples of one pass over the text.
    package func examples(pass: Int) -> Int {
        pieces.reduce(0) { $0 + $1.shards[pass % versions].examples }
    }

    /// In which order a pass reads the pieces: drawn from seed and pass.
    package func order(pass: Int, seed: UInt64) -> [Int] {
        var generator = Generator(seed: seed, purpose: "pretraining-data/order", index: UInt64(pass))
        return generator.permutation(pieces.count).map { Int($0) }
    }

    /// A shard's examples.
    package static func examples(of shard: Shard, in folder: String) throws(PretrainingDataError) -> [MaskedExample] {
        try examples(file: "\(folder)/\(shard.name)")
    }

    /// The examples of a TFRecord file in the release's format.
    package static func examples(file path: String) throws(PretrainingDataError) -> [MaskedExample] {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try FileContent.read(path)
        } catch {
            throw PretrainingDataError(.file, error.message, at: error.place)
        }
        var examples: [MaskedExample] = []
        for record in try RecordFile.records(bytes, name: path) {
            do throws(PretrainingDataError) {
                examples.append(try ExampleRecord.decode(record))
            } catch {
                throw PretrainingDataError(
                    .malformed,
                    "record \(examples.count + 1): \(error.message)",
                    at: SourcePlace(file: path)
                )
            }
        }
        return examples
    }
}

/// Small documents of a preparation as JSON files.
enum JSONFile {
    static func read<Value: Decodable>(_ type: Value.Type, _ path: String) throws(PretrainingDataError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(try FileContent.read(path)))
        } catch {
            throw PretrainingDataError(
                .malformed,
                "the file was not written by a preparation of this version; remove the folder and prepare anew",
                at: SourcePlace(file: path)
            )
        }
    }

    static func write(_ value: some Encodable, to path: String) throws(PretrainingDataError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        guard let bytes = try? encoder.encode(value) else { preconditionFailure("plain values can be encoded") }
        do throws(FileError) {
            try AtomicFile.write([UInt8](bytes), to: path)
        } catch {
            throw PretrainingDataError(.writeFailed, error.message, at: error.place)
        }
    }
}
