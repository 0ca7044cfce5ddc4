/// Free threads of a worker that are kept for a run which others have passed over.
package struct Reservation: Sendable, Hashable {
    package var pool: String
    package var worker: WorkerID
    package var run: RunID

    package init(pool: String, worker: WorkerID, run: RunID) {
        self.pool = pool
        self.worker = worker
        self.run = run
    }
}

/// For which waiting runs which workers keep their free threads; decides, changes nothing.
///
/// A claim takes what fits, so that no thread is idle while a wide run waits for room. Where narrower runs keep coming there would
/// never be any. So the first run of a pool that has waited for `patience` and that no worker has room for gets one worker: the one with
/// the most free threads of those that have enough in all. That worker claims nothing that stands behind the run in the queue until the run
/// fits; what is ahead of the run it takes as ever, and all other workers take everything.
package struct ReservationPlan: Sendable {
    /// How long narrower runs may pass a run over, in seconds.
    package static let patience = 120.0

    /// At most one for each pool, in the order of the pools.
    package let reservations: [Reservation]

    /// - Parameters:
    ///   - waiting: the first in the queue of each pool and number of threads.
    ///   - busy: threads of running runs, one entry each.
    ///   - patience: seconds that a run waits before threads are kept for it.
    package init(
        waiting: [PreemptionPlan.Waiting],
        busy: [(worker: WorkerID, threads: Int)],
        hosts: [PreemptionPlan.Host],
        patience: Double = patience
    ) {
        let used = Dictionary(busy.map { ($0.worker, $0.threads) }, uniquingKeysWith: +)
        var found: [Reservation] = []
        for (pool, hosts) in Dictionary(grouping: hosts, by: \.pool) {
            func free(_ host: PreemptionPlan.Host) -> Int { host.threads - used[host.worker, default: 0] }
            let heads = waiting.filter { $0.pool == pool }.sorted { ($0.sortKey, $0.run) < ($1.sortKey, $1.run) }
            let own = Set(hosts.map(\.worker))
            let narrowest = busy.filter { own.contains($0.worker) }.map(\.threads).min() ?? .max
            let passedOver = heads.first { head in
                head.waitedSeconds >= patience && !hosts.contains { free($0) >= head.threads }
                    && hosts.contains { $0.threads >= head.threads }
                    // Among runs of its own size it only waits for its turn.
                    && (narrowest < head.threads
                        || heads.contains { $0.threads < head.threads && $0.sortKey > head.sortKey })
            }
            guard let passedOver else { continue }
            let best = hosts.filter { $0.threads >= passedOver.threads }
                .max { (free($0), $1.worker.rawValue) < (free($1), $0.worker.rawValue) }
            if let best { found.append(Reservation(pool: pool, worker: best.worker, run: passedOver.run)) }
        }
        reservations = found.sorted { $0.pool < $1.pool }
    }
}
