import PodiumCore
import Testing

/// For which runs workers keep their free threads.
@Suite
struct ReservationPlanTests {
    private func waiting(
        _ run: Int64,
        threads: Int,
        key: Double,
        waited: Double = 500,
        pool: String = "cpu"
    ) -> PreemptionPlan.Waiting {
        PreemptionPlan.Waiting(
            run: RunID(rawValue: run),
            pool: pool,
            threads: threads,
            priority: 0,
            sortKey: key,
            waitedSeconds: waited
        )
    }

    private func host(_ worker: Int64, threads: Int, pool: String = "cpu") -> PreemptionPlan.Host {
        PreemptionPlan.Host(worker: WorkerID(rawValue: worker), pool: pool, threads: threads)
    }

    /// `run@worker` for each that is kept.
    private func plan(
        _ waiting: [PreemptionPlan.Waiting],
        busy: [(Int64, Int)],
        _ hosts: [PreemptionPlan.Host]
    ) -> [String] {
        ReservationPlan(waiting: waiting, busy: busy.map { (WorkerID(rawValue: $0.0), $0.1) }, hosts: hosts)
            .reservations.map { "\($0.run)@\($0.worker)" }
    }

    @Test func theWorkerWithTheMostFreeThreadsOfThoseThatAreWideEnoughKeepsThem() {
        let head = waiting(1, threads: 8, key: 1)
        #expect(plan([head], busy: [(1, 1), (2, 6)], [host(1, threads: 8), host(2, threads: 16)]) == [])
        #expect(plan([head], busy: [(1, 1), (2, 12)], [host(1, threads: 8), host(2, threads: 16)]) == ["1@1"])
        #expect(plan([head], busy: [(1, 1), (3, 1)], [host(1, threads: 8), host(3, threads: 4)]) == ["1@1"])
        // Of two alike the older one, at every look.
        #expect(plan([head], busy: [(5, 1), (4, 1)], [host(5, threads: 8), host(4, threads: 8)]) == ["1@4"])
    }

    @Test func nothingIsKeptForARunThatHasNotWaitedOrThatNobodyCouldTake() {
        let hosts = [host(1, threads: 8)]
        #expect(plan([waiting(1, threads: 8, key: 1, waited: 119)], busy: [(1, 1)], hosts) == [])
        #expect(plan([waiting(1, threads: 9, key: 1)], busy: [(1, 1)], hosts) == [])
        #expect(plan([waiting(1, threads: 8, key: 1, pool: "tpu")], busy: [(1, 1)], hosts) == [])
        #expect(plan([waiting(1, threads: 8, key: 1)], busy: [], []) == [])
    }

    @Test func onlyNarrowerRunsPassOver() {
        let hosts = [host(1, threads: 8)]
        // Its like are at work: it waits for its turn.
        #expect(plan([waiting(1, threads: 8, key: 1)], busy: [(1, 8)], hosts) == [])
        // A narrower one is at work, or waits behind it.
        #expect(plan([waiting(1, threads: 8, key: 1)], busy: [(1, 7), (1, 1)], hosts) == ["1@1"])
        #expect(
            plan([waiting(1, threads: 8, key: 1), waiting(2, threads: 1, key: 2)], busy: [(1, 8)], hosts) == ["1@1"]
        )
        // One that waits before it goes first anyway.
        #expect(plan([waiting(1, threads: 8, key: 3), waiting(2, threads: 1, key: 2)], busy: [(1, 8)], hosts) == [])
    }

    @Test func aWorkerKeepsForOneRunAndARunHasOneWorker() {
        let heads = [
            waiting(1, threads: 6, key: 2), waiting(2, threads: 8, key: 1),
            waiting(3, threads: 4, key: 1, pool: "cpu/a"),
        ]
        let hosts = [host(1, threads: 8), host(2, threads: 4, pool: "cpu/a")]
        #expect(plan(heads, busy: [(1, 4), (2, 1)], hosts) == ["2@1", "3@2"])
        // The first in the queue chooses first, and the next one takes what that leaves.
        let three = hosts + [host(3, threads: 8), host(4, threads: 4)]
        #expect(plan(heads, busy: [(1, 4), (2, 1), (3, 3), (4, 1)], three) == ["2@3", "1@1", "3@2"])
    }

    @Test func runsOfOneWidthMakeRoomAtTheSameTime() {
        let wide = [waiting(1, threads: 8, key: 1), waiting(2, threads: 8, key: 2), waiting(3, threads: 8, key: 3)]
        let hosts = [host(1, threads: 8), host(2, threads: 8)]
        #expect(plan(wide, busy: [(1, 1), (2, 2)], hosts) == ["1@1", "2@2"])
        // One worker is free: the first run goes there, and the other ones need not wait for it.
        #expect(plan(wide, busy: [(2, 2)], hosts) == [])
    }

    @Test func threadsThatAreKeptForOneAreNoRoomForAnother() {
        // Worker 1 has four free threads, but keeps them.
        let heads = [waiting(1, threads: 8, key: 1), waiting(2, threads: 4, key: 2)]
        let hosts = [host(1, threads: 8), host(2, threads: 4)]
        #expect(plan(heads, busy: [(1, 4), (2, 1)], hosts) == ["1@1", "2@2"])
        #expect(plan(heads, busy: [(1, 4)], hosts) == ["1@1"])
    }

    /// Seconds until each of some wide runs is claimed, on workers of eight threads that runs of one thread keep coming to.
    private func starts(_ runs: Int, workers: Int) -> [Double] {
        var running: [(ends: Double, worker: Int64, threads: Int)] = []
        var open = (1...runs).map { waiting(Int64($0), threads: 8, key: Double($0), waited: 0) }
        var started: [Double] = []
        let hosts = (1...workers).map { host(Int64($0), threads: 8) }
        for second in stride(from: 0.0, to: 2000, by: 1) where !open.isEmpty {
            running.removeAll { $0.ends <= second }
            for index in open.indices { open[index].waitedSeconds = second - 60 }
            for worker in 1...Int64(workers) where second >= 60 {
                guard !running.contains(where: { $0.worker == worker }), !open.isEmpty else { continue }
                open.removeFirst()
                started.append(second)
                running.append((second + 300, worker, 8))
            }
            let kept = plan(open, busy: running.map { ($0.worker, $0.threads) }, hosts)
            for worker in 1...Int64(workers) where !kept.contains(where: { $0.hasSuffix("@\(worker)") }) {
                let used = running.filter { $0.worker == worker }.reduce(0) { $0 + $1.threads }
                // One comes every ten seconds, and takes a minute.
                if used < 8, Int(second + Double(worker)) % 10 == 0 { running.append((second + 60, worker, 1)) }
            }
        }
        return started
    }

    @Test func wideRunsAreClaimedWhateverKeepsComingAndDoNotWaitForEachOther() {
        let alone = starts(1, workers: 1)
        #expect(alone.count == 1 && alone[0] <= 60 + 120 + 60 + 1, "patience, and what the last narrow run still takes")
        let two = starts(2, workers: 2)
        #expect(two.count == 2 && two[1] <= 60 + 120 + 60 + 1, "\(two): both workers make room at once")
    }
}
