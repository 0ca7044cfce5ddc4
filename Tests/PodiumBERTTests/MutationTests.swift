import Foundation
import PodiumBERT
import PodiumText
import Testing

/// A hundred thousand damaged files of each kind: every one is read or refused, none ends the process or takes memory that
/// its size does not explain.
@Suite struct MutationTests {
    private static let rounds = 100_000

    /// Changes a few bytes: bits, numbers, cuts, repeats.
    private struct Mutator {
        var state: UInt64

        mutating func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(max(1, bound)))
        }

        mutating func mutate(_ original: [UInt8], in range: Range<Int>) -> [UInt8] {
            var bytes = original
            for _ in 0...below(4) {
                let place = range.lowerBound + below(range.count)
                guard place < bytes.count else { continue }
                switch below(7) {
                case 0: bytes[place] ^= 1 << UInt8(below(8))
                case 1: bytes[place] = UInt8(below(256))
                case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF, 0x22, 0x7B, 0x39][below(8)]
                case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(8)))
                case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + below(16))], at: place)
                case 5: bytes.insert(contentsOf: "9999999999".utf8.prefix(1 + below(10)), at: place)
                default: bytes.removeLast(below(min(bytes.count, 64)))
                }
            }
            return bytes
        }
    }

    /// Feeds mutations of a file to a reader that may refuse them.
    private func check(
        _ original: [UInt8],
        file: String,
        in range: Range<Int>? = nil,
        rounds: Int = rounds,
        _ read: (String) throws -> Void
    ) throws {
        try withMemoryFolder { folder in
            var mutator = Mutator(state: 12345)
            var refused = 0
            let path = "\(folder)/\(file)"
            let before = Self.peakMemory()
            for round in 0..<rounds {
                let bytes = mutator.mutate(original, in: range ?? 0..<original.count)
                let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
                try #require(descriptor >= 0)
                let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                close(descriptor)
                try #require(written == bytes.count)
                do {
                    try read(path)
                } catch is BERTError {
                    refused += 1
                } catch is TextError {
                    refused += 1
                } catch {
                    Issue.record("round \(round): \(error)")
                }
            }
            #expect(refused > rounds / 10)
            #expect(Self.peakMemory() - before < 1 << 30)
        }
    }

    /// A folder in memory where there is one: half a million files are written.
    private func withMemoryFolder(_ body: (String) throws -> Void) throws {
        guard access("/dev/shm", W_OK) == 0 else { return try withTemporaryFolder(body) }
        let path = "/dev/shm/podium-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    /// Bytes that the process ever had resident.
    private static func peakMemory() -> Int {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return usage.ru_maxrss * 1024
    }

    @Test func safetensors() throws {
        let tensors = [
            Safetensors.Tensor(name: "a.weight", shape: [2, 3], floats: [1, 2, 3, 4, 5, 6]),
            Safetensors.Tensor(name: "b", shape: [], floats: [7]),
            Safetensors.Tensor(name: "c", shape: [0, 9], floats: []),
        ]
        let bytes = try withTemporaryFolder { folder in
            try Safetensors.write(tensors, metadata: ["format": "pt"], to: "\(folder)/small")
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/small")))
        }
        try check(bytes, file: "model.safetensors") { path in
            let file = try Safetensors(path: path)
            for tensor in file.tensors { _ = try file.floats(of: tensor) }
        }
    }

    @Test(arguments: ["release.ckpt.index", "snappy.index"]) func checkpointIndexes(name: String) throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(TensorFlowTests.folder)/\(name)")))
        try check(bytes, file: "m.index", rounds: Self.rounds / 2) { _ = try TensorBundleIndex(path: $0) }
    }

    /// Past the checksum of its only block, which would otherwise stop nearly everything.
    @Test func checkpointIndexesWithRightChecksums() throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(TensorFlowTests.folder)/types.ckpt.index")))
        let end = try #require(
            (40..<bytes.count - 60).first { Self.checksum(bytes[...$0]) == Array(bytes[$0 + 1..<$0 + 5]) }
        )
        try check(bytes, file: "m.index", in: 0..<end) { path in
            var content = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            if content.count > end + 5 {
                content.replaceSubrange(end + 1..<end + 5, with: Self.checksum(content[...end]))
            }
            try Data(content).write(to: URL(fileURLWithPath: path))
            for entry in try TensorBundleIndex(path: path).entries { _ = entry.tensor.count }
        }
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }

    /// The masked CRC-32C, as it stands in a file.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let crc = ~bytes.reduce(~UInt32(0)) { $0 >> 8 ^ table[Int(($0 ^ UInt32($1)) & 0xFF)] }
        let masked = (crc >> 15 | crc << 17) &+ 0xA282_EAD8
        return withUnsafeBytes(of: masked.littleEndian) { Array($0) }
    }

    @Test func vocabularies() throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(Fixture.tinyModel)/vocab.txt")))
        try check(bytes, file: "vocab.txt") { path in
            let content = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            let vocabulary = try Vocabulary(bytes: content, name: path)
            _ = Tokenizer(vocabulary: vocabulary, lowercases: vocabulary.seemsCased).ids(of: "an odd Text é 中")
        }
    }

    @Test func configurations() throws {
        let text = try String(contentsOfFile: "\(Fixture.tinyModel)/config.json", encoding: .utf8)
        let keys =
            "{\"id2label\": {\"0\": \"a\", \"1\": \"b\"}, \"label2id\": {\"a\": 0, \"b\": 1}, \"pruned_heads\": {},"
        let bytes = Array((keys + text.dropFirst()).utf8)
        try withMemoryFolder { folder in
            try FileManager.default.copyItem(atPath: "\(Fixture.tinyModel)/vocab.txt", toPath: "\(folder)/vocab.txt")
            try check(bytes, file: "config.json") { path in
                let target = "\(folder)/config.json"
                unlink(target)
                link(path, target)
                let model = try ModelDirectory(path: folder)
                if model.configuration.layers < 20 {
                    _ = Fixture.encoder(model.configuration).evaluationGraph(.classification(labels: 2))
                }
            }
        }
    }
}
