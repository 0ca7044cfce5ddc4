import FoundationEssentials
import PodiumCore
import PodiumScheduler
import PodiumTestSupport
import Testing

/// A worker on a store in memory, a clock that the test moves, and engines that the test scripts.
@Suite(.serialized)
struct WorkerTests {
    @Test func runsStartAsFarAsThreadsReach() async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("a", "b", "c")
        try await fixture.withWorker(threads: 2) { (_: Worker) async throws in
            let engines = await fixture.engines(2)
            try #require(engines.count == 2)
            await fixture.clock.advance(by: .seconds(30))
            // Both start at once, in either order.
            #expect(fixture.launcher.engines.map(\.request.name).sorted() == ["a", "b"])
            let first = try #require(engines.first { $0.request.name == "a" })
            #expect(first.request.folder == "\(fixture.folder)/artifacts/run-\(runs[0])/attempt-1")
            first.succeed()
            #expect(await fixture.engines(3).last?.request.name == "c")
            #expect(try await fixture.reaches(.succeeded, runs[0]))
            #expect(try await fixture.store.result(of: runs[0])?.score == 0.5)
        }
    }

    @Test func heartbeatsKeepTheLeaseForAsLongAsARunLasts() async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("a")
        try await fixture.withWorker { _ in
            let engine = try #require(await fixture.engines(1).first)
            for _ in 1...20 {
                await fixture.clock.advance(by: .seconds(5))
                #expect(try await fixture.store.rescueLostRuns().isEmpty)
            }
            engine.succeed()
            #expect(try await fixture.reaches(.succeeded, runs[0]))
        }
    }

    @Test func aCancelledRunIsAskedToStopAndKilledAfterTheDelay() async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("a")
        try await fixture.withWorker { _ in
            let engine = try #require(await fixture.engines(1).first)
            #expect(try await fixture.store.cancel(runs) == runs)
            let isAsked = await fixture.clock.advance { !engine.signals.isEmpty }
            #expect(isAsked)
            let asked = fixture.clock.now
            #expect(engine.signals == ["terminate"])
            #expect(try await fixture.reaches(.cancelled, runs[0]))
            #expect(engine.signals == ["terminate", "kill"])
            #expect(asked.duration(to: fixture.clock.now) >= .seconds(29))
        }
    }

    @Test func aShutdownGivesTheRunBackToTheQueue() async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("a")
        try await fixture.withWorker { _ in _ = await fixture.engines(1) }
        #expect(try await fixture.state(runs[0]) == .ready)
        #expect(fixture.launcher.engines.first?.signals == ["terminate"])
        let attempts = try await fixture.store.attempts(of: runs[0])
        #expect(attempts.map(\.outcome) == [.released])
        // It left in good order, so nothing is lost.
        await fixture.clock.advance(by: .seconds(60))
        #expect(try await fixture.store.rescueLostRuns().isEmpty)
    }

    @Test func aWorkerThatHasLostAMachineLeavesAndItsRunsAreNotCharged() async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("a", "b") { $0.retry.limit = 0 }
        let worker = fixture.worker(threads: 2)
        let isOver = Flag()
        Task {
            try await worker.run()
            isOver.set()
        }
        let engines = await fixture.engines(2)
        let first = try #require(engines.first { $0.request.name == "a" })
        let second = try #require(engines.first { $0.request.name == "b" })
        first.exit(.machineLost("b does not answer"))
        #expect(await fixture.clock.advance { second.signals == ["terminate"] })
        second.exit(.exited(143))
        #expect(await fixture.clock.advance { isOver.isSet })
        #expect(await worker.lostMachine == "b does not answer")
        // Nothing was begun anew on what is left.
        #expect(fixture.launcher.engines.count == 2)
        for run in runs { #expect(try await fixture.state(run) == .ready) }
        #expect(try await fixture.store.attempts(of: runs[0]).map(\.outcome) == [.failed(.workerLost)])
        #expect(try await fixture.store.attempts(of: runs[1]).map(\.outcome) == [.released])
    }

    @Test func aWorkerTakenForDeadKillsItsEnginesAndStartsAnew() async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("a")
        try await fixture.withWorker { _ in
            let engine = try #require(await fixture.engines(1).first)
            fixture.store.setUnreachable(true)
            await fixture.clock.advance(by: .seconds(60))
            #expect(engine.signals == ["pause"])
            fixture.store.setUnreachable(false)
            #expect(try await fixture.store.rescueLostRuns() == runs)
            #expect(await fixture.engines(2).count == 2)
            #expect(engine.signals == ["pause", "kill"])
            #expect(!FileManager.default.fileExists(atPath: engine.request.folder))
            fixture.launcher.engines[1].succeed()
            #expect(try await fixture.reaches(.succeeded, runs[0]))
            let attempts = try await fixture.store.attempts(of: runs[0])
            #expect(attempts.map(\.outcome) == [.lost, .succeeded])
        }
    }

    @Test(arguments: [false, true])
    func aDamagedStoreEndsTheWorkerWithoutChargingItsRuns(onlyMeasurements: Bool) async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("a")
        let worker = fixture.worker()
        let working = Task { try await worker.run() }
        let engine = try #require(await fixture.engines(1).first)
        fixture.store.damage(onlyMeasurements: onlyMeasurements)
        engine.say(.log(.info, "a line to store"))
        #expect(await fixture.clock.advance { engine.signals.contains("terminate") })
        engine.exit(.exited(143))
        await #expect(throws: MemoryStore.Damaged.self) { try await working.value }
        fixture.store.setUnreachable(false)
        #expect(
            try await fixture.store.attempts(of: runs[0]).allSatisfy { $0.outcome == nil || $0.outcome == .released }
        )
    }

    @Test func aDamagedStoreEndsAWorkerThatWaits() async throws {
        let fixture = Fixture()
        let worker = fixture.worker()
        let isOver = Flag()
        let working = Task {
            defer { isOver.set() }
            try await worker.run()
        }
        fixture.store.damage()
        #expect(await fixture.clock.advance { isOver.isSet })
        await #expect(throws: MemoryStore.Damaged.self) { try await working.value }
    }

    @Test func enginesPauseWhileNobodyKnowsTheLeaseAndGoOnWhenItHolds() async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("a")
        try await fixture.withWorker { _ in
            let engine = try #require(await fixture.engines(1).first)
            await fixture.clock.advance(by: .seconds(4))
            fixture.store.setUnreachable(true)
            let away = fixture.clock.now
            #expect(await fixture.clock.advance { !engine.signals.isEmpty })
            // Before the store may give the run to another: that takes the lease and the grace after it.
            #expect(away.duration(to: fixture.clock.now) <= .seconds(8))
            fixture.store.setUnreachable(false)
            #expect(await fixture.clock.advance { engine.signals.count == 2 })
            #expect(engine.signals == ["pause", "resume"])
            #expect(try await fixture.store.rescueLostRuns().isEmpty)
            engine.succeed()
            #expect(try await fixture.reaches(.succeeded, runs[0]))
            #expect(try await fixture.store.attempts(of: runs[0]).count == 1)
        }
    }

    @Test func anEngineThatLivesAndGetsNowhereIsEndedAndTriedAgain() async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("a") { $0.resources.progressDeadlineSeconds = 600 }
        func progress(_ step: Int) -> EngineEvent {
            .progress(
                TrainingProgress(
                    step: step,
                    totalSteps: 100,
                    loss: 1,
                    learningRate: 1e-3,
                    examplesPerSecond: 1,
                    tokensPerSecond: 1,
                    remainingSeconds: 1
                )
            )
        }
        try await fixture.withWorker { _ in
            let engine = try #require(await fixture.engines(1).first)
            for step in 1...4 {
                engine.say(progress(step))
                await fixture.clock.advance(by: .seconds(500))
                #expect(engine.signals.isEmpty)
            }
            // It goes on talking, of the same step.
            for _ in 1...4 {
                engine.say(progress(4))
                engine.say(.log(.info, "still here"))
                await fixture.clock.advance(by: .seconds(200))
            }
            #expect(engine.signals.first == "terminate")
            #expect(await fixture.clock.advance { engine.signals == ["terminate", "kill"] })
            #expect(try await fixture.reaches(.waiting, runs[0]))
            let attempts = try await fixture.store.attempts(of: runs[0])
            #expect(attempts.map(\.outcome) == [.failed(.stalled)])
            #expect(attempts.first?.message == "the engine lived but got nowhere for 600 s")
        }
    }

    @Test func whatAnEngineReportedWhileTheStoreWasAwayIsStoredLater() async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("a")
        try await fixture.withWorker { _ in
            let engine = try #require(await fixture.engines(1).first)
            fixture.store.setUnreachable(true)
            engine.say(.log(.info, "all is well"))
            engine.succeed(score: 0.75)
            await fixture.clock.advance(by: .seconds(5))
            fixture.store.setUnreachable(false)
            #expect(try await fixture.reaches(.succeeded, runs[0]))
            #expect(try await fixture.store.result(of: runs[0])?.score == 0.75)
            let lines = try await fixture.store.logLines(of: runs[0], after: 0, limit: 10)
            #expect(lines.map(\.message) == ["all is well"])
        }
    }

    @Test func anAttemptPastItsTimeLimitFailsForGood() async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("a") { $0.resources.timeLimitSeconds = 90 }
        try await fixture.withWorker { _ in
            let engine = try #require(await fixture.engines(1).first)
            await fixture.clock.advance(by: .seconds(80))
            #expect(engine.signals.isEmpty)
            await fixture.clock.advance(by: .seconds(15))
            let isAsked = await fixture.clock.advance(upTo: .seconds(5)) { !engine.signals.isEmpty }
            #expect(isAsked && engine.signals == ["terminate"])
            engine.exit(.exited(143))
            #expect(try await fixture.reaches(.failed, runs[0]))
            #expect(try await fixture.store.run(runs[0])?.reason?.contains("90 s") == true)
        }
    }

    @Test func aKilledEngineSaysByWhatSignalItDied() async throws {
        let fixture = Fixture()
        let runs = try await fixture.submit("a") { $0.retry.limit = 0 }
        try await fixture.withWorker { _ in
            let engine = try #require(await fixture.engines(1).first)
            engine.exit(.signaled(9))
            #expect(try await fixture.reaches(.failed, runs[0]))
            let attempts = try await fixture.store.attempts(of: runs[0])
            #expect(attempts.map(\.outcome) == [.failed(.crash)])
            #expect(try await fixture.store.run(runs[0])?.reason == "the engine was ended by SIGKILL (signal 9)")
        }
    }
}
