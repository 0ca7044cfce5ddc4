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

    @Test func aPoolKeepsForOneRunAtATimeTheFirst() {
        let heads = [
            waiting(1, threads: 6, key: 2), waiting(2, threads: 8, key: 1),
            waiting(3, threads: 4, key: 1, pool: "cpu/a"),
        ]
        let hosts = [host(1, threads: 8), host(2, threads: 4, pool: "cpu/a")]
        #expect(plan(heads, busy: [(1, 4), (2, 1)], hosts) == ["2@1", "3@2"])
    }

    /// A stream of runs of one thread that never ends, and one that needs all threads.
    @Test func aWideRunIsClaimedWhateverKeepsComing() {
        var running: [(ends: Double, threads: Int)] = []
        var started: Double?
        var next = 0.0
        for second in stride(from: 0.0, to: 1000, by: 1) where started == nil {
            running.removeAll { $0.ends <= second }
            let isWaiting = second >= 10
            if isWaiting, running.isEmpty { started = second }
            let head = waiting(1, threads: 8, key: 10, waited: second - 10)
            let kept = isWaiting && !plan([head], busy: running.map { (1, $0.threads) }, [host(1, threads: 8)]).isEmpty
            // One comes every ten seconds, and takes a minute.
            guard second >= next, !kept else { continue }
            running.append((second + 60, 1))
            next = second + 10
        }
        #expect(started == 180, "two minutes of patience, and what the last narrow run still takes")
    }
}
