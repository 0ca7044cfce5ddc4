internal import Foundation
package import PodiumCore

extension JobStore {
    /// The folder of the model that a run left, if it is on this machine.
    package func modelFolder(ofRun number: Int64) async throws -> String {
        let run = try await requireRun(number)
        let there = try await artifacts(of: run.id).filter { $0.artifact.kind == .model && $0.removedAt == nil }
        guard let model = ArtifactSelector.last.choose(from: there)?.artifact else {
            throw ExperimentError(
                .invalidRequest,
                "run \(number) (\(run.spec.name), \(run.state.rawValue)) left no model"
            )
        }
        guard FileManager.default.fileExists(atPath: model.path) else {
            throw ExperimentError(.fileSystem, "\(model.path): the model of run \(number) is not on this machine")
        }
        return model.path
    }
}
