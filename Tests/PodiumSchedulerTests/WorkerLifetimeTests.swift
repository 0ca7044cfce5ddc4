import PodiumCore
import PodiumScheduler
import PodiumTestSupport
import Testing

@Suite(.serialized)
struct WorkerLifetimeTests {
    @Test func nothingIsBegunShortlyBeforeTheEnd() {
        var life = WorkerLifetime(end: .seconds(3600))
        #expect(life.decide(at: .seconds(3400), isBusy: true) == .claim)
        #expect(life.decide(at: .seconds(3421), isBusy: true) == .finish)
        #expect(life.decide(at: .seconds(3421), isBusy: false) == .leave(.endOfTime))
        #expect(life.decide(at: .seconds(3480), isBusy: true) == .leave(.endOfTime))
    }

    @Test func aShortLifeKeepsMostOfItsTime() {
        var life = WorkerLifetime(end: .seconds(60))
        #expect(life.decide(at: .seconds(37), isBusy: false) == .claim)
        #expect(life.decide(at: .seconds(44), isBusy: true) == .finish)
        #expect(life.decide(at: .seconds(45), isBusy: true) == .leave(.endOfTime))
    }

    @Test func idlenessCountsFromTheLastWork() {
        var life = WorkerLifetime(patience: .seconds(300))
        #expect(life.decide(at: .seconds(299), isBusy: false) == .claim)
        #expect(life.decide(at: .seconds(299.5), isBusy: true) == .claim)
        #expect(life.decide(at: .seconds(599), isBusy: false) == .claim)
        #expect(life.decide(at: .seconds(600), isBusy: false) == .leave(.idle))
        var patient = WorkerLifetime()
        #expect(patient.decide(at: .seconds(1_000_000), isBusy: false) == .claim)
    }

    @Test func aWorkerNearItsEndGivesItsRunBackUncharged() async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("a", "b")
        let worker = fixture.worker(threads: 1, lifetime: WorkerLifetime(end: .seconds(100)))
        let isOver = Flag()
        Task {
            try await worker.run()
            isOver.set()
        }
        let engine = try #require(await fixture.engines(1).first)
        let hash = String(repeating: "0", count: 64)
        engine.say(.artifact(Artifact(kind: .checkpoint, step: 3, path: "step-3", sha256: hash, bytes: 1)))
        #expect(await fixture.clock.advance(upTo: .seconds(200)) { !engine.signals.isEmpty })
        #expect(engine.signals == ["terminate"])
        engine.exit(.exited(143))
        #expect(await fixture.clock.advance { isOver.isSet })
        #expect(try await fixture.store.attempts(of: runs[0]).map(\.outcome) == [.released])
        #expect(try await fixture.state(runs[0]) == .ready)
        // It began nothing in the time that was left.
        #expect(fixture.launcher.engines.count == 1)
    }

    @Test func aRunThatSavedNothingInAWorkersWholeTimeIsChargedForIt() async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("a")
        let worker = fixture.worker(threads: 1, lifetime: WorkerLifetime(end: .seconds(100)))
        let isOver = Flag()
        Task {
            try await worker.run()
            isOver.set()
        }
        let engine = try #require(await fixture.engines(1).first)
        #expect(await fixture.clock.advance(upTo: .seconds(200)) { !engine.signals.isEmpty })
        engine.exit(.exited(143))
        #expect(await fixture.clock.advance { isOver.isSet })
        #expect(try await fixture.store.attempts(of: runs[0]).map(\.outcome) == [.failed(.stalled)])
    }

    @Test func aWorkerLeavesAfterTheRunsThatItWasToDo() async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("a", "b", "c")
        let worker = fixture.worker(threads: 8, lifetime: WorkerLifetime(runs: 2))
        let isOver = Flag()
        Task {
            try await worker.run()
            isOver.set()
        }
        for engine in await fixture.engines(2) { engine.succeed() }
        #expect(await fixture.clock.advance { isOver.isSet })
        var states: [RunState?] = []
        for run in runs { states.append(try await fixture.state(run)) }
        #expect(states == [.succeeded, .succeeded, .ready])
    }

    @Test func aWorkerWithoutWorkLeaves() async throws {
        let fixture = Fixture()
        let worker = fixture.worker(lifetime: WorkerLifetime(patience: .seconds(300)))
        let isOver = Flag()
        Task {
            try await worker.run()
            isOver.set()
        }
        #expect(await fixture.clock.advance { isOver.isSet })
        #expect(fixture.clock.now.offset >= .seconds(300))
    }

    @Test func timesAreReadAsPeopleAndSlurmWriteThem() throws {
        let noon = try #require(try EndTime.seconds("2027-03-01T12:00:00", now: 0))
        #expect(try EndTime.seconds("2027-03-01T12:00", now: 0) == noon)
        #expect(try EndTime.seconds("13:30", now: noon) == noon + 5400)
        #expect(try EndTime.seconds("11:00", now: noon) == noon + 23 * 3600)
        #expect(try EndTime.seconds("90m", now: 1000) == 6400)
        #expect(try EndTime.seconds("1.5h", now: 1000) == 6400)
        for none in ["NONE", "N/A", "Unknown", "", "(null)"] { #expect(try EndTime.seconds(none, now: 0) == nil) }
        for wrong in [
            "soon", "25:00", "12:60", "2027-13-01T00:00", "-5m", "0h", "12:00pm", "2027-03-01", "2027-02-31T12:00",
            "2027-04-31T12:00",
        ] {
            #expect(throws: SchedulerError.self, "\(wrong)") { try EndTime.seconds(wrong, now: 0) }
        }
    }
}
