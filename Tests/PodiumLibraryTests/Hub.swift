import Foundation
import PodiumLibrary
import Testing

/// A server with a model of random bytes, and a folder to pull into.
final class Hub {
    let root: String
    let port: Int
    private let process = Process()
    private let input = Pipe()

    struct Request: Decodable {
        var method: String
        var path: String
        var range: String
        var authorization: String
        var host: String
    }

    /// - Parameter folder: files to serve in place of a model's.
    init(serving folder: String? = nil) throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("podium-hub-\(UUID().uuidString)").path
        let files = "\(root)/files"
        try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
        try Data("{\"hidden_size\": 4}\n".utf8).write(to: URL(fileURLWithPath: "\(files)/config.json"))
        try Data("[PAD]\n[UNK]\n".utf8).write(to: URL(fileURLWithPath: "\(files)/vocab.txt"))
        try Data("not for us".utf8).write(to: URL(fileURLWithPath: "\(files)/README.md"))
        let weights = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) })
        try weights.write(to: URL(fileURLWithPath: "\(files)/model.safetensors"))
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/hub_server.py").path
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script, folder ?? files, "\(root)/requests"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: root)
    }

    func library(_ mode: String, token: String? = nil, caches: [String] = []) -> ModelLibrary {
        ModelLibrary(
            directory: "\(root)/models",
            hub: HubOptions(endpoint: "http://127.0.0.1:\(port)/\(mode)/", token: token, caches: caches)
        )
    }

    func requests() throws -> [Request] {
        let text = (try? String(contentsOfFile: "\(root)/requests", encoding: .utf8)) ?? ""
        return try text.split(separator: "\n").map { try JSONDecoder().decode(Request.self, from: Data($0.utf8)) }
    }

    /// Whether the pulled files are those of the server.
    func isWhole(_ name: String = "o/m") throws -> Bool {
        for file in ["config.json", "vocab.txt", "model.safetensors"] {
            let pulled = FileManager.default.contents(atPath: "\(root)/models/\(name)/\(file)")
            guard pulled != nil, pulled == FileManager.default.contents(atPath: "\(root)/files/\(file)") else {
                return false
            }
        }
        return true
    }
}
