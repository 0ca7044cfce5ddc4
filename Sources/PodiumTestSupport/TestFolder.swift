internal import Foundation

/// A temporary folder that a test writes into; it goes with the last reference to it.
package final class TestFolder: Sendable {
    /// Absolute.
    package let path: String

    package init() throws {
        path = NSTemporaryDirectory() + "podium-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file, and makes the folders that it lies in.
    ///
    /// - Parameter name: below the folder: `data/MRPC/train.tsv`.
    package func write(_ name: String, _ text: String) throws {
        let file = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: file)
    }
}
