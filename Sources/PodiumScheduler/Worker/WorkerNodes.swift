/// The machines that a worker stands for.
///
/// A worker of several takes the runs that ask for as many, and no others. Whoever gets it has all of them at once, so a claim
/// stays one statement and no run ever holds a part of what it needs.
package enum WorkerNodes: Sendable, Equatable {
    /// The one that it runs on.
    case own
    /// Those of the Slurm job that it runs in: mpirun finds them, and starts its daemons by srun.
    case allocation(Int)
    /// Those that mpirun reaches by ssh, by their names.
    case hosts([String])

    /// - Parameters:
    ///   - count: as many as the user says; nil where nothing was said.
    ///   - hosts: names with commas between; nil where nothing was said.
    ///   - allocated: how many the Slurm job has that this process is part of; nil outside of any.
    package init(count: Int?, hosts: String?, allocated: Int?) throws(SchedulerError) {
        if let hosts {
            let names = hosts.split(separator: "," as Character, omittingEmptySubsequences: false).map(String.init)
            guard names.allSatisfy({ $0.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil }) else {
                throw SchedulerError(
                    .invalidRequest,
                    "--hosts is \"\(hosts)\"; it must be names of machines with commas between: a,b"
                )
            }
            guard Set(names).count == names.count else {
                throw SchedulerError(
                    .invalidRequest,
                    "--hosts names a machine twice; give it more ranks with resources.ranks"
                )
            }
            guard count == nil || count == names.count else {
                throw SchedulerError(
                    .invalidRequest,
                    "--hosts names \(names.count) machine(s) and --nodes is \(count ?? 1); leave --nodes out"
                )
            }
            guard names.count > 1 else {
                throw SchedulerError(.invalidRequest, "--hosts names one machine; start a worker there without --hosts")
            }
            self = .hosts(names)
        } else if let count, count > 1 {
            guard let allocated else {
                throw SchedulerError(
                    .invalidRequest,
                    "--nodes \(count) is for workers inside a Slurm job of \(count) nodes (podium slurm up --nodes \(count)); elsewhere "
                        + "name the machines: --hosts a,b"
                )
            }
            guard allocated == count else {
                throw SchedulerError(.invalidRequest, "--nodes is \(count), but the Slurm job has \(allocated) node(s)")
            }
            self = .allocation(count)
        } else {
            self = .own
        }
    }

    package var count: Int {
        switch self {
        case .own: 1
        case .allocation(let count): count
        case .hosts(let names): names.count
        }
    }

    var isAllocation: Bool { if case .allocation = self { true } else { false } }
}
