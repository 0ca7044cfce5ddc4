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
    /// Where files that the job file names lie on this machine, by the names that they have there; nil where they are read
    /// in place.
    package var places: [String: String]?

    package init(claim: Claim, dataDirectory: String) {
        self.lease = claim.lease
        self.suite = claim.suite
        self.spec = claim.spec
        self.checkpoints = claim.checkpoints
        self.inputs = claim.inputs
        self.snapshots = claim.snapshots
        self.dataDirectory = dataDirectory
    }

    /// The run's work with its files where they are on this machine; what identifies the run stays in `spec`.
    package var work: Work {
        guard let places, !places.isEmpty else { return spec.work }
        return spec.work.relocated { places[$0] ?? $0 }
    }

    /// Where a file of an attempt lies in this data directory, whatever data directory it was written into.
    package func here(_ path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let place = parts.lastIndex(of: "artifacts"), place + 1 < parts.count,
            parts[place + 1] == "run-\(lease.run)"
        else { return path }
        return dataDirectory + "/" + parts[place...].joined(separator: "/")
    }

    /// The input of that name; nil where the run has none such.
    package func input(_ name: String) -> ResolvedInput? {
        inputs.first { $0.input.name == name }
    }
}
