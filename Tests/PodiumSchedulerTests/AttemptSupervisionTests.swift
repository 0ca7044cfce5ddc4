import PodiumCore
import PodiumScheduler
import Testing

/// What happens to an attempt, as transcripts.
struct AttemptSupervisionTests {
    private static let result = RunResult(score: 0.5)

    @Test func aResultAndAGoodExitAreSuccess() {
        var attempt = AttemptSupervision()
        let started = EngineEvent.started(totalSteps: 3, trainExamples: 9, resumedFromStep: nil)
        #expect(attempt.receive(.event(started)) == [.record(started)])
        #expect(attempt.receive(.event(.result(Self.result, artifacts: []))) == [])
        #expect(attempt.receive(.exited(EngineExit(.exited(0)))) == [.finish(.succeeded(Self.result, artifacts: []))])
    }

    @Test func aGoodExitWithoutAResultIsACrash() {
        var attempt = AttemptSupervision()
        let actions = attempt.receive(.exited(EngineExit(.exited(0))))
        #expect(actions == [.finish(.failed(.crash, message: "the engine ended without a result"))])
    }

    @Test func aResultIsWorthNothingWhenTheEngineThenFails() {
        var attempt = AttemptSupervision()
        _ = attempt.receive(.event(.result(Self.result, artifacts: [])))
        guard case .finish(.failed(.crash, _)) = attempt.receive(.exited(EngineExit(.signaled(11)))).first else {
            Issue.record("a crash after the result must fail the attempt")
            return
        }
    }

    @Test func whatTheEngineSaidOutranksItsExitStatus() {
        var attempt = AttemptSupervision()
        #expect(attempt.receive(.event(.failed(.diverged, "NaN"))) == [.record(.log(.error, "NaN"))])
        #expect(attempt.receive(.exited(EngineExit(.exited(1)))) == [.finish(.failed(.diverged, message: "NaN"))])
    }

    @Test func aKilledEngineCrashedUnlessTheKernelCountedAKillForMemory() {
        var attempt = AttemptSupervision()
        let killed = EngineExit(.signaled(9), errorTail: ["allocating"])
        let message = "the engine was ended by SIGKILL (signal 9); its standard error ends: allocating"
        #expect(attempt.receive(.exited(killed)) == [.finish(.failed(.crash, message: message))])

        var starved = AttemptSupervision()
        let exit = EngineExit(.signaled(9), memoryEvidence: "oom_kill in /proc/vmstat rose from 0 to 1")
        guard case .finish(.failed(.outOfMemory, let reason)) = starved.receive(.exited(exit)).first else {
            Issue.record("a kill that the kernel counted is for memory")
            return
        }
        #expect(reason.contains("SIGKILL") && reason.contains("rose from 0 to 1"))
    }

    @Test func aLostMachineOutranksWhatTheEngineSaidAndAShutdown() {
        let exit = EngineExit(.machineLost("mpirun starts nothing there"), errorTail: ["connection lost"])
        let message =
            "a machine of its worker is lost: mpirun starts nothing there; its standard error ends: connection lost"
        let end = [AttemptSupervision.Action.finish(.failed(.workerLost, message: message))]
        var attempt = AttemptSupervision()
        _ = attempt.receive(.event(.failed(.infrastructure, "rank 1 does not answer")))
        #expect(attempt.receive(.exited(exit)) == end)
        var leaving = AttemptSupervision()
        _ = leaving.receive(.shutdown)
        #expect(leaving.receive(.exited(exit)) == end)
        var cancelled = AttemptSupervision()
        _ = cancelled.receive(.cancelOrdered)
        #expect(cancelled.receive(.exited(exit)) == [.finish(.cancelled)])
        var fenced = AttemptSupervision()
        _ = fenced.receive(.leaseLost)
        #expect(fenced.receive(.exited(exit)) == [.discard])
    }

    @Test func aCancelledEngineIsAskedThenKilled() {
        var attempt = AttemptSupervision()
        #expect(attempt.receive(.cancelOrdered) == [.terminate])
        #expect(attempt.receive(.cancelOrdered) == [])
        #expect(attempt.receive(.killDelayPassed) == [.kill])
        #expect(attempt.receive(.exited(EngineExit(.signaled(9)))) == [.finish(.cancelled)])
    }

    @Test func aRunThatWasDoneBeforeItCouldBeCancelledCounts() {
        var attempt = AttemptSupervision()
        _ = attempt.receive(.event(.result(Self.result, artifacts: [])))
        #expect(attempt.receive(.cancelOrdered) == [.terminate])
        #expect(attempt.receive(.exited(EngineExit(.exited(0)))) == [.finish(.succeeded(Self.result, artifacts: []))])
    }

    @Test func aShutdownGivesTheRunBack() {
        var attempt = AttemptSupervision()
        #expect(attempt.receive(.shutdown) == [.terminate])
        #expect(attempt.receive(.exited(EngineExit(.exited(143)))) == [.finish(.released)])
    }

    @Test func aRunThatCannotSaveAndOutlastsItsWorkerIsChargedForIt() {
        func end(worked: Double, _ events: [EngineEvent] = []) -> AttemptSupervision.Action? {
            var attempt = AttemptSupervision()
            for event in events { _ = attempt.receive(.event(event)) }
            #expect(attempt.receive(.workerTimeOver(secondsWorked: worked, ofSeconds: 3600)) == [.terminate])
            return attempt.receive(.exited(EngineExit(.exited(143)))).first
        }
        guard case .finish(.failed(.stalled, let message)) = end(worked: 3000) else {
            Issue.record("it goes back to the queue for ever")
            return
        }
        #expect(message.contains("after 3000 s") && message.contains("--time"))
        // It came late, and the next worker may have the time.
        #expect(end(worked: 1700) == .finish(.released))
        let hash = String(repeating: "0", count: 64)
        let saved = Artifact(kind: .checkpoint, step: 7, path: "step-7", sha256: hash, bytes: 1)
        #expect(end(worked: 3000, [.artifact(saved)]) == .finish(.released))
    }

    @Test func aRunThatMakesWayGoesBackAndACancellationOutranksThat() {
        var attempt = AttemptSupervision()
        #expect(attempt.receive(.preemptOrdered) == [.terminate])
        #expect(attempt.receive(.preemptOrdered) == [])
        #expect(attempt.receive(.exited(EngineExit(.exited(143)))) == [.finish(.preempted)])

        var cancelled = AttemptSupervision()
        _ = cancelled.receive(.preemptOrdered)
        #expect(cancelled.receive(.cancelOrdered) == [])
        #expect(cancelled.receive(.exited(EngineExit(.exited(143)))) == [.finish(.cancelled)])
    }

    @Test func aCancellationOutranksAShutdown() {
        var attempt = AttemptSupervision()
        #expect(attempt.receive(.shutdown) == [.terminate])
        #expect(attempt.receive(.cancelOrdered) == [])
        #expect(attempt.receive(.exited(EngineExit(.exited(143)))) == [.finish(.cancelled)])
    }

    @Test func aLostLeaseEndsTheEngineAndWritesNothing() {
        var attempt = AttemptSupervision()
        #expect(attempt.receive(.leaseLost) == [.kill])
        #expect(attempt.receive(.event(.result(Self.result, artifacts: []))) == [])
        #expect(attempt.receive(.event(.log(.info, "late"))) == [])
        #expect(attempt.receive(.exited(EngineExit(.exited(0)))) == [.discard])
    }

    @Test func aPausedEngineThatIsToStopIsWokenForIt() {
        var attempt = AttemptSupervision()
        #expect(attempt.receive(.leaseDoubted) == [.pause])
        #expect(attempt.receive(.leaseDoubted) == [])
        #expect(attempt.receive(.leaseConfirmed) == [.resume])
        #expect(attempt.receive(.leaseConfirmed) == [])
        #expect(attempt.receive(.leaseDoubted) == [.pause])
        #expect(attempt.receive(.shutdown) == [.terminate, .resume])
        #expect(attempt.receive(.leaseDoubted) == [])
        #expect(attempt.receive(.exited(EngineExit(.exited(143)))) == [.finish(.released)])
    }

    @Test func anEngineThatGetsNowhereIsEndedAndItsRunTriedAgain() {
        var attempt = AttemptSupervision(progressDeadlineSeconds: 90)
        #expect(attempt.receive(.progressDeadlinePassed) == [.terminate])
        #expect(attempt.receive(.killDelayPassed) == [.kill])
        let message = "the engine lived but got nowhere for 90 s"
        #expect(attempt.receive(.exited(EngineExit(.signaled(9)))) == [.finish(.failed(.stalled, message: message))])
        #expect(FailureClass.stalled.isWorthRetrying)
    }

    @Test func stepsAndPiecesOfWorkAreProgressAndTalkIsNot() {
        var watch = ProgressWatch()
        func isStalled() -> Bool { watch.look() }
        func looks() -> Int { (1...30).first { _ in isStalled() } ?? 0 }
        #expect(looks() == ProgressWatch.looks + 1)
        // Before the training is set up nothing else is said.
        watch.observe(.log(.info, "reading"))
        #expect(!isStalled())
        watch.observe(.started(totalSteps: 3, trainExamples: 9, resumedFromStep: nil))
        #expect(looks() == ProgressWatch.looks + 1)
        watch.observe(.log(.info, "waiting"))
        watch.observe(.removed(path: "/x"))
        #expect(isStalled())
        watch.observe(.moved)
        #expect(!isStalled())
    }

    @Test func aTimeLimitIsAFailureThatIsNotTriedAgain() {
        var attempt = AttemptSupervision(timeLimitSeconds: 60)
        #expect(attempt.receive(.timeLimitReached) == [.terminate])
        guard case .finish(.failed(let failure, let message)) = attempt.receive(.exited(EngineExit(.exited(143)))).first
        else {
            Issue.record("a time limit must fail the attempt")
            return
        }
        #expect(failure == .timeout && !failure.isWorthRetrying)
        #expect(message.contains("60 s"))
    }
}
