package import PodiumCore

extension Submission {
    /// The submission as a worker of so many threads can run it, if it is the only one there will be.
    ///
    /// Runs that ask for the usual number of threads make do with what a smaller machine has; results do not depend
    /// on it. A run that needs more is an error: nobody would ever take it.
    /// - Parameter isGiven: whether the user said how many threads there are; then nothing is lowered.
    package func fitting(threads available: Int, isGiven: Bool) throws -> Submission {
        var result = self
        let usual = Resources().threads
        if !isGiven, available < usual {
            for index in result.runs.indices where result.runs[index].spec.resources.threads == usual {
                result.runs[index].spec.resources.threads = available
            }
        }
        if let run = result.runs.map(\.spec).first(where: { $0.resources.threads > available }) {
            throw ExperimentError(
                .invalidRequest,
                "\(run.name) needs \(run.resources.threads) threads and the worker has \(available), so nobody could run "
                    + "it; lower the need with --set resources.threads=\(available)"
            )
        }
        return result
    }
}
