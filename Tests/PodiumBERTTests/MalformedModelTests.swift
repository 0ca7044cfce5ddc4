import Foundation
import PodiumBERT
import Testing

/// Damaged and mismatched model folders: each is refused with a message that names file and fault.
@Suite struct MalformedModelTests {
    /// One way to spoil the tiny model, and what the refusal must say.
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var code: BERTError.Code
        var saying: [String]
        var spoil: @Sendable (inout Folder) throws -> Void
        var testDescription: String { name }

        init(
            _ name: String,
            _ code: BERTError.Code,
            saying: String...,
            spoil: @escaping @Sendable (inout Folder) throws -> Void
        ) {
            (self.name, self.code, self.saying, self.spoil) = (name, code, saying, spoil)
        }
    }

    /// The files of the tiny model in memory; nil for one that is missing.
    struct Folder {
        var configuration: String?
        var vocabulary: String?
        var tokenizer: String?
        var weights: Data?

        init() throws {
            configuration = try String(contentsOfFile: "\(Fixture.tinyModel)/config.json", encoding: .utf8)
            vocabulary = try String(contentsOfFile: "\(Fixture.tinyModel)/vocab.txt", encoding: .utf8)
            weights = try Data(contentsOf: URL(fileURLWithPath: "\(Fixture.tinyModel)/model.safetensors"))
        }

        func write(to path: String) throws {
            let texts = ["config.json": configuration, "vocab.txt": vocabulary, "tokenizer_config.json": tokenizer]
            for (name, text) in texts { try text?.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8) }
            try weights?.write(to: URL(fileURLWithPath: "\(path)/model.safetensors"))
        }

        mutating func replaceInConfiguration(_ old: String, _ new: String) throws {
            try #require(configuration?.contains(old) == true)
            configuration = configuration?.replacing(old, with: new)
        }

        /// Writes the header's length anew, as if it were right.
        mutating func replaceHeader(_ header: String, data: Data? = nil) throws {
            let (_, old) = try split()
            var length = UInt64(header.utf8.count).littleEndian
            weights = withUnsafeBytes(of: &length) { Data($0) } + Data(header.utf8) + (data ?? old)
        }

        mutating func replaceInHeader(_ old: String, _ new: String) throws {
            let (header, _) = try split()
            try #require(header.contains(old))
            try replaceHeader(header.replacing(old, with: new))
        }

        /// The header's text and the data.
        func split() throws -> (header: String, data: Data) {
            let bytes = try #require(weights)
            let length = bytes.withUnsafeBytes { Int($0.loadUnaligned(as: UInt64.self)) }
            let header = try #require(String(data: bytes[8..<(8 + length)], encoding: .utf8))
            return (header, Data(bytes[(8 + length)...]))
        }

        /// Takes a tensor out, its bytes too.
        mutating func write(_ change: (inout [Safetensors.Tensor]) -> Void) throws {
            let file = try Safetensors(path: "\(Fixture.tinyModel)/model.safetensors")
            var tensors = try file.tensors.map {
                Safetensors.Tensor(name: $0.name, shape: $0.shape, floats: try file.floats($0.name))
            }
            change(&tensors)
            weights = try withTemporaryFolder { folder in
                try Safetensors.write(tensors, to: "\(folder)/changed")
                return try Data(contentsOf: URL(fileURLWithPath: "\(folder)/changed"))
            }
        }
    }

    private static let query = "bert.encoder.layer.1.attention.self.query.weight"

    private static let header: [Case] = [
        Case("an empty file", .malformed, saying: "0 bytes") { $0.weights = Data() },
        Case("a file cut within its header", .malformed, saying: "the header claims") {
            $0.weights = $0.weights?.prefix(200)
        },
        Case("a file cut within its data", .malformed, saying: "cut short") { $0.weights = $0.weights?.dropLast(1) },
        Case("bytes after the data", .malformed, saying: "the file has") { $0.weights?.append(0) },
        Case("a header longer than the file", .malformed, saying: "the header claims") {
            $0.weights?.replaceSubrange(0..<8, with: [255, 255, 0, 0, 0, 0, 0, 0])
        },
        Case("a header of 16 exbibytes", .malformed, saying: "at most 100 MB") {
            $0.weights?.replaceSubrange(0..<8, with: [UInt8](repeating: 255, count: 8))
        },
        Case("a header that is not JSON", .malformed, saying: "JSON") { try $0.replaceHeader("{\"a\":") },
        Case("a header that is a list", .malformed, saying: "JSON") { try $0.replaceHeader("[1, 2]") },
        Case("a header that is not UTF-8", .malformed, saying: "JSON") {
            $0.weights?.replaceSubrange(9..<12, with: [0xFF, 0xFE, 0xFF])
        },
        Case("an unknown element type", .malformed, saying: "F4") { try $0.replaceInHeader("\"F32\"", "\"F4\"") },
        Case("a type of another width", .malformed, saying: "needs", "bytes") {
            try $0.replaceInHeader("\"F32\"", "\"F16\"")
        },
        Case("a negative size", .malformed, saying: "shape") { try $0.replaceInHeader("[41,16]", "[-41,-16]") },
        Case("sizes whose product overflows", .malformed, saying: "shape") {
            try $0.replaceInHeader("[41,16]", "[4611686018427387904,4611686018427387904]")
        },
        Case("a tensor of nearly 2⁶³ bytes", .malformed, saying: "bytes") {
            try $0.replaceHeader(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2305843009213693951],\"data_offsets\":[0,9223372036854775804]}}"
            )
        },
        Case("three offsets", .malformed, saying: "data_offsets") {
            try $0.replaceHeader(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}",
                data: Data(count: 4)
            )
        },
        Case("offsets that run backwards", .malformed, saying: "data_offsets") {
            try $0.replaceHeader(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
                data: Data(count: 4)
            )
        },
        Case("tensors that overlap", .malformed, saying: "overlaps") {
            try $0.replaceHeader(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                    + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
                data: Data(count: 12)
            )
        },
        Case("a gap between tensors", .malformed, saying: "gap") {
            try $0.replaceHeader(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                    + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}",
                data: Data(count: 12)
            )
        },
        Case("a tensor outside of the file", .malformed, saying: "the file has") {
            try $0.replaceHeader(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[9],\"data_offsets\":[0,36]}}",
                data: Data(count: 4)
            )
        },
        Case("a tensor named twice", .malformed, saying: "twice") {
            let tensor = "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"
            try $0.replaceHeader("{\(tensor),\(tensor)}", data: Data(count: 4))
        },
    ]

    private static let content: [Case] = [
        Case("no weights", .file, saying: "model.safetensors") { $0.weights = nil },
        Case("a pointer in the weights' place", .malformed, saying: "model.safetensors", "Git LFS pointer") {
            $0.weights = Data("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 500\n".utf8)
        },
        Case("more layers than configured", .mismatch, saying: "has 2 layers", "num_hidden_layers 1") {
            try $0.replaceInConfiguration("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1")
        },
        Case("an encoder tensor of another model", .mismatch, saying: "embeddings.project.weight") {
            try $0.write {
                $0.append(Safetensors.Tensor(name: "bert.embeddings.project.weight", shape: [1], floats: [0]))
            }
        },
        Case("a tensor that is missing", .mismatch, saying: "encoder.layer.1.attention.self.query.weight", "missing") {
            try $0.write { $0.removeAll { $0.name == query } }
        },
        Case("a tensor of another shape", .mismatch, saying: "word_embeddings", "[82, 8]", "[41, 16]") {
            try $0.replaceInHeader("[41,16]", "[82,8]")
        },
        Case("a number that is none", .malformed, saying: query, "not finite") {
            try $0.write { tensors in
                for index in tensors.indices where tensors[index].name == query { tensors[index].floats[3] = .nan }
            }
        },
        Case("an infinite number", .malformed, saying: query, "not finite") {
            try $0.write { tensors in
                for index in tensors.indices where tensors[index].name == query {
                    tensors[index].floats[0] = -.infinity
                }
            }
        },
        Case(
            "more rows asked for than there are",
            .mismatch,
            saying: "word_embeddings",
            "config.json asks for [50, 16]"
        ) {
            try $0.replaceInConfiguration("\"vocab_size\": 41", "\"vocab_size\": 50")
        },
    ]

    private static let configuration: [Case] = [
        Case("no configuration", .file, saying: "config.json") { $0.configuration = nil },
        Case("a configuration that is not JSON", .malformed, saying: "config.json", "not valid JSON") {
            $0.configuration = "{\"vocab_size\": "
        },
        Case("a configuration without a size", .malformed, saying: "hidden_size", "missing") {
            try $0.replaceInConfiguration("\"hidden_size\"", "\"hidden\"")
        },
        Case("a size that is text", .malformed, saying: "hidden_size") {
            try $0.replaceInConfiguration("\"hidden_size\": 16", "\"hidden_size\": \"16\"")
        },
        Case("a size of zero", .malformed, saying: "positive") {
            try $0.replaceInConfiguration("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 0")
        },
        Case("a million layers", .malformed, saying: "num_hidden_layers") {
            try $0.replaceInConfiguration("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1000000")
        },
        Case("a width that heads do not divide", .malformed, saying: "16", "3 heads") {
            try $0.replaceInConfiguration("\"num_attention_heads\": 2", "\"num_attention_heads\": 3")
        },
        Case("an unknown activation", .malformed, saying: "hidden_act", "relu", "gelu_new") {
            try $0.replaceInConfiguration("\"gelu\"", "\"relu\"")
        },
        Case("a decoder", .malformed, saying: "is_decoder", "left-to-right") {
            try $0.replaceInConfiguration("\"bert\"", "\"bert\", \"is_decoder\": true")
        },
        Case("cross-attention", .malformed, saying: "add_cross_attention") {
            try $0.replaceInConfiguration("\"bert\"", "\"bert\", \"add_cross_attention\": true")
        },
        Case("relative positions", .malformed, saying: "position_embedding_type", "relative_key") {
            try $0.replaceInConfiguration("\"bert\"", "\"bert\", \"position_embedding_type\": \"relative_key\"")
        },
        Case("pruned heads", .malformed, saying: "pruned_heads") {
            try $0.replaceInConfiguration("\"bert\"", "\"bert\", \"pruned_heads\": {\"0\": [1]}")
        },
        Case("quantized weights", .malformed, saying: "quantization_config") {
            try $0.replaceInConfiguration("\"bert\"", "\"bert\", \"quantization_config\": {\"load_in_8bit\": true}")
        },
        Case("a classifier's dropout of one", .malformed, saying: "dropout") {
            try $0.replaceInConfiguration("\"bert\"", "\"bert\", \"classifier_dropout\": 1")
        },
        Case("a dropout that float32 rounds to one", .malformed, saying: "dropout") {
            try $0.replaceInConfiguration("\"hidden_dropout_prob\": 0.0", "\"hidden_dropout_prob\": 0.99999999999")
        },
        Case("an epsilon that float32 rounds to nothing", .malformed, saying: "layer_norm_eps") {
            try $0.replaceInConfiguration("\"layer_norm_eps\": 1e-12", "\"layer_norm_eps\": 1e-60")
        },
        Case("labels that skip a number", .malformed, saying: "id2label", "\"2\"") {
            try $0.replaceInConfiguration("\"bert\"", "\"bert\", \"id2label\": {\"0\": \"a\", \"2\": \"b\"}")
        },
        Case("an unknown problem", .malformed, saying: "problem_type") {
            try $0.replaceInConfiguration("\"bert\"", "\"bert\", \"problem_type\": \"ranking\"")
        },
        Case("a pointer in the configuration's place", .malformed, saying: "config.json", "Git LFS pointer") {
            $0.configuration = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 500\n"
        },
        Case("another architecture", .malformed, saying: "model_type", "roberta") {
            try $0.replaceInConfiguration("\"bert\"", "\"roberta\"")
        },
        Case("a dropout of one", .malformed, saying: "dropout") {
            try $0.replaceInConfiguration("\"hidden_dropout_prob\": 0.0", "\"hidden_dropout_prob\": 1.0")
        },
        Case("a dropout of one in float32", .malformed, saying: "dropout") {
            try $0.replaceInConfiguration("\"hidden_dropout_prob\": 0.0", "\"hidden_dropout_prob\": 0.9999999999")
        },
    ]

    private static let vocabulary: [Case] = [
        Case("no vocabulary", .file, saying: "vocab.txt") { $0.vocabulary = nil },
        Case("an empty vocabulary", .malformed, saying: "vocab.txt", "empty") { $0.vocabulary = "" },
        Case("a vocabulary without [UNK]", .malformed, saying: "[UNK]") {
            $0.vocabulary = $0.vocabulary?.replacing("[UNK]", with: "[HUH]")
        },
        Case("a vocabulary without [CLS]", .malformed, saying: "[CLS]") {
            $0.vocabulary = $0.vocabulary?.replacing("[CLS]", with: "[BOS]")
        },
        Case("more pieces than rows", .mismatch, saying: "42 pieces", "41") { $0.vocabulary?.append("one-more\n") },
        Case("a tokenizer that is not JSON", .malformed, saying: "tokenizer_config.json") { $0.tokenizer = "lower" },
    ]

    @Test(arguments: header + content + configuration + vocabulary)
    func damagedModelsAreRefusedByName(_ example: Case) throws {
        var files = try Folder()
        try example.spoil(&files)
        try withTemporaryFolder { folder in
            try files.write(to: folder)
            let error = try #require(
                #expect(throws: BERTError.self) {
                    let model = try ModelDirectory(path: folder)
                    let graph = BERTEncoder(model.configuration).evaluationGraph(.classification(labels: 3))
                    _ = try Weights.load(
                        model.weights(),
                        for: graph,
                        configuration: model.configuration,
                        seed: 0,
                        needsHead: true
                    )
                }
            )
            #expect(error.code == example.code, "\(error)")
            #expect(error.message.hasPrefix(folder), "\(error)")
            for words in example.saying { #expect(error.message.contains(words), "\(error)") }
        }
    }

    @Test func theUnspoiltModelIsRead() throws {
        try withTemporaryFolder { folder in
            try Folder().write(to: folder)
            let model = try ModelDirectory(path: folder)
            let graph = BERTEncoder(model.configuration).evaluationGraph(.classification(labels: 3))
            _ = try Weights.load(
                model.weights(),
                for: graph,
                configuration: model.configuration,
                seed: 0,
                needsHead: true
            )
        }
    }
}
