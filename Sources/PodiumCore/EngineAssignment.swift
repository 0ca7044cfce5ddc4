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
    /// Checkpoints of earlier attempts, the one with the most steps first.
    package var checkpoints: [ArtifactRecord]
    /// What the run reads of others.
    package var inputs: [ResolvedInput]
    /// The models on the way that others will start from; to be kept when training passes them.
    package var snapshots: [ArtifactSelector]
    /// For a report: what the store knows of the suite, since engines have no database connection.
    package var history: SuiteHistory?
    /// Podium's data directory: `data/`, `models/`, `artifacts/`.
    package var dataDirectory: String

    package init(claim: Claim, dataDirectory: String) {
        self.lease = claim.lease
        self.suite = claim.suite
        self.spec = claim.spec
        self.checkpoints = claim.checkpoints
        self.inputs = claim.inputs
        self.snapshots = claim.snapshots
        self.dataDirectory = dataDirectory
    }

    /// The input of that name; nil where the run has none such.
    package func input(_ name: String) -> ResolvedInput? {
        inputs.first { $0.input.name == name }
    }
}
