internal import CMPI
package import PodiumGraph

/// Ranks that `mpirun` or `srun` started, which exchange through Open MPI.
package enum MPIRanks {
    /// Joins the ranks that this process was started with.
    ///
    /// - Parameters:
    ///   - expected: how many there should be.
    ///   - library: the path of libmpi; nil for where the system finds it.
    package static func join(expected: Int, library: String? = nil) throws(GraphError) -> RankGroup {
        let group = try RankGroup { () throws(GraphError) in try MPILink(library: library) }
        guard group.ranks == expected else {
            throw GraphError(
                .unsupported,
                "MPI knows \(group.ranks) ranks and the run asks for \(expected): start the engine with mpirun -n \(expected), "
                    + "of the same Open MPI as libmpi"
            )
        }
        return group
    }

    /// Has the system kill this process when its parent ends, even a process that is stopped.
    package static func endWithParent() { podium_mpi_end_with_parent() }

    /// Ends MPI once all ranks have come so far; nothing may be exchanged afterwards.
    package static func leave(_ group: RankGroup) throws(GraphError) {
        guard group.ranks > 1 else { return }
        try group.barrier()
        group.submit { link throws(GraphError) in try (link as? MPILink)?.finish() }
        try group.wait()
    }
}

/// MPI as one thread sees it.
private final class MPILink: RankLink {
    let rank: Int
    let ranks: Int

    init(library: String?) throws(GraphError) {
        if let reason = podium_mpi_load(library) {
            throw GraphError(
                .unsupported,
                "Open MPI is not on this machine (\(String(cString: reason))); install it (Debian: apt-get install "
                    + "openmpi-bin), or set resources.ranks to 1"
            )
        }
        var (rank, ranks): (Int32, Int32) = (0, 0)
        let code = podium_mpi_start(&rank, &ranks)
        guard code == 0 else { throw Self.error(code, "MPI does not start") }
        (self.rank, self.ranks) = (Int(rank), Int(ranks))
    }

    func exchange(with other: Int, _ pieces: [RankPiece]) throws(GraphError) {
        let all = pieces.map { piece in
            podium_mpi_piece(
                sent: piece.sending.baseAddress,
                sent_bytes: piece.sending.count,
                received: piece.receiving.baseAddress,
                received_bytes: piece.receiving.count
            )
        }
        let code = podium_mpi_exchange(Int32(other), all, all.count)
        guard code == 0 else { throw Self.error(code, "the exchange with rank \(other) failed") }
    }

    func finish() throws(GraphError) {
        let code = podium_mpi_finish()
        guard code == 0 else { throw Self.error(code, "MPI does not end") }
    }

    private static func error(_ code: Int32, _ what: String) -> GraphError {
        GraphError(.device, "\(what): \(String(cString: podium_mpi_message(code)))")
    }
}
