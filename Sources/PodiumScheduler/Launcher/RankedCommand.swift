/// How an engine is started in several processes that exchange over MPI.
///
/// Inside a Slurm allocation mpirun starts its daemons on other nodes by srun itself.
package struct RankedCommand {
    package let command: EngineCommand

    /// - Parameter further: arguments for mpirun.
    package init(_ engine: EngineCommand, ranks: Int, further: [String] = []) {
        command = EngineCommand(
            executable: "mpirun",
            arguments: [
                "-n", "\(ranks)",
                // In containers and batch jobs the user may be root.
                "--allow-run-as-root",
                // The worker has counted threads; mpirun would count cores, or the tasks of an allocation.
                "--oversubscribe", "--bind-to", "none",
                // Reading another process's memory needs a right that containers do not give.
                "--mca", "btl_vader_single_copy_mechanism", "none",
            ] + further + [engine.executable] + engine.arguments
        )
    }

    /// Asks the engine to stop, through mpirun's standard input, which is the first rank's.
    static let stopRequest = "\n"

    static let advice =
        "a run of several ranks needs Open MPI on its worker (Debian: apt-get install openmpi-bin); or set resources.ranks to 1"
}
