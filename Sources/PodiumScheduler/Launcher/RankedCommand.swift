/// How an engine is started in several processes that exchange over MPI.
package struct RankedCommand: EngineStart {
    package let command: EngineCommand

    /// - Parameters:
    ///   - ranks: a multiple of the machines.
    ///   - nodes: the machines that share them.
    ///   - further: arguments for mpirun.
    package init(
        _ engine: EngineCommand,
        ranks: Int,
        on nodes: WorkerNodes = .own,
        mpirun: String = "mpirun",
        further: [String] = []
    ) {
        let share = ranks / nodes.count
        let places: [String] =
            switch nodes {
            case .own: []
            case .allocation: ["--map-by", "ppr:\(share):node"]
            case .hosts(let names):
                ["--host", names.map { "\($0):\(share)" }.joined(separator: ","), "--map-by", "ppr:\(share):node"]
            }
        command = EngineCommand(
            executable: mpirun,
            arguments: [
                "-n", "\(ranks)",
                // In containers and batch jobs the user may be root.
                "--allow-run-as-root",
                // The worker has counted threads; mpirun would count cores, or the tasks of an allocation.
                "--oversubscribe", "--bind-to", "none",
                // Reading another process's memory needs a right that containers do not give.
                "--mca", "btl_vader_single_copy_mechanism", "none",
            ] + places + further + [engine.executable] + engine.arguments,
            // mpirun starts its daemons by srun, whose steps would else wait for each other where a worker has several such runs.
            environment: engine.environment.merging(nodes.isAllocation ? ["SLURM_OVERLAP": "1"] : [:]) { $1 }
        )
    }

    /// The first rank has mpirun's standard input.
    ///
    /// A signal would not do: mpirun takes SIGTERM for the end of all within a second, and ranks on other machines hear none. The
    /// others wait for the first one in their next exchange.
    let hearsWords = true

    /// mpirun ends with 128 and the number of the signal that ended a rank.
    func status(ofExit code: Int32) -> EngineExit.Status {
        // 143: mpirun itself was asked to end.
        code <= 128 || code == 143 ? .exited(code) : .signaled(code - 128)
    }

    var advice: String { Self.advice }
    static let advice =
        "; a run of several ranks needs Open MPI on its worker (Debian: apt-get install openmpi-bin); or set resources.ranks to 1"
}
