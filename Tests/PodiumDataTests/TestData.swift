import Foundation
import Testing

/// The real benchmark data, or a loud failure.
enum TestData {
    static let root: String =
        ProcessInfo.processInfo.environment["PODIUM_TEST_DATA"]
        ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../shared/data").standardizedFileURL.path

    static func bytes(_ path: String) throws -> [UInt8] {
        let file = "\(root)/\(path)"
        guard let data = FileManager.default.contents(atPath: file) else {
            Issue.record("\(file) is missing: point PODIUM_TEST_DATA at the real benchmark data")
            throw CocoaError(.fileReadNoSuchFile)
        }
        return Array(data)
    }
}
