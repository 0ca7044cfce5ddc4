internal import Foundation
package import PodiumCore
internal import PodiumFiles
internal import PodiumScheduler

/// Tells a worker what was done before, by files on this machine.
package struct RecognizedWorks: WorkRecognition {
    private let engine: EngineIdentity

    package init(engine: EngineIdentity) {
        self.engine = engine
    }

    package func key(of assignment: EngineAssignment) async -> String? {
        await Self.offPool {
            var content = WorkContent(engine: engine)
            // What cannot be read is the engine's to complain of.
            return try? content.key(of: assignment)
        }
    }

    package func areIntact(_ artifacts: [Artifact]) async -> Bool {
        await Self.offPool { artifacts.allSatisfy(Self.isIntact) }
    }

    /// An artifact that is a folder has the hash of its main file.
    private static func isIntact(_ artifact: Artifact) -> Bool {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: artifact.path, isDirectory: &isFolder) else { return false }
        guard isFolder.boolValue else { return (try? Digest.sha256(file: artifact.path)) == artifact.sha256 }
        guard let names = try? WorkContent.files(in: artifact.path) else { return false }
        return names.contains { (try? Digest.sha256(file: "\(artifact.path)/\($0)")) == artifact.sha256 }
    }

    /// Hashing takes as long as reading does, and would hold up other tasks.
    private static func offPool<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .utility).async { continuation.resume(returning: body()) }
        }
    }
}
