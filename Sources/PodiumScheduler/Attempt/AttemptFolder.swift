internal import Foundation
package import PodiumCore

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
        let file = URL(fileURLWithPath: "\(path)/\(EngineAssignment.fileName)")
        try encoder.encode(assignment).write(to: file, options: .atomic)
    }

    /// The predictions that the engine left, one JSON object a line.
    package func predictions(of result: RunResult) throws -> [ExamplePrediction] {
        guard let predictionsPath = result.predictionsPath else { return [] }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: predictionsPath))
        let decoder = JSONDecoder()
        return try bytes.split(separator: UInt8(ascii: "\n")).map { line in
            try decoder.decode(ExamplePrediction.self, from: Data(line))
        }
    }

    /// After success: removes what earlier attempts left, and this one's checkpoints.
    package func keepOnlyResults() {
        let files = FileManager.default
        for other in (try? files.contentsOfDirectory(atPath: runPath)) ?? [] where other != name {
            if other.hasPrefix("attempt-") { try? files.removeItem(atPath: "\(runPath)/\(other)") }
        }
        try? files.removeItem(atPath: "\(path)/checkpoints")
    }

    package func discard() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
