import PodiumCore
import PodiumScheduler
import PodiumTestSupport
import Testing

@Suite(.serialized)
struct SchedulerTests {
    private func scheduler(_ name: String, _ fixture: Fixture) -> Scheduler {
        Scheduler(store: fixture.store, name: name, clock: fixture.clock, log: Fixture.log)
    }

    /// Lets time pass until the lead is taken.
    private func somebodyLeads(_ fixture: Fixture) async throws -> Bool {
        try await fixture.clock.advance(upTo: .seconds(20)) {
            try await fixture.store.lead(as: "another", seconds: -1) == nil
        }
    }

    @Test func aRunIsTriedAgainAfterItsBackOff() async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("a")
        let scheduling = Task { try await scheduler("first", fixture).run() }
        try await fixture.withWorker { _ in
            let engine = try #require(await fixture.engines(1).first)
            engine.exit(.exited(1))
            #expect(try await fixture.reaches(.waiting, runs[0]))
            let failed = fixture.clock.now
            // Until it is claimed: the disk, on which an attempt's files are written after that, keeps no time of ours.
            #expect(try await fixture.reaches(.running, runs[0]))
            let wait = failed.duration(to: fixture.clock.now)
            #expect(wait >= .seconds(199) && wait < .seconds(205))
            let engines = await fixture.engines(2)
            try #require(engines.count == 2)
            engines[1].succeed()
            #expect(try await fixture.reaches(.succeeded, runs[0]))
        }
        scheduling.cancel()
        try await scheduling.value
    }

    @Test func anotherSchedulerTakesOverWhenTheLeaderIsGone() async throws {
        let fixture = Fixture()
        let first = Task { try await scheduler("first", fixture).run() }
        #expect(try await somebodyLeads(fixture))
        let second = Task { try await scheduler("second", fixture).run() }
        await fixture.clock.advance(by: .seconds(30))
        #expect(try await somebodyLeads(fixture))

        let runs = try await fixture.submit("a")
        let worker = try await fixture.store.registerWorker(
            WorkerRegistration(host: "there", processID: 1, pool: "cpu", threads: 2, version: "test"),
            leaseSeconds: 8
        )
        #expect(try await fixture.store.claim(for: worker, pool: "cpu", threads: 2, limit: 1).count == 1)
        first.cancel()
        try await first.value
        #expect(try await fixture.reaches(.ready, runs[0]))
        #expect(try await fixture.store.attempts(of: runs[0]).last?.message?.contains("was lost") == true)
        // The first may come back as another's follower only.
        #expect(try await fixture.store.lead(as: "first", seconds: 1) == nil)
        second.cancel()
        try await second.value
    }

    @Test func whatPassesIsWaitedOutAndWhatDoesNotEndsTheScheduler() async throws {
        let fixture = Fixture()
        let isOver = Flag()
        let scheduling = Task {
            defer { isOver.set() }
            try await scheduler("first", fixture).run()
        }
        #expect(try await somebodyLeads(fixture))
        fixture.store.setUnreachable(true)
        await fixture.clock.advance(by: .seconds(600))
        #expect(!isOver.isSet)
        fixture.store.damage()
        #expect(await fixture.clock.advance { isOver.isSet })
        await #expect(throws: MemoryStore.Damaged.self) { try await scheduling.value }
    }

    @Test func aWideRunGetsItsThreadsHoweverManyNarrowOnesCome() async throws {
        let fixture = Fixture()
        let scheduling = Task { try await scheduler("first", fixture).run() }
        try await fixture.withWorker(threads: 2) { _ in
            _ = try await fixture.submit("narrow")
            #expect(await fixture.engines(1).count == 1)
            let wide = try await fixture.submit("wide") { $0.resources.threads = 2 }
            var rounds = 0
            var reasons: Set<String> = []
            // One ends after another has begun, so that both threads are never free by themselves.
            while try await fixture.state(wide[0]) == .ready, rounds < 40 {
                rounds += 1
                _ = try await fixture.submit("narrow-\(rounds)")
                await fixture.clock.advance(by: .seconds(15))
                if let reason = try await fixture.store.run(wide[0])?.reason { reasons.insert(reason) }
                fixture.launcher.engines.first { !$0.isOver }?.succeed()
                await fixture.clock.advance(by: .seconds(5))
            }
            #expect(rounds > 5 && rounds < 12, "two minutes are six rounds")
            #expect(reasons == ["worker 1 keeps its free threads for it"])
            #expect(try await fixture.reaches(.running, wide[0]))
        }
        scheduling.cancel()
        try await scheduling.value
    }

    @Test func aMoreUrgentRunTakesThePlaceOfOneThatMayBePreempted() async throws {
        let fixture = Fixture()
        let low = try await fixture.submit("low") {
            $0.resources.threads = 2
            $0.resources.isPreemptible = true
        }
        let scheduling = Task { try await scheduler("first", fixture).run() }
        try await fixture.withWorker(threads: 2) { _ in
            let engine = try #require(await fixture.engines(1).first)
            await fixture.clock.advance(by: .seconds(70))
            let record = try await fixture.store.run(low[0])
            var spec = try #require(record).spec
            spec.name = "urgent"
            _ = try await fixture.store.submit(
                Submission(name: "u", kind: .finetune, source: "", priority: 3, runs: [PlannedRun(spec: spec)])
            )
            #expect(await fixture.clock.advance { engine.signals == ["terminate"] })
            engine.exit(.exited(143))
            let engines = await fixture.engines(2)
            try #require(engines.count == 2)
            #expect(engines[1].request.name == "urgent")
            #expect(try await fixture.state(low[0]) == .ready)
            engines[1].succeed()
            #expect(await fixture.engines(3).last?.request.name == "low")
            #expect(try await fixture.store.attempts(of: low[0]).map(\.outcome) == [.preempted, nil])
        }
        scheduling.cancel()
        try await scheduling.value
    }

    @Test func aStoreThatIsAwayIsWaitedFor() async throws {
        let fixture = Fixture()
        fixture.store.setUnreachable(true)
        let scheduling = Task { try await scheduler("first", fixture).run() }
        await fixture.clock.advance(by: .seconds(30))
        fixture.store.setUnreachable(false)
        #expect(try await somebodyLeads(fixture))
        scheduling.cancel()
        try await scheduling.value
    }
}
