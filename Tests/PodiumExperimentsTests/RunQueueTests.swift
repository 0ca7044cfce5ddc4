import PodiumCore
import PodiumExperiments
import Testing

struct RunQueueTests {
    private func run(_ id: Int64, _ state: RunState) -> RunRecord {
        RunRecord(
            id: RunID(rawValue: id),
            suite: SuiteID(rawValue: 1),
            suiteName: "suite",
            spec: RunSpec(
                name: "run-\(id)",
                system: "a",
                work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc))
            ),
            state: state,
            submittedAt: 0
        )
    }

    @Test func aRunningRunHasItsTimeStepLossAndRemainingTime() {
        var running = run(3, .running)
        running.attempt = 2
        running.startedAt = 100
        running.progress = TrainingProgress(
            step: 5,
            totalSteps: 10,
            loss: 0.5,
            learningRate: 1e-5,
            examplesPerSecond: 1,
            tokensPerSecond: 1,
            remainingSeconds: 61
        )
        var waiting = run(12, .waiting)
        waiting.reason = "diverged"
        waiting.progress = running.progress
        let expected = """
            RUN  SUITE  NAME    ST  TRY  TIME  STEP    LOSS   ETA  REASON
              3  suite  run-3   R     2  0:50  5/10  0.5000  1:01
             12  suite  run-12  WT                                 (diverged)
            """
        #expect(RunQueue(runs: [running, waiting]).table(now: 150) == expected)
    }

    @Test func timeOfRunsThatAreOverStands() {
        var done = run(1, .succeeded)
        (done.startedAt, done.endedAt) = (100, 107)
        #expect(RunQueue(runs: [done]).table(now: 5000).contains("0:07"))
    }

    @Test func whatIsNotShownIsCountedByState() {
        let queue = RunQueue(runs: [run(1, .ready), run(2, .ready)], counts: [.ready: 4, .running: 1])
        #expect(
            queue.rest == "and 3 more (all in all 4 ready, 1 running); --suite narrows the list, --json has all"
        )
        #expect(RunQueue(runs: [run(1, .ready)], counts: [.ready: 1]).rest == nil)
        #expect(RunQueue(runs: [run(1, .ready)]).rest == nil)
    }

    @Test func theQueueReadsNoMoreThanItShows() async throws {
        let fixture = try await RunFixture("a", "b", "c")
        let part = try await RunQueue(of: nil, includingTerminal: false, limit: 2, in: fixture.store)
        #expect(part.runs.map(\.spec.name) == ["a", "b"])
        #expect(part.counts == [.ready: 3])
        let all = try await RunQueue(of: fixture.suite, includingTerminal: false, limit: 4, in: fixture.store)
        #expect(all.runs.count == 3 && all.rest == nil)
    }

    @Test(arguments: [1, 2, 3, 4]) func everyRunIsPassedOnceWhateverThePageHolds(size: Int) async throws {
        let fixture = try await RunFixture("a", "b", "c")
        var names: [String] = []
        try await fixture.store.forEachRun(suite: nil, includingTerminal: true, pageSize: size) {
            names.append($0.spec.name)
        }
        #expect(names == ["a", "b", "c"])
    }
}
