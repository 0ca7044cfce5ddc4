import Foundation
import Testing

/// Compares text with a file in `Snapshots/`, which a reviewer reads as the specification.
///
/// With `RECORD_SNAPSHOTS=1` in the environment the file is rewritten and the
/// test fails, so that a recording run is never taken for a passing one.
enum Snapshot {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots")

    static func expect(_ text: String, matches name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let file = folder.appending(path: name)
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
            Issue.record("recorded \(name); run again without RECORD_SNAPSHOTS", sourceLocation: sourceLocation)
            return
        }
        let recorded = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        guard !recorded.utf8.elementsEqual(text.utf8) else { return }
        let difference = firstDifference(recorded, text)
        Issue.record("\(name) differs \(difference)", sourceLocation: sourceLocation)
    }

    private static func firstDifference(_ recorded: String, _ text: String) -> String {
        let old = recorded.split(separator: "\n", omittingEmptySubsequences: false)
        let new = text.split(separator: "\n", omittingEmptySubsequences: false)
        let line = zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset ?? min(old.count, new.count)
        func show(_ lines: [Substring]) -> String { line < lines.count ? String(lines[line]) : "(end)" }
        return "in line \(line + 1):\n  recorded \(show(old))\n  now      \(show(new))"
    }
}
