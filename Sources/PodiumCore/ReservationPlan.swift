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
/// never be any. So each run that has waited for `patience` and that no worker has room for gets one worker, in the queue's order as far as
/// there are workers: the one with the most free threads of those that have enough in all and keep none for a run before it. That worker
/// claims nothing that stands behind the run in the queue until the run fits; what is ahead of the run it takes as ever, and all other
/// workers take everything.
package struct ReservationPlan: Sendable {
    /// How long narrower runs may pass a run over, in seconds.
    package static let patience = 120.0
    /// How many runs of a pool and number of threads are looked at: as many of one width make room at a time.
    package static let runsOfAWidth = 8

    /// At most one for each worker and each run; by pool, then in the queue's order.
    package let reservations: [Reservation]

    /// - Parameters:
    ///   - waiting: the first `runsOfAWidth` in the queue of each pool and number of threads.
    ///   - busy: threads of running runs, one entry each.
    ///   - patience: seconds that a run waits before threads are kept for it.
    package init(
        waiting: [PreemptionPlan.Waiting],
        busy: [(worker: WorkerID, threads: Int)],
        hosts: [PreemptionPlan.Host],
        patience: Double = patience
    ) {
        let used = Dictionary(busy.map { ($0.worker, $0.threads) }, uniquingKeysWith: +)
        func free(_ host: PreemptionPlan.Host) -> Int { host.threads - used[host.worker, default: 0] }
        let queues = Dictionary(grouping: waiting, by: \.pool)
        var found: [Reservation] = []
        for (pool, hosts) in Dictionary(grouping: hosts, by: \.pool).sorted(by: { $0.key < $1.key }) {
            let queue = (queues[pool] ?? []).sorted { ($0.sortKey, $0.run) < ($1.sortKey, $1.run) }
            let own = Set(hosts.map(\.worker))
            let narrowest = busy.filter { own.contains($0.worker) }.map(\.threads).min() ?? .max
            var left = hosts
            for run in queue where run.waitedSeconds >= patience {
                // Among runs of its own size it only waits for its turn.
                let isPassedOver =
                    narrowest < run.threads || queue.contains { $0.threads < run.threads && $0.sortKey > run.sortKey }
                guard isPassedOver, !left.contains(where: { free($0) >= run.threads }) else { continue }
                let best = left.filter { $0.threads >= run.threads }
                    .max { (free($0), $1.worker.rawValue) < (free($1), $0.worker.rawValue) }
                guard let best else { continue }
                found.append(Reservation(pool: pool, worker: best.worker, run: run.run))
                left.removeAll { $0.worker == best.worker }
            }
        }
        reservations = found
    }
}
