import Foundation
import PodiumBERT
import PodiumGraph
import Testing

/// The shapes in which other tools leave a model's weights.
@Suite struct WeightsFilesTests {
    private let original: Safetensors
    private let reference: Weights

    init() throws {
        original = try Safetensors(path: "\(Fixture.tinyModel)/model.safetensors")
        reference = try Self.load(Fixture.tinyModel)
    }

    private static func load(_ folder: String, _ head: Head = .classification(labels: 3), needsHead: Bool = true) throws
        -> Weights
    {
        let model = try ModelDirectory(path: folder)
        return try Weights.load(
            model.weights(),
            for: Fixture.encoder(model.configuration).evaluationGraph(head),
            configuration: model.configuration,
            seed: 0,
            needsHead: needsHead
        ).weights
    }

    /// A model folder with other weights.
    private func withModel(_ write: (String) throws -> Void, _ body: (String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            for name in ["config.json", "vocab.txt"] {
                try FileManager.default.copyItem(atPath: "\(Fixture.tinyModel)/\(name)", toPath: "\(folder)/\(name)")
            }
            try write(folder)
            try body(folder)
        }
    }

    private func raw(_ rename: (String) -> String? = { $0 }) -> [RawTensor] {
        let original = original
        return original.tensors.compactMap { tensor in
            rename(tensor.name).map { name in
                RawTensor(ArchivedTensor(name: name, element: tensor.element, shape: tensor.shape)) {
                    () throws(BERTError) in
                    try original.bytes(of: tensor)
                }
            }
        }
    }

    @Test func namesWithoutThePrefixAreTheSame() throws {
        try withModel {
            let tensors = raw { $0.hasPrefix("bert.") ? String($0.dropFirst(5)) : $0 }
            try Safetensors.write(tensors, metadata: [:], to: "\($0)/model.safetensors")
        } _: { (folder: String) throws in
            #expect(try Self.load(folder).tensors == reference.tensors)
        }
    }

    @Test func aFileWithoutPoolerServesHeadsThatReadNone() throws {
        try withModel {
            try Safetensors.write(
                raw { $0.contains("pooler") ? nil : $0 },
                metadata: [:],
                to: "\($0)/model.safetensors"
            )
        } _: { (folder: String) throws in
            #expect(try Self.load(folder, .span).tensors == Self.load(Fixture.tinyModel, .span).tensors)
            #expect(throws: BERTError.self) { try Self.load(folder) }
            let fresh = try Self.load(folder, needsHead: false)
            #expect(fresh.tensors["pooler.dense.weight"] != reference.tensors["pooler.dense.weight"])
        }
    }

    @Test func extraTensorsOfAnyTypeAreNoHindrance() throws {
        let extra = [
            RawTensor(ArchivedTensor(name: "bert.embeddings.position_ids", element: .int64, shape: [1, 2])) {
                [UInt8](repeating: 0, count: 16)
            },
            RawTensor(ArchivedTensor(name: "mask", element: .bool, shape: [3])) { [0, 1, 1] },
            RawTensor(ArchivedTensor(name: "bytes", element: .uint8, shape: [1])) { [200] },
        ]
        try withModel {
            try Safetensors.write(raw() + extra, metadata: [:], to: "\($0)/model.safetensors")
        } _: { (folder: String) throws in
            #expect(try Self.load(folder).tensors == reference.tensors)
        }
    }

    @Test(arguments: [ArchivedTensor.Element.bfloat16, .float16]) func halfPrecisionIsReadAsItIs(
        element: ArchivedTensor.Element
    ) throws {
        // One number of the original, exact in half precision.
        let tensors = try original.tensors.map { tensor -> RawTensor in
            let count = try #require(tensor.count)
            let one: [UInt8] = element == .bfloat16 ? [0x80, 0x3F] : [0x00, 0x3C]
            return RawTensor(ArchivedTensor(name: tensor.name, element: element, shape: tensor.shape)) {
                [[UInt8]](repeating: one, count: count).flatMap { $0 }
            }
        }
        try withModel {
            try Safetensors.write(tensors, metadata: [:], to: "\($0)/model.safetensors")
        } _: { (folder: String) throws in
            #expect(try Self.load(folder).tensors.values.allSatisfy { $0.floats.allSatisfy { $0 == 1 } })
        }
    }

    @Test func shardsAreOneModel() throws {
        func write(_ folder: String, _ change: (inout [String: String]) -> Void = { _ in }) throws {
            let all = raw()
            var map: [String: String] = [:]
            for (number, range) in [0..<5, 5..<all.count].enumerated() {
                let name = "model-0000\(number + 1)-of-00002.safetensors"
                try Safetensors.write(Array(all[range]), metadata: [:], to: "\(folder)/\(name)")
                for tensor in all[range] { map[tensor.tensor.name] = name }
            }
            change(&map)
            let index = try JSONEncoder().encode(["weight_map": map])
            try index.write(to: URL(fileURLWithPath: "\(folder)/model.safetensors.index.json"))
        }
        try withModel {
            try write($0)
        } _: { (folder: String) throws in
            #expect(try Self.load(folder).tensors == reference.tensors)
            #expect(try ModelDirectory(path: folder).weightsLocation().files().count == 3)
            #expect(try ModelDirectory(path: folder).weightsSHA256().count == 64)
        }
        func refusal(_ change: (inout [String: String]) -> Void) throws -> String? {
            var message: String?
            try withModel {
                try write($0, change)
            } _: { (folder: String) throws in
                let error = #expect(throws: BERTError.self) { _ = try Self.load(folder) }
                message = error?.message
            }
            return message
        }
        #expect(try refusal { $0["more"] = "model-00001-of-00002.safetensors" }?.contains("more is not in") == true)
        #expect(try refusal { $0["x"] = "../model.safetensors" }?.contains("beside the index") == true)
        #expect(try refusal { $0["classifier.bias"] = nil }?.contains("classifier.bias nowhere") == true)
    }

    @Test func picklesAreRefusedWithTheReason() throws {
        try withModel {
            try Data([0x80, 2]).write(to: URL(fileURLWithPath: "\($0)/pytorch_model.bin"))
        } _: { (folder: String) throws in
            let error = #expect(throws: BERTError.self) { try Self.load(folder) }
            #expect(error?.message.contains("pytorch_model.bin, a Python pickle, which may run any code") == true)
        }
    }

    @Test(arguments: ["gelu_new", "gelu_pytorch_tanh", "gelu_fast"]) func formsOfGELUByTanhAreOne(name: String) throws {
        try withModel {
            try FileManager.default.copyItem(
                atPath: "\(Fixture.tinyModel)/model.safetensors",
                toPath: "\($0)/model.safetensors"
            )
            let text = try String(contentsOfFile: "\($0)/config.json", encoding: .utf8)
            try text.replacing("\"gelu\"", with: "\"\(name)\", \"classifier_dropout\": 0.25").write(
                toFile: "\($0)/config.json",
                atomically: false,
                encoding: .utf8
            )
        } _: { (folder: String) throws in
            let configuration = try ModelDirectory(path: folder).configuration
            #expect(configuration.activation == .geluTanh)
            #expect(configuration.classifierDropout == 0.25)
        }
    }
}
