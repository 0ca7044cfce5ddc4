internal import PodiumCore
internal import PodiumEval
internal import PodiumStore

/// The queue under conditions: a million runs that wait, somebody who holds a snapshot, a sweep of ten thousand.
extension QueueBench {
    /// Seconds to submit a sweep of 10,000 runs.
    func submittingASweep() async throws -> BenchFigure {
        let sweep = suite(10_000)
        let seconds = try await median {
            let seconds = try await Stopwatch.seconds { _ = try await store.submit(sweep) }
            try await store.emptyQueue()
            return seconds
        }
        return BenchFigure(name: "queue/sweep", value: seconds, unit: "s, 10,000 runs")
    }

    /// Claims while a thousand and while a million runs wait: one at a time for the latency, then a hundred at a time.
    func claimingFromAMillion() async throws -> [BenchFigure] {
        let claims = 1000
        _ = try await backlog(2 * claims)
        let p99 = try await claimTimes(claims).percentile(0.99)
        try await store.emptyQueue()
        _ = try await backlog(1_000_000)
        let times = try await claimTimes(claims)
        let workers = try await makeWorkers(2)
        let batches = 150
        let start = ContinuousClock.now
        let claimed = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in workers {
                group.addTask {
                    var claimed = 0
                    // Fewer than a hundred where others hold what comes next.
                    for _ in 0..<batches { claimed += try await claim(worker, limit: 100).count }
                    return claimed
                }
            }
            return try await group.reduce(0, +)
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        try await store.emptyQueue()
        return [
            BenchFigure(
                name: "queue/million/batched",
                value: Double(claimed) / seconds,
                unit: "runs/s, a hundred a claim, two workers"
            ),
            BenchFigure(name: "queue/million/claim-p50", value: times.percentile(0.5) * 1e3, unit: "ms"),
            BenchFigure(
                name: "queue/million/claim-p99",
                value: times.percentile(0.99) * 1e3,
                unit: "ms, against 1,000 to 2,000 waiting",
                ceiling: p99 * 1e3
            ),
        ]
    }

    /// Runs a second in the last third of half a minute while somebody holds a snapshot.
    ///
    /// The ceiling is the same on a second database, where nobody does, each second in turn with the first: what the disk
    /// and the machine do meanwhile meets both.
    func claimingBesideASnapshot() async throws -> [BenchFigure] {
        let address = try await cluster.makeDatabase("podium_without_snapshot")
        _ = try await Migrator().migrate(address)
        let free = copy(store: try await PostgresStore.open(address))
        var rates: [(held: Double, free: Double)] = []
        _ = try await backlog(100_000)
        _ = try await free.backlog(100_000)
        let (worker, freeWorker) = (try await makeWorkers(1)[0], try await free.makeWorkers(1)[0])
        try await store.withPinnedSnapshot {
            for second in 0..<30 {
                let held = try await finishedRuns(worker, seconds: 1)
                let without = try await free.finishedRuns(freeWorker, seconds: 1)
                if second >= 20 { rates.append((held, without)) }
            }
        }
        try await store.emptyQueue()
        await free.store.close()
        return [
            BenchFigure(
                name: "queue/pinned/claim-finish",
                value: Stopwatch.median(rates.map(\.held)),
                unit: "runs/s in the last 10 of 30 s beside a held snapshot",
                ceiling: Stopwatch.median(rates.map(\.free))
            )
        ]
    }

    // MARK: Pieces

    private func backlog(_ runs: Int) async throws -> SuiteID {
        let suite = try await store.submit(suite(1)).suite
        try await store.queueCopies(runs - 1, of: suite)
        try await store.settle()
        return suite
    }

    /// Seconds of claims of one run each.
    private func claimTimes(_ count: Int) async throws -> [Double] {
        let worker = try await makeWorkers(1)[0]
        for _ in 0..<20 { _ = try await claim(worker, limit: 1) }
        var times: [Double] = []
        for _ in 0..<count {
            times.append(
                try await Stopwatch.seconds {
                    guard try await claim(worker, limit: 1).count == 1 else {
                        throw BenchError(.failed, "a claim from a full queue took nothing")
                    }
                }
            )
        }
        return times
    }

    /// Claims and finishes for a time; runs a second.
    private func finishedRuns(_ worker: WorkerID, seconds: Double) async throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        var runs = 0
        while start.duration(to: clock.now) < .seconds(seconds) {
            guard let next = try await claim(worker, limit: 1).first else {
                throw BenchError(.failed, "the queue ran empty")
            }
            try await finish(next)
            runs += 1
        }
        return Double(runs) / (start.duration(to: clock.now) / .seconds(1))
    }
}

extension [Double] {
    /// The value below which that share of all lies.
    func percentile(_ share: Double) -> Double {
        Interval.quantile(share, ofSorted: sorted())
    }
}
