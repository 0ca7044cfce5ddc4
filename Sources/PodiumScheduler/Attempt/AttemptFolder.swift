internal import Foundation
package import PodiumCore
internal import PodiumFiles

/// Where the files of one attempt lie: `artifacts/run-<id>/attempt-<token>` of the data directory.
///
/// Two attempts never share a folder, so one that lost its lease can do no harm.
package struct AttemptFolder: Sendable {
    package let path: String
    private let runPath: String
    private let name: String

    package init(lease: Lease, dataDirectory: String) {
        runPath = "\(dataDirectory)/artifacts/run-\(lease.run)"
        name = "attempt-\(lease.token)"
        path = "\(runPath)/\(name)"
    }

    /// Makes the folder and writes `assignment.json`.
    package func prepare(_ assignment: EngineAssignment) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Without waiting for the disk: the engine reads it at once, and after a power failure nobody does.
        let file = URL(fileURLWithPath: "\(path)/\(EngineAssignment.fileName)")
        try encoder.encode(assignment).write(to: file, options: .atomic)
    }

    /// The predictions that the engine left, one JSON object a line.
    package func predictions(in artifacts: [Artifact]) throws -> [ExamplePrediction] {
        guard let file = artifacts.first(where: { $0.kind == .predictions }) else { return [] }
        return try JSONLines.read(ExamplePrediction.self, file.path)
    }

    /// What outlasts an attempt: models that others start from, and checkpoints that the next attempt goes on from.
    private static let snapshots = "snapshots"
    private static let checkpoints = "checkpoints"

    /// After success: removes what earlier attempts left, except models on the way, and this one's checkpoints.
    package func keepOnlyResults() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: runPath)) ?? []
        for other in names where other != name && other.hasPrefix("attempt-") {
            Self.empty("\(runPath)/\(other)", except: [Self.snapshots])
        }
        try? FileManager.default.removeItem(atPath: "\(path)/\(Self.checkpoints)")
    }

    /// After the lease is lost: removes what only this attempt could have published.
    package func discard() {
        Self.empty(path, except: [Self.snapshots, Self.checkpoints])
    }

    /// Removes a folder's contents but for some, and the folder if nothing is left.
    private static func empty(_ folder: String, except kept: Set<String>) {
        let files = FileManager.default
        let parts = (try? files.contentsOfDirectory(atPath: folder)) ?? []
        guard !kept.isDisjoint(with: parts) else {
            try? files.removeItem(atPath: folder)
            return
        }
        for part in parts where !kept.contains(part) { try? files.removeItem(atPath: "\(folder)/\(part)") }
    }
}
