import Foundation
import PodiumBERT
import RealData
import Testing

/// Checkpoints that others published.
@Suite(.realData) struct RealCheckpointTests {
    @Test func aCompleteCheckpointLoadsAndConvertsWithItsSlots() throws {
        let source = "\(try RealData.root)/checkpoints/keras-bert-tiny"
        let model = try ModelDirectory(path: source)
        let start = try TensorBundle(prefix: "\(source)/bert_model.ckpt")
        #expect(start.tensors.count == 139)
        for tensor in start.tensors { _ = try start.bytes(of: tensor) }
        let loaded = try Weights.load(
            model.weights(),
            for: Fixture.encoder(model.configuration).evaluationGraph(.pretraining()),
            configuration: model.configuration,
            seed: 0,
            needsHead: true
        )
        #expect(loaded.report.fresh.isEmpty)
        try withTemporaryFolder { folder in
            let there = try ModelConversion.convert(source, to: "\(folder)/st", .safetensors)
            #expect(there.unnamed.isEmpty)
            #expect(there.slots == 93)
            _ = try ModelConversion.convert("\(folder)/st", to: "\(folder)/tf", .tensorFlow)
            let end = try TensorBundle(prefix: "\(folder)/tf/bert_model.ckpt")
            #expect(end.tensors == start.tensors)
            for tensor in start.tensors { #expect(try end.bytes(of: tensor) == start.bytes(of: tensor)) }
        }
    }

    @Test func aCheckpointInTwoShardsIsReadWhole() throws {
        let bundle = try TensorBundle(prefix: "\(try RealData.root)/checkpoints/t2t-two-shards/model.ckpt-1")
        #expect(bundle.tensors.count == 250)
        for tensor in bundle.tensors { _ = try bundle.bytes(of: tensor) }
    }

    @Test(arguments: [
        ("uncased_L-8_H-512_A-8", 142), ("chinese_L-12_H-768_A-12", 206), ("covbert_L-12_H-768_A-12", 619),
        ("finetuned_chinese_L-12_adam", 604),
    ])
    func indexesOfLargeModelsAreRead(name: String, count: Int) throws {
        let folder = "\(try RealData.root)/checkpoints/index-only/\(name)"
        var isFolder: ObjCBool = false
        try #require(FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder))
        let file =
            isFolder.boolValue
            ? try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".index") }
                .map { "\(folder)/\($0)" } : folder
        let index = try TensorBundleIndex(path: try #require(file))
        #expect(index.entries.count == count)
        #expect(index.entries.contains { $0.tensor.name == "bert/embeddings/word_embeddings" })
    }
}
