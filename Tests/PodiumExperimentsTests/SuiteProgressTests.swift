import PodiumCore
import PodiumExperiments
import Testing

struct SuiteProgressTests {
    private func run(_ id: Int64, _ task: BenchmarkTask, _ state: RunState) -> RunRecord {
        RunRecord(
            id: RunID(rawValue: id),
            suite: SuiteID(rawValue: 1),
            suiteName: "suite",
            spec: RunSpec(name: "\(id)", system: "a", work: .finetune(FineTuning(model: .preset("tiny"), task: task))),
            state: state,
            submittedAt: 0
        )
    }

    @Test func nothingIsKnownBeforeAnythingRan() {
        #expect(SuiteProgress([run(1, .mrpc, .ready)], now: 10).remainingSeconds == nil)
    }

    @Test func whatWaitsIsTakenToLastAsLongAsItsLike() {
        var done = run(1, .mrpc, .succeeded)
        (done.startedAt, done.endedAt) = (0, 20)
        var other = run(2, .rte, .succeeded)
        (other.startedAt, other.endedAt) = (20, 120)
        let runs = [done, other, run(3, .mrpc, .ready), run(4, .mrpc, .blocked)]
        #expect(SuiteProgress(runs, now: 120).remainingSeconds == 40)
    }

    @Test func whatRunsSaysItself() {
        var running = run(1, .mrpc, .running)
        running.startedAt = 0
        running.progress = TrainingProgress(
            step: 5,
            totalSteps: 10,
            loss: 1,
            learningRate: 1e-5,
            examplesPerSecond: 1,
            tokensPerSecond: 1,
            remainingSeconds: 30
        )
        #expect(SuiteProgress([running, run(2, .mrpc, .ready)], now: 30).remainingSeconds == 90)
    }

    @Test func whatABlockedRunWaitsForInVainTakesNoTime() {
        var blocked = run(1, .mrpc, .blocked)
        blocked.blockedBy = RunID(rawValue: 3)
        #expect(SuiteProgress([blocked], now: 0).remainingSeconds == 0)
    }
}
