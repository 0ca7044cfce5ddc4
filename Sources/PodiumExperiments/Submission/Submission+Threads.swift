package import PodiumCore

extension Submission {
    /// The submission with runs that one worker of that many threads can execute.
    ///
    /// Runs with the default number of threads get what a smaller machine has; results do not depend on it. A run
    /// that needs more is an error: no worker would ever claim it.
    /// - Parameter isGiven: whether the user said how many threads there are; then nothing is lowered.
    package func fitting(threads available: Int, isGiven: Bool) throws -> Submission {
        var result = self
        let usual = Resources().threads
        if !isGiven {
            for index in result.runs.indices
            where result.runs[index].spec.resources.threads == usual
                && result.runs[index].spec.resources.allThreads > available
            {
                let ranks = result.runs[index].spec.resources.processes
                result.runs[index].spec.resources.threads = max(1, available / ranks)
            }
        }
        if let run = result.runs.map(\.spec).first(where: { $0.resources.allThreads > available }) {
            throw ExperimentError(
                .invalidRequest,
                run.resources.processes > available
                    ? "\(run.name) needs \(run.resources.processes) ranks and the worker has \(available) threads, so nobody could run "
                        + "it; lower the need with --set resources.ranks=1"
                    : "\(run.name) needs \(run.resources.allThreads) threads and the worker has \(available), so nobody could run "
                        + "it; lower the need with --set resources.threads=\(available / run.resources.processes)"
            )
        }
        return result
    }
}
