import Foundation
import PodiumBERT
import PodiumFiles
import PodiumGraph
import PodiumText
import Testing

/// Checkpoints that TensorFlow wrote (Fixtures/make_tensorflow_fixtures.py), and ours.
@Suite struct TensorFlowTests {
    static let folder = "\(Fixture.folder)/tensorflow"

    private struct Typed: Decodable {
        var type: String
        var shape: [Int]
        var bytes: String
    }

    private static func typed() throws -> [String: Typed] {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/types.json"))
        return try JSONDecoder().decode([String: Typed].self, from: data)
    }

    /// The tiny model with the fixture's checkpoint for weights.
    static func withRelease<Result>(_ body: (String) throws -> Result) throws -> Result {
        try withTemporaryFolder { folder in
            let files = FileManager.default
            for name in ["release.ckpt.index", "release.ckpt.data-00000-of-00002", "release.ckpt.data-00001-of-00002"] {
                try files.copyItem(atPath: "\(Self.folder)/\(name)", toPath: "\(folder)/\(name)")
            }
            try files.copyItem(atPath: "\(Fixture.tinyModel)/vocab.txt", toPath: "\(folder)/vocab.txt")
            try files.copyItem(atPath: "\(Fixture.tinyModel)/config.json", toPath: "\(folder)/bert_config.json")
            return try body(folder)
        }
    }

    @Test func everyElementTypeIsReadAsTensorFlowWroteIt() throws {
        let bundle = try TensorBundle(prefix: "\(Self.folder)/types.ckpt")
        let expected = try Self.typed()
        #expect(bundle.tensors.map(\.name) == expected.keys.sorted())
        for tensor in bundle.tensors {
            let typed = try #require(expected[tensor.name])
            #expect(tensor.element.rawValue == typed.type)
            #expect(tensor.shape == typed.shape)
            #expect(Digest.hexadecimal(try bundle.bytes(of: tensor)) == typed.bytes, "\(tensor.name)")
        }
        for name in expected.keys where !["bool", "scalar", "empty"].contains(name) {
            #expect(try bundle.floats(name) == [0, 1, 2, 3, 100, 77], "\(name)")
        }
        #expect(try bundle.floats("bool") == [1, 0, 1])
        #expect(try bundle.floats("scalar") == [2.5])
        #expect(try bundle.floats("empty").isEmpty)
    }

    @Test func aCheckpointOfTheReleaseHasTheWeightsOfItsSafetensors() throws {
        try Self.withRelease { folder in
            let model = try ModelDirectory(path: folder)
            #expect(try ModelDirectory(path: "\(folder)/release.ckpt").configuration == model.configuration)
            let archive = try model.weights()
            let original = try Safetensors(path: "\(Fixture.tinyModel)/model.safetensors")
            for tensor in original.tensors {
                #expect(archive.tensor(named: tensor.name) == tensor)
                #expect(try archive.floats(tensor.name) == original.floats(tensor.name), "\(tensor.name)")
            }
            for head in [Head.classification(labels: 3), .span, .pretraining()] {
                let graph = Fixture.encoder(model.configuration).evaluationGraph(head)
                func load(_ file: any TensorArchive) throws -> (weights: Weights, report: Weights.LoadReport) {
                    try Weights.load(file, for: graph, configuration: model.configuration, seed: 0, needsHead: true)
                }
                let loaded = try load(archive)
                #expect(try loaded.weights.tensors == load(original).weights.tensors)
                #expect(loaded.report.unused.contains("optimizer.global_step"))
            }
            #expect(try model.weightsLocation() == .tensorFlow(prefix: "\(folder)/release.ckpt"))
            #expect(try model.weightsSHA256().count == 64)
        }
    }

    @Test func convertingThereAndBackKeepsEveryByteAndSlot() throws {
        try Self.withRelease { folder in
            let start = try TensorBundle(prefix: "\(folder)/release.ckpt")
            let there = try ModelConversion.convert(folder, to: "\(folder)/st", .safetensors)
            #expect(there.tensors == start.tensors.count)
            #expect(there.unnamed == ["tensorflow.good_steps"])
            let middle = try Safetensors(path: "\(folder)/st/model.safetensors")
            #expect(try middle.floats("optimizer.global_step") == [Float(1_234_567_890_123)])
            let query = "bert.encoder.layer.1.intermediate.dense.weight"
            #expect(middle.tensor(named: query)?.shape == [28, 16])
            #expect(middle.tensor(named: "optimizer.adam_m.\(query)")?.shape == [28, 16])
            let back = try ModelConversion.convert("\(folder)/st", to: "\(folder)/tf", .tensorFlow)
            #expect(back.slots == there.slots && back.unnamed.isEmpty)
            let end = try TensorBundle(prefix: "\(folder)/tf/bert_model.ckpt")
            #expect(end.tensors == start.tensors)
            for tensor in start.tensors {
                #expect(try end.bytes(of: tensor) == start.bytes(of: tensor), "\(tensor.name)")
            }
            // The folders are models, and the same one.
            let (first, second) = (try ModelDirectory(path: "\(folder)/st"), try ModelDirectory(path: "\(folder)/tf"))
            #expect(first.configuration == second.configuration)
            #expect(first.tokenizer.vocabulary.bytes == second.tokenizer.vocabulary.bytes)
            let refusal = #expect(throws: BERTError.self) {
                try ModelConversion.convert(folder, to: "\(folder)/st", .safetensors)
            }
            #expect(refusal?.message.contains("not empty") == true)
        }
    }

    /// Shells complete a path to a file.
    @Test func aFileOfAModelNamesTheModel() throws {
        try Self.withRelease { folder in
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
                $0.hasPrefix("release.ckpt.")
            }
            #expect(names.count >= 2)
            for name in names + ["release.ckpt"] {
                let model = try ModelDirectory(path: "\(folder)/\(name)")
                #expect(model.folder == folder)
                #expect(try model.weightsLocation() == .tensorFlow(prefix: "\(folder)/release.ckpt"))
            }
            _ = try ModelConversion.convert(folder, to: "\(folder)/st", .safetensors)
            let model = try ModelDirectory(path: "\(folder)/st/model.safetensors")
            #expect(model.folder == "\(folder)/st")
            #expect(try model.weightsLocation() == .safetensors(path: "\(folder)/st/model.safetensors"))
        }
    }

    @Test func safetensorsWithoutPrefixGoThereAndBack() throws {
        try withTemporaryFolder { folder in
            let tensors = [
                RawTensor(ArchivedTensor(name: "embeddings.LayerNorm.gamma", element: .bfloat16, shape: [2])) {
                    [1, 2, 3, 4]
                },
                RawTensor(ArchivedTensor(name: "embeddings.position_ids", element: .int64, shape: [1, 1])) {
                    [9, 0, 0, 0, 0, 0, 0, 0]
                },
                RawTensor(
                    ArchivedTensor(name: "encoder.layer.0.output.dense.weight", element: .float16, shape: [1, 3])
                ) {
                    [1, 0, 2, 0, 3, 0]
                },
            ]
            try FileManager.default.createDirectory(atPath: "\(folder)/a", withIntermediateDirectories: true)
            try Safetensors.write(tensors, metadata: [:], to: "\(folder)/a/model.safetensors")
            let there = try ModelConversion.convert("\(folder)/a", to: "\(folder)/b", .tensorFlow)
            #expect(there.unnamed == ["safetensors.embeddings.position_ids"])
            let bundle = try TensorBundle(prefix: "\(folder)/b/bert_model.ckpt")
            #expect(
                bundle.tensors.map(\.name) == [
                    "bert/embeddings/LayerNorm/gamma", "bert/encoder/layer_0/output/dense/kernel",
                    "safetensors.embeddings.position_ids",
                ]
            )
            #expect(bundle.tensors[1].shape == [3, 1])
            _ = try ModelConversion.convert("\(folder)/b", to: "\(folder)/c", .safetensors)
            let end = try Safetensors(path: "\(folder)/c/model.safetensors")
            #expect(
                end.tensors.map(\.name) == [
                    "embeddings.position_ids", "bert.embeddings.LayerNorm.weight",
                    "bert.encoder.layer.0.output.dense.weight",
                ]
            )
            for (number, place) in [(0, 1), (1, 0), (2, 2)] {
                #expect(try end.bytes(of: end.tensors[place]) == tensors[number].bytes())
            }
        }
    }

    @Test func objectBasedCheckpointsAreRecognisedAndRefused() {
        let error = #expect(throws: BERTError.self) {
            _ = try TensorBundleIndex(path: "\(Self.folder)/object.ckpt.index")
        }
        #expect(error?.message.contains("object-based checkpoint") == true)
    }

    @Test func blocksPackedBySnappyAreRead() throws {
        let plain = try TensorBundleIndex(path: "\(Self.folder)/release.ckpt.index")
        let packed = try TensorBundleIndex(path: "\(Self.folder)/snappy.index")
        #expect(packed.entries == plain.entries)
        #expect(plain.entries.count > 100)
        #expect(plain.shards == 2)
    }

    @Test func aDamagedTensorIsNamedWhenItIsRead() throws {
        try Self.withRelease { folder in
            let path = "\(folder)/release.ckpt.data-00001-of-00002"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: URL(fileURLWithPath: path))
            let archive = try ModelDirectory(path: folder).weights()
            let error = #expect(throws: BERTError.self) {
                for tensor in archive.tensors { _ = try archive.floats(of: tensor) }
            }
            #expect(error?.message.contains("the checksum of tensor") == true)
        }
    }

    @Test func missingShortAndPointingDataFilesAreRefused() throws {
        func refusal(_ spoil: (String) throws -> Void) throws -> String? {
            try Self.withRelease { folder in
                try spoil("\(folder)/release.ckpt.data-00001-of-00002")
                return #expect(throws: BERTError.self) { _ = try ModelDirectory(path: folder).weights() }?.message
            }
        }
        #expect(try refusal { try FileManager.default.removeItem(atPath: $0) }?.contains("missing") == true)
        #expect(try refusal { try Data().write(to: URL(fileURLWithPath: $0)) }?.contains("cut short") == true)
        let pointer = Data("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8)
        #expect(try refusal { try pointer.write(to: URL(fileURLWithPath: $0)) }?.contains("Git LFS pointer") == true)
    }

    @Test func theCheckpointFileChoosesAmongSeveral() throws {
        try Self.withRelease { folder in
            for name in ["release.ckpt.index", "release.ckpt.data-00000-of-00002", "release.ckpt.data-00001-of-00002"] {
                try FileManager.default.copyItem(
                    atPath: "\(folder)/\(name)",
                    toPath: "\(folder)/\(name.replacing("release", with: "later"))"
                )
            }
            let error = #expect(throws: BERTError.self) { _ = try WeightsLocation(path: folder) }
            #expect(error?.message.contains("later.ckpt, release.ckpt") == true)
            try "model_checkpoint_path: \"/elsewhere/release.ckpt\"\nall_model_checkpoint_paths: \"later.ckpt\"\n"
                .write(toFile: "\(folder)/checkpoint", atomically: false, encoding: .utf8)
            #expect(try WeightsLocation(path: folder) == .tensorFlow(prefix: "\(folder)/release.ckpt"))
            #expect(try WeightsLocation(path: "\(folder)/later.ckpt") == .tensorFlow(prefix: "\(folder)/later.ckpt"))
        }
    }
}
