package import PodiumCore

/// Tells work that was done before from work that was not, by the content of all that it reads.
package protocol WorkRecognition: Sendable {
    /// SHA-256 of all that decides the result of an assignment; nil where another run may come to another result, or a file
    /// cannot be read.
    func key(of assignment: EngineAssignment) async -> String?
    /// Whether the files of artifacts are there and what they were.
    func areIntact(_ artifacts: [Artifact]) async -> Bool
}
