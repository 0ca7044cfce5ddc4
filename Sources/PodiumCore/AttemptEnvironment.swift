/// On what an attempt was computed, as its engine found it: the provenance of a run's numbers.
package struct AttemptEnvironment: Codable, Sendable, Hashable {
    /// Podium's version, and the commit it was built from (`-modified` when the tree had changes).
    package var version: String
    package var commit: String?
    package var host: String
    package var operatingSystem: String
    /// The processor's own name.
    package var processor: String
    /// Cores that the process might use.
    package var cores: Int
    /// A `ComputeDevice`, with what a plug-in calls it: `cpu`, `tpu (TPU v2)`.
    package var device: String
    package var threads: Int
    package var precision: String
    /// The kernels' instruction set: `avx512`.
    package var instructions: String

    package init(
        version: String,
        commit: String?,
        host: String,
        operatingSystem: String,
        processor: String,
        cores: Int,
        device: String,
        threads: Int,
        precision: String,
        instructions: String
    ) {
        self.version = version
        self.commit = commit
        self.host = host
        self.operatingSystem = operatingSystem
        self.processor = processor
        self.cores = cores
        self.device = device
        self.threads = threads
        self.precision = precision
        self.instructions = instructions
    }

    /// On one line, for people.
    package var summary: String {
        let source = commit.map { " (commit \($0))" } ?? ""
        return
            "podium \(version)\(source), \(device), \(threads) \(threads == 1 ? "thread" : "threads"), \(precision), \(instructions) on \(processor)"
    }
}
