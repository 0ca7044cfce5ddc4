internal import Subprocess
internal import SystemPackage

/// Slurm's own commands, found in the search path.
///
/// Only `squeue`, `sbatch`, `scancel` and `scontrol` are used: accounting may be switched off.
package struct SlurmTools: SlurmCommands {
    /// Added to the environment of `sbatch`, whence pilots inherit it: it stands in no list of processes.
    private let environment: [String: String]

    package init(environment: [String: String] = [:]) {
        self.environment = environment
    }

    package func jobs() async throws -> [SlurmJob] {
        let text = try await run("squeue", ["--me", "-h", "-r", "-t", "all", "-o", SlurmJob.format])
        return text.split(separator: "\n").compactMap { SlurmJob(line: $0) }
    }

    package func partition(named name: String?) async throws -> SlurmPartition? {
        let partitions = try await run("scontrol", ["show", "partition", "-o"])
            .split(separator: "\n").compactMap { SlurmPartition(line: $0) }
        return partitions.first { partition in name.map { $0 == partition.name } ?? partition.isDefault }
    }

    package func submit(_ batch: SlurmBatch) async throws -> String {
        let text = try await run("sbatch", batch.arguments)
        guard let number = text.split(whereSeparator: \.isWhitespace).last, number.first?.isNumber == true else {
            throw SchedulerError(.batchSystem, "sbatch printed no job number but \"\(text)\"")
        }
        return String(number)
    }

    package func cancel(_ jobs: [String]) async throws {
        guard !jobs.isEmpty else { return }
        // A job that has just ended is an error or none; either way it is gone.
        _ = try await run("scancel", ["--quiet"] + jobs)
    }

    /// The end of a job's time in Slurm's words; for use inside a job.
    package static func end(ofJob job: String) async throws -> String {
        try await SlurmTools().run("squeue", ["-h", "-j", job, "-o", "%e"])
            .split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
    }

    /// Whether Slurm's commands are in the search path.
    package static func areThere() async -> Bool {
        (try? await Executable.name("squeue").resolveExecutablePath(in: .inherit)) != nil
    }

    /// The controller's answer to a ping: which it is, and whether it is up.
    package static func ping() async throws -> String {
        try await SlurmTools().run("scontrol", ["ping"])
    }

    private func run(_ program: String, _ arguments: [String]) async throws -> String {
        let updates = environment.merging(["LC_ALL": "C", "SLURM_TIME_FORMAT": "standard"]) { $1 }
        let (isSuccess, output, said): (Bool, String, String)
        do {
            let result = try await Subprocess.run(
                .name(program),
                arguments: Arguments(arguments),
                environment: .inherit.updating(
                    Dictionary(uniqueKeysWithValues: updates.map { (Environment.Key(stringLiteral: $0), $1) })
                ),
                output: .string(limit: 64 << 20),
                error: .string(limit: 1 << 20)
            )
            isSuccess = result.terminationStatus.isSuccess
            output = result.standardOutput
            said = result.standardError.split(separator: "\n").joined(separator: "; ")
        } catch {
            throw SchedulerError(
                .batchSystem,
                "\(program) cannot be run: \(error); Slurm's commands must be in the search path"
            )
        }
        guard isSuccess else { throw SchedulerError(.batchSystem, "\(program) failed: \(said)") }
        return output
    }
}
