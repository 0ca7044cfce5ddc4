import PodiumCore
import Testing

struct PreemptionPlanTests {
    private static func waiting(_ run: Int64, threads: Int = 2, priority: Int = 5, key: Double = 0, waited: Double = 60)
        -> PreemptionPlan.Waiting
    {
        PreemptionPlan.Waiting(
            run: RunID(rawValue: run),
            pool: "cpu",
            threads: threads,
            priority: priority,
            sortKey: key,
            waitedSeconds: waited
        )
    }

    private static func running(
        _ run: Int64,
        on worker: Int64 = 1,
        threads: Int = 2,
        priority: Int = 0,
        key: Double = 100,
        ran: Double = 600,
        isPreemptible: Bool = true,
        isEnding: Bool = false
    ) -> PreemptionPlan.Running {
        PreemptionPlan.Running(
            run: RunID(rawValue: run),
            worker: WorkerID(rawValue: worker),
            threads: threads,
            priority: priority,
            sortKey: key,
            ranSeconds: ran,
            isPreemptible: isPreemptible,
            isEnding: isEnding
        )
    }

    private static func host(_ worker: Int64 = 1, threads: Int = 2) -> PreemptionPlan.Host {
        PreemptionPlan.Host(worker: WorkerID(rawValue: worker), pool: "cpu", threads: threads)
    }

    private static func victims(
        _ waiting: [PreemptionPlan.Waiting],
        _ running: [PreemptionPlan.Running],
        _ hosts: [PreemptionPlan.Host] = [host()]
    ) -> [Int64] {
        PreemptionPlan(waiting: waiting, running: running, hosts: hosts).victims.map(\.rawValue)
    }

    @Test func aLessUrgentRunMakesWay() {
        #expect(Self.victims([Self.waiting(9)], [Self.running(1)]) == [1])
    }

    @Test func nobodyMakesWayWithoutNeedOrLeave() {
        #expect(Self.victims([Self.waiting(9)], [Self.running(1, isPreemptible: false)]) == [])
        #expect(Self.victims([Self.waiting(9)], [Self.running(1, priority: 5)]) == [])
        #expect(Self.victims([Self.waiting(9, waited: 10)], [Self.running(1)]) == [])
        #expect(Self.victims([Self.waiting(9)], [Self.running(1, ran: 20)]) == [])
        // It would be claimed again before the one that waits.
        #expect(Self.victims([Self.waiting(9, key: 200)], [Self.running(1)]) == [])
        // Another worker has room, or will have.
        #expect(Self.victims([Self.waiting(9)], [Self.running(1)], [Self.host(), Self.host(2)]) == [])
        #expect(Self.victims([Self.waiting(9)], [Self.running(1, isEnding: true)]) == [])
        // No worker has so many threads, however many make way.
        #expect(Self.victims([Self.waiting(9, threads: 4)], [Self.running(1)]) == [])
    }

    @Test func asFewAsPossibleMakeWayTheLeastUrgentAndYoungestFirst() {
        let running = [
            Self.running(1, threads: 1, priority: 1), Self.running(2, threads: 1, ran: 900),
            Self.running(3, threads: 1, ran: 100), Self.running(4, threads: 1, priority: 2),
        ]
        #expect(Self.victims([Self.waiting(9)], running, [Self.host(threads: 4)]) == [2, 3])
        let elsewhere = running + [Self.running(5, on: 2)]
        #expect(Self.victims([Self.waiting(9)], elsewhere, [Self.host(threads: 4), Self.host(2)]) == [5])
    }

    @Test func twoThatWaitDoNotCountOnTheSameThreads() {
        let running = [Self.running(1), Self.running(2, on: 2, isPreemptible: false)]
        let waiting = [Self.waiting(8, key: 1), Self.waiting(9, threads: 1, key: 2)]
        #expect(Self.victims(waiting, running, [Self.host(), Self.host(2)]) == [1])
    }
}
