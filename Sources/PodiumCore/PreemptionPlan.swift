/// Which running runs make way for more urgent ones; decides, changes nothing.
///
/// A run makes way only where its file allows it, only for a run of higher priority that is ahead of it in the queue as well (else
/// it would be claimed again in the very next moment), only after it had a minute for itself, and only where that sets enough threads
/// of one worker free.
package struct PreemptionPlan: Sendable, Equatable {
    /// How long a run waits before others make way for it, in seconds.
    package static let patience = 30.0
    /// How long a run is left alone after its start, in seconds.
    package static let protectedSeconds = 60.0

    package struct Waiting: Sendable {
        package var run: RunID
        package var pool: String
        package var threads: Int
        package var priority: Int
        package var sortKey: Double
        package var waitedSeconds: Double

        package init(
            run: RunID,
            pool: String,
            threads: Int,
            priority: Int,
            sortKey: Double,
            waitedSeconds: Double
        ) {
            self.run = run
            self.pool = pool
            self.threads = threads
            self.priority = priority
            self.sortKey = sortKey
            self.waitedSeconds = waitedSeconds
        }
    }

    package struct Running: Sendable {
        package var run: RunID
        package var worker: WorkerID
        package var threads: Int
        package var priority: Int
        package var sortKey: Double
        package var ranSeconds: Double
        package var isPreemptible: Bool
        /// Asked to end, for whatever reason.
        package var isEnding: Bool

        package init(
            run: RunID,
            worker: WorkerID,
            threads: Int,
            priority: Int,
            sortKey: Double,
            ranSeconds: Double,
            isPreemptible: Bool,
            isEnding: Bool
        ) {
            self.run = run
            self.worker = worker
            self.threads = threads
            self.priority = priority
            self.sortKey = sortKey
            self.ranSeconds = ranSeconds
            self.isPreemptible = isPreemptible
            self.isEnding = isEnding
        }
    }

    /// One that may claim.
    package struct Host: Sendable {
        package var worker: WorkerID
        package var pool: String
        package var threads: Int

        package init(worker: WorkerID, pool: String, threads: Int) {
            self.worker = worker
            self.pool = pool
            self.threads = threads
        }
    }

    /// In the order of their numbers.
    package let victims: [RunID]

    /// - Parameter waiting: the first in the queue of each pool and number of threads.
    package init(waiting: [Waiting], running: [Running], hosts: [Host]) {
        var ending = Set(running.filter(\.isEnding).map(\.run))
        var chosen: [RunID] = []
        /// Threads that are free or will be, and are meant for a run that waits.
        var reserved: [WorkerID: Int] = [:]
        let order = waiting.filter { $0.waitedSeconds >= Self.patience }
            .sorted { ($0.sortKey, $0.run) < ($1.sortKey, $1.run) }
        for head in order {
            var best: (worker: WorkerID, victims: [Running])?
            for host in hosts where host.pool == head.pool && host.threads >= head.threads {
                let own = running.filter { $0.worker == host.worker }
                let staying = own.filter { !ending.contains($0.run) }
                var free = host.threads - staying.reduce(0) { $0 + $1.threads } - reserved[host.worker, default: 0]
                var victims: [Running] = []
                let candidates = staying.filter {
                    $0.isPreemptible && $0.priority < head.priority && $0.sortKey > head.sortKey
                        && $0.ranSeconds >= Self.protectedSeconds
                }
                // The least urgent first; of those, the one that has done least.
                for candidate in candidates.sorted(by: {
                    ($0.priority, $0.ranSeconds, $0.run) < ($1.priority, $1.ranSeconds, $1.run)
                }) where free < head.threads {
                    victims.append(candidate)
                    free += candidate.threads
                }
                guard free >= head.threads else { continue }
                if best.map({ victims.count < $0.victims.count }) ?? true { best = (host.worker, victims) }
            }
            guard let best else { continue }
            reserved[best.worker, default: 0] += head.threads
            ending.formUnion(best.victims.map(\.run))
            chosen += best.victims.map(\.run)
        }
        victims = chosen.sorted()
    }
}
