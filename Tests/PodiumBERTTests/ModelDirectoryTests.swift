import Foundation
import PodiumBERT
import PodiumFiles
import PodiumGraph
import PodiumText
import Testing

@Suite struct ModelDirectoryTests {
    private let model: ModelDirectory

    init() throws { model = try ModelDirectory(path: Fixture.tinyModel) }

    private func load(_ model: ModelDirectory, _ head: Head, needsHead: Bool) throws -> (
        weights: Weights, report: Weights.LoadReport
    ) {
        try Weights.load(
            model.weights(),
            for: BERTEncoder(model.configuration).evaluationGraph(head),
            configuration: model.configuration,
            seed: 5,
            needsHead: needsHead
        )
    }

    @Test(arguments: [Head.classification(labels: 3), .span, .pretraining()])
    func whatIsWrittenIsReadAgain(_ head: Head) throws {
        let (weights, _) = try load(model, head, needsHead: true)
        try withTemporaryFolder { folder in
            let written = try ModelDirectory.write(
                weights,
                configuration: model.configuration,
                tokenizer: model.tokenizer,
                to: "\(folder)/deep/model"
            )
            let again = try ModelDirectory(path: "\(folder)/deep/model")
            #expect(again.configuration == model.configuration)
            #expect(again.tokenizer.vocabulary.bytes == model.tokenizer.vocabulary.bytes)
            #expect(again.tokenizer.lowercases == model.tokenizer.lowercases)
            #expect(try load(again, head, needsHead: true).weights.tensors == weights.tensors)
            #expect(try written.sha256 == again.weightsSHA256())
            #expect(
                written.bytes
                    == Int64(try Data(contentsOf: URL(fileURLWithPath: "\(again.path)/model.safetensors")).count)
            )
            let files = try FileManager.default.contentsOfDirectory(atPath: again.path).sorted()
            #expect(files == ["config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt"])
        }
    }

    /// A copy of the tiny model with one file's text changed.
    private func check(_ file: String, _ change: (String) -> String) throws -> Configuration {
        try withTemporaryFolder { folder in
            let copy = "\(folder)/model"
            try FileManager.default.copyItem(atPath: Fixture.tinyModel, toPath: copy)
            let text = (try? String(contentsOfFile: "\(copy)/\(file)", encoding: .utf8)) ?? ""
            try change(text).write(toFile: "\(copy)/\(file)", atomically: true, encoding: .utf8)
            return try ModelDirectory.check(copy)
        }
    }

    @Test func aModelThatNoRunCanStartFromFailsItsCheck() throws {
        #expect(try check("config.json") { $0 } == model.configuration)
        let layers = "\"num_hidden_layers\": \(model.configuration.layers)"
        for (file, change, said) in [
            ("config.json", { $0.replacing(layers, with: "\"num_hidden_layers\": 1") }, "num_hidden_layers 1"),
            ("config.json", { $0.replacing(layers, with: "\"num_hidden_layers\": 99") }, "are missing"),
            ("tokenizer_config.json", { _ in "{\"tokenizer_class\": \"RobertaTokenizer\"}" }, "RobertaTokenizer"),
            ("model.safetensors", { _ in "version https://git-lfs.github.com/spec/v1\n" }, "Git LFS"),
        ] as [(String, (String) -> String, String)] {
            let error = #expect(throws: BERTError.self) { try check(file, change) }
            #expect(error?.message.contains(said) == true, "\(file): \(error?.message ?? "accepted")")
        }
    }

    @Test(arguments: Configuration.Architecture.allCases)
    func onlyBERTsSayThatTheyAreOne(_ architecture: Configuration.Architecture) throws {
        var configuration = model.configuration
        configuration.architecture = architecture
        let graph = configuration.model.evaluationGraph(.classification(labels: 2))
        try withTemporaryFolder { folder in
            _ = try ModelDirectory.write(
                Weights.fresh(for: graph, configuration: configuration, seed: 1),
                configuration: configuration,
                tokenizer: model.tokenizer,
                to: folder
            )
            #expect(try ModelDirectory(path: folder).configuration == configuration)
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/config.json"))
            let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            let isBERT = architecture == .bidirectional
            #expect(json["model_type"] as? String == (isBERT ? "bert" : "podium"))
            #expect(json["architectures"] as? [String] == (isBERT ? ["BertForSequenceClassification"] : nil))
        }
    }

    @Test func filesHaveTransformersNames() throws {
        let names = try load(model, .pretraining(), needsHead: true).weights.exported().map(\.name)
        #expect(names.contains("bert.encoder.layer.0.attention.self.query.weight"))
        #expect(names.contains("cls.predictions.transform.LayerNorm.weight"))
        #expect(names.contains("cls.predictions.bias"))
        #expect(names.contains("cls.seq_relationship.weight"))
        #expect(!names.contains { $0.contains("qkv") })
        // All of the file's tensors but the heads of other tasks.
        let file = try model.weights().tensors.map(\.name)
        let others = ["classifier.weight", "classifier.bias", "qa_outputs.weight", "qa_outputs.bias"]
        #expect(Set(names) == Set(file).subtracting(others))
    }

    @Test func headsOfOtherTasksAreMadeFreshAndReported() throws {
        let (weights, report) = try load(model, .classification(labels: 2), needsHead: false)
        #expect(report.replaced == ["classifier.weight", "classifier.bias"])
        #expect(report.fresh.isEmpty)
        #expect(report.unused.contains("cls.predictions.bias"))
        #expect(weights.tensors["classifier.bias"]?.floats == [0, 0])
        let error = #expect(throws: BERTError.self) {
            _ = try load(model, .classification(labels: 2), needsHead: true)
        }
        #expect(error?.message.contains("not fine-tuned for this task") == true)
    }

    @Test func freshWeightsAreATruncatedNormalOfSeedAndName() throws {
        let graph = BERTEncoder(model.configuration).evaluationGraph(.classification(labels: 3))
        func fresh(_ seed: UInt64) -> Weights {
            Weights.fresh(for: graph, configuration: model.configuration, seed: seed)
        }
        let weights = fresh(1)
        #expect(weights.tensors == fresh(1).tensors)
        #expect(weights.tensors["classifier.weight"] != fresh(2).tensors["classifier.weight"])
        #expect(weights.tensors["embeddings.LayerNorm.weight"]?.floats.allSatisfy { $0 == 1 } == true)
        #expect(weights.tensors["pooler.dense.bias"]?.floats.allSatisfy { $0 == 0 } == true)
        let values = try #require(weights.tensors["embeddings.word_embeddings.weight"]).floats.map { Double($0) }
        let deviation = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
        // Cut at two deviations, a normal distribution's own is 0.88 of it.
        #expect(abs(deviation - 0.88 * 0.02) < 0.001)
        #expect(values.allSatisfy { abs($0) <= 0.04 })
    }

    @Test func halfPrecisionFilesAreReadExactly() throws {
        try withTemporaryFolder { folder in
            let header = """
                {"half":{"dtype":"F16","shape":[5],"data_offsets":[0,10]},\
                "brain":{"dtype":"BF16","shape":[2],"data_offsets":[10,14]},\
                "double":{"dtype":"F64","shape":[1],"data_offsets":[14,22]}}
                """
            var length = UInt64(header.utf8.count).littleEndian
            var bytes = withUnsafeBytes(of: &length) { Data($0) } + Data(header.utf8)
            // 1, -2, the smallest subnormal, the largest number, infinity.
            for bits in [0x3C00, 0xC000, 0x0001, 0x7BFF, 0x7C00, 0x3FC0, 0xC2F7] as [UInt16] {
                withUnsafeBytes(of: bits.littleEndian) { bytes.append(contentsOf: $0) }
            }
            withUnsafeBytes(of: (0.1).bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            let path = "\(folder)/half.safetensors"
            try bytes.write(to: URL(fileURLWithPath: path))
            let file = try Safetensors(path: path)
            #expect(try file.floats("half") == [1, -2, 0x1p-24, 65504, .infinity])
            #expect(try file.floats("brain") == [1.5, -123.5])
            #expect(try file.floats("double") == [0.1])
        }
    }

    @Test func aFailedWriteLeavesTheOldFileAndNothingElse() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/file"
            try AtomicFile.write(path) { (writer) throws(FileError) in try writer.append(Array("old".utf8)) }
            #expect(throws: FileError.self) {
                try AtomicFile.write(path) { (writer) throws(FileError) in
                    try writer.append(Array("new".utf8))
                    throw FileError(.writeFailed, "the disk is full")
                }
            }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
            let error = #expect(throws: FileError.self) {
                try AtomicFile.write("\(folder)/none/file") { (_) throws(FileError) in }
            }
            #expect(error?.code == .writeFailed)
            #expect(error?.message.contains("No such file or directory") == true)
        }
    }
}
