import Foundation
import PodiumCore
import PodiumExperiments
import Testing

struct DeletionTests {
    private func record(bytes: Int64, removedAt: Double? = nil) -> ArtifactRecord {
        ArtifactRecord(
            id: 1,
            run: RunID(rawValue: 1),
            attempt: 1,
            token: 1,
            artifact: Artifact(kind: .model, path: "/m", sha256: "", bytes: bytes),
            createdAt: 0,
            removedAt: removedAt
        )
    }

    @Test func filesThatAreGoneAlreadyAreNotCounted() {
        let deletion = Deletion(
            runs: [RunID(rawValue: 1), RunID(rawValue: 2)],
            suites: [SuiteID(rawValue: 1)],
            artifacts: [record(bytes: 3 << 19), record(bytes: 1 << 30, removedAt: 5)],
            kept: []
        )
        #expect(deletion.summary == "2 runs, 1 suite, 1 artifact of 1.5 MiB")
    }

    @Test func theFoldersOfDeletedRunsGoAndNoOthers() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for run in [1, 2] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/artifacts/run-\(run)/attempt-1",
                withIntermediateDirectories: true
            )
        }
        let deletion = Deletion(runs: [RunID(rawValue: 1), RunID(rawValue: 9)], suites: [], artifacts: [], kept: [])
        #expect(deletion.removeFiles(dataDirectory: folder).isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/artifacts") == ["run-2"])
    }
}
