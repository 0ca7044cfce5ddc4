import Foundation
package import PodiumBERT
package import PodiumCore
import PodiumFiles

/// Everything that a training is made from, by name with its SHA-256; a checkpoint carries it.
package struct TrainingOrigin: Equatable {
    /// By what people call it: `data file MRPC/train.tsv`, `start weights`, `job`.
    private let hashes: [String: String]

    private static let key = "podium.origin"

    /// - Parameter model: what the training starts from; nil for fresh weights.
    package init(_ context: JobContext, datasets: [DatasetUse], model: ModelDirectory?) throws {
        var hashes: [String: String] = [:]
        for dataset in datasets where dataset.split == .train {
            for file in dataset.files { hashes["data file \(file.name)"] = file.sha256 }
        }
        if let model {
            hashes["start weights"] = try model.weightsSHA256()
            for name in ["config.json", "bert_config.json", "vocab.txt", "tokenizer_config.json", "tokenizer.json"] {
                let path = "\(model.path)/\(name)"
                if FileManager.default.fileExists(atPath: path) {
                    hashes["model's \(name)"] = try Digest.sha256(file: path)
                }
            }
        }
        // Where and how often a run is tried decides nothing about its numbers.
        var spec = context.spec
        spec.resources = Resources()
        spec.retry = RetryPolicy()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        hashes["job"] = Digest.sha256(Array(try encoder.encode(spec)))
        self.hashes = hashes
    }

    /// Reads what a checkpoint says; one that says nothing has no origin.
    init(metadata: [String: String]) throws {
        hashes =
            try metadata[Self.key].map { try JSONDecoder().decode([String: String].self, from: Data($0.utf8)) } ?? [:]
    }

    func metadata() throws -> [String: String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [Self.key: String(decoding: try encoder.encode(hashes), as: UTF8.self)]
    }

    /// What is not as it was, in words.
    func differences(from saved: TrainingOrigin) -> [String] {
        guard !saved.hashes.isEmpty else { return ["it does not say what it was made from"] }
        return Set(hashes.keys).union(saved.hashes.keys).sorted().filter { hashes[$0] != saved.hashes[$0] }
    }
}
