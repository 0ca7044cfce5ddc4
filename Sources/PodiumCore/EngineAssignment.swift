/// What a worker hands to an engine process: `assignment.json` in the attempt's folder.
///
/// The folder is `attempt-<token>`: two attempts of one run never share a
/// file, and only the fenced finishing transaction publishes what lies there.
package struct EngineAssignment: Codable, Sendable, Equatable {
    /// The file's name in the attempt's folder.
    package static let fileName = "assignment.json"

    package var lease: Lease
    package var suite: SuiteID
    package var spec: RunSpec
    /// The checkpoint to go on from.
    package var checkpoint: CheckpointFile?
    /// Results of the parents, by run name.
    package var parents: [String: RunResult]
    /// For a report: what the store knows of the suite, since engines have no database connection.
    package var history: SuiteHistory?
    /// Podium's data directory: `data/`, `models/`, `artifacts/`.
    package var dataDirectory: String

    package init(claim: Claim, dataDirectory: String) {
        self.lease = claim.lease
        self.suite = claim.suite
        self.spec = claim.spec
        self.checkpoint = claim.checkpoint
        self.parents = claim.parents
        self.dataDirectory = dataDirectory
    }
}
