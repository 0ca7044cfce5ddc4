import Foundation
import PodiumBERT
import PodiumCPU
import PodiumGraph
import PodiumText
import Testing

/// Files beside the tests, made by the scripts in `Fixtures`.
enum Fixture {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
        .path

    /// A small model of random weights with the heads of all tasks.
    static let tinyModel = "\(folder)/tiny-bert"

    static func tensors(_ name: String) throws -> Safetensors {
        try Safetensors(path: "\(folder)/\(name).safetensors")
    }

    static func device(threads: Int = 2) throws -> any GraphDevice {
        try CPUDevice(CPUConfiguration(threads: threads))
    }

    /// The tiny model's encoder, with dropout.
    static func tinyEncoder(dropout: Double) throws -> BERTEncoder {
        var configuration = try ModelDirectory(path: tinyModel).configuration
        configuration.hiddenDropout = dropout
        configuration.attentionDropout = dropout
        return BERTEncoder(configuration)
    }

    static func encoder(_ configuration: Configuration) -> BERTEncoder { BERTEncoder(configuration) }

    /// The tiny model's own weights for a graph.
    static func tinyWeights(for graph: Graph) throws -> Weights {
        let model = try ModelDirectory(path: tinyModel)
        return try Weights.load(
            model.weights(),
            for: graph,
            configuration: model.configuration,
            seed: 0,
            needsHead: false
        ).weights
    }
}

extension Safetensors {
    func integers(_ name: String) throws -> [Int32] {
        try floats(name).map { Int32($0) }
    }
}

/// A folder that is gone after the body.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("podium-bert-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}
