import Foundation
import PodiumBERT
import PodiumCPU
import PodiumCore
import PodiumFiles
import PodiumGraph
import PodiumJobs
import Testing

/// Vectors of texts against transformers (`make_embedding_fixture.py`).
struct EmbeddingTests {
    private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures").path
    private static let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("PodiumBERTTests/Fixtures/tiny-bert").path
    private static let file = fixtures + "/embedding.txt"
    /// Largest difference allowed, in float32.
    private static let tolerance: Float = 1e-5

    private static func texts() throws -> [String] {
        try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast().map(String.init)
    }

    private static func device() throws -> any GraphDevice { try CPUDevice(CPUConfiguration(threads: 1)) }

    private static func options(_ pool: Pooling, layers: [Int] = [-1], _ combination: LayerCombination? = nil)
        -> EmbeddingOptions
    {
        var options = EmbeddingOptions()
        options.pool = pool
        options.layers = layers
        options.combination = combination
        return options
    }

    private func expect(_ options: EmbeddingOptions, _ name: String) throws {
        let expected = try Safetensors(path: Self.fixtures + "/embedding.safetensors")
        let model = try ModelDirectory(path: Self.model)
        var embedder = try Embedder(model, options: options, maximumLength: 24, device: Self.device())
        for (number, rows) in try embedder.rows(Self.texts()).enumerated() {
            let ours = rows.flatMap { $0.vectors.flatMap(\.self) }
            let reference = try expected.floats("\(name)/\(number)")
            try #require(ours.count == reference.count, "\(name)/\(number)")
            let difference = zip(ours, reference).map { abs($0 - $1) }.max() ?? 0
            #expect(difference <= Self.tolerance, "\(name)/\(number): \(difference)")
        }
    }

    @Test(arguments: Pooling.allCases)
    func everyPoolEqualsTransformers(pool: Pooling) throws {
        try expect(Self.options(pool), pool.rawValue)
    }

    @Test func layersAreSummedOrPutSideBySide() throws {
        try expect(Self.options(.mean, layers: [-1, -2], .sum), "sum")
        try expect(Self.options(.mean, layers: [-1, -2], .concat), "concat")
    }

    @Test func wordsKeepTheirSpellingAndUnknownPiecesAreCounted() throws {
        let model = try ModelDirectory(path: Self.model)
        var embedder = try Embedder(model, options: Self.options(.word), maximumLength: 24, device: Self.device())
        let rows = try embedder.rows(["Ábc, zk q"])
        #expect(rows[0].map(\.token) == ["Ábc", ",", "zk", "q"])
        // The comma and zk.
        #expect(embedder.unknownPieces == 2 && embedder.pieces == 8)
    }

    @Test func layersThatAreNotThereAreRefused() throws {
        let model = try ModelDirectory(path: Self.model)
        _ = try Embedder(model, options: Self.options(.mean, layers: [-3]), maximumLength: 24, device: Self.device())
        for layers in [[-4], [0], [], [-1, -1]] {
            #expect(throws: JobError.self) {
                try Embedder(
                    model,
                    options: Self.options(.mean, layers: layers),
                    maximumLength: 24,
                    device: Self.device()
                )
            }
        }
        #expect(throws: JobError.self) {
            try Embedder(model, options: Self.options(.mean), maximumLength: 25, device: Self.device())
        }
    }

    // MARK: Files

    private struct Line: Decodable {
        struct Layer: Decodable {
            var index: Int
            var values: [Double]
        }
        struct Feature: Decodable {
            var token: String
            var layers: [Layer]
        }
        var linex_index: Int
        var features: [Feature]
    }

    private static func run(_ options: EmbeddingOptions, files: [String] = [file]) throws -> EmbeddingRun {
        EmbeddingRun(
            files: files,
            options: options,
            engine: EngineOptions(maxSequenceLength: 24),
            model: try ModelDirectory(path: model),
            device: try device()
        )
    }

    private static func inFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("podium-embed-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    @Test func jsonLinesAreThoseOfTheRelease() throws {
        try Self.inFolder { folder in
            let path = "\(folder)/out.jsonl"
            let summary = try Self.run(Self.options(.none, layers: [-1, -2])).write(to: path, work: path + ".partial") {
                _,
                _ in
            }
            #expect(summary.texts == 6)
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
                .map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
            #expect(lines.map(\.linex_index) == Array(0..<6))
            #expect(lines[0].features.map(\.token) == ["[CLS]", "a", "b", "c", "[SEP]"])
            #expect(lines[0].features[1].layers.map(\.index) == [-1, -2])
            let expected = try Safetensors(path: Self.fixtures + "/embedding.safetensors").floats("none/0")
            for (ours, reference) in zip(lines[0].features.flatMap { $0.layers[0].values }, expected) {
                #expect(abs(ours - Double(reference)) < 1e-5)
            }
            // Nothing in between is left.
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["out.jsonl"])
        }
    }

    @Test func arraysAreNumPysAndSafetensorsAreRead() throws {
        try Self.inFolder { folder in
            var options = Self.options(.word)
            options.format = .npy
            let path = "\(folder)/v.npy"
            let summary = try Self.run(options).write(to: path, work: path + ".partial") { _, _ in }
            let bytes = try FileContent.read(path)
            let header = Int(bytes[8]) + 256 * Int(bytes[9])
            #expect(Array(bytes[..<8]) == [0x93] + Array("NUMPY".utf8) + [1, 0])
            #expect((10 + header) % 64 == 0)
            let text = String(decoding: bytes[10..<(10 + header)], as: UTF8.self)
            #expect(text.hasPrefix("{'descr': '<f4', 'fortran_order': False, 'shape': (\(summary.vectors), 16), }"))
            #expect(bytes.count == 10 + header + summary.vectors * 16 * 4)
            options.format = .safetensors
            _ = try Self.run(options).write(to: "\(folder)/v.safetensors", work: "\(folder)/w") { _, _ in }
            let archive = try Safetensors(path: "\(folder)/v.safetensors")
            #expect(archive.tensor(named: "vectors")?.shape == [summary.vectors, 16])
            #expect(archive.tensor(named: "offsets")?.shape == [7])
            let words = try Safetensors(path: Self.fixtures + "/embedding.safetensors").floats("word/0")
            for (ours, reference) in zip(try archive.floats("vectors"), words) {
                #expect(abs(ours - reference) <= 1e-5)
            }
        }
    }

    private struct Stop: Error {}

    @Test(arguments: [Pooling.mean, .word])
    func anInterruptedRunEndsInTheSameBytes(pool: Pooling) throws {
        try Self.inFolder { folder in
            let texts = (0..<1300).map { "a b c \(["d", "e f", "gij"][$0 % 3]) \($0 % 7 == 0 ? "abcdij" : "")" }
            try Data(texts.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: "\(folder)/texts.txt"))
            var options = Self.options(pool)
            options.format = .npy
            let run = try Self.run(options, files: ["\(folder)/texts.txt"])
            _ = try run.write(to: "\(folder)/whole.npy", work: "\(folder)/a") { _, _ in }
            #expect(throws: Stop.self) {
                _ = try run.write(to: "\(folder)/v.npy", work: "\(folder)/b") { done, _ in
                    if done.texts > 600 { throw Stop() }
                }
            }
            // What was written after the last note does not count.
            let rows = try #require(FileHandle(forWritingAtPath: "\(folder)/b.rows"))
            try rows.seekToEnd()
            try rows.write(contentsOf: Data("rubbish".utf8))
            try rows.close()
            // Another attempt has a folder of its own.
            let summary = try run.write(to: "\(folder)/v.npy", work: "\(folder)/c", earlier: "\(folder)/b.json") {
                _,
                _ in
            }
            #expect(summary.resumedFrom == 1024 && summary.texts == 1300)
            #expect(try FileContent.read("\(folder)/v.npy") == FileContent.read("\(folder)/whole.npy"))
            // Other options have nothing to go on from.
            options.normalize = true
            let other = try Self.run(options, files: ["\(folder)/texts.txt"])
                .write(to: "\(folder)/n.npy", work: "\(folder)/d", earlier: "\(folder)/b.json") { _, _ in }
            #expect(other.resumedFrom == nil)
        }
    }

    @Test func textsThatAreNotUTF8AreRefusedByTheirPlace() throws {
        try Self.inFolder { folder in
            try Data([0x61, 0x0A, 0xFF, 0x0A]).write(to: URL(fileURLWithPath: "\(folder)/t"))
            let error = #expect(throws: JobError.self) {
                _ = try Self.run(Self.options(.mean), files: ["\(folder)/t"]).write(
                    to: "\(folder)/o",
                    work: "\(folder)/w"
                ) { _, _ in }
            }
            #expect(error?.message.contains("t:2") == true)
        }
    }
}
