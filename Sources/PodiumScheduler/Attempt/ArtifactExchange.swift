package import PodiumCore

/// Brings files between this machine and the one that keeps them for all workers; nothing where both see the same folder.
///
/// The store knows files by their paths on the machine that keeps them, engines by their paths here.
package protocol ArtifactExchange: Sendable {
    /// Brings everything here that the engine will read.
    ///
    /// Returns the assignment with the paths of this machine; its report of a suite too.
    func fetch(_ assignment: EngineAssignment) async throws -> EngineAssignment
    /// Whether the files of another run's artifacts, by the paths that the store knows, are there and what they were.
    func areIntact(_ artifacts: [Artifact], for lease: Lease) async -> Bool
    /// Brings the files of an artifact there, and returns it as the store is to know it; nil if they are gone.
    func push(_ artifact: Artifact, of lease: Lease) async throws -> Artifact?
    /// The path that the store knows a file of this machine by.
    func storedPath(_ path: String) -> String
    /// Gives up files there that no row names any more, by the paths that the store knew; what cannot be removed stays.
    func release(_ paths: [String], of lease: Lease) async
}

/// Why files cannot be brought here or there.
package struct ExchangeError: Error, Sendable, Equatable {
    package var failure: FailureClass
    package var message: String

    package init(_ failure: FailureClass, _ message: String) {
        (self.failure, self.message) = (failure, message)
    }
}
