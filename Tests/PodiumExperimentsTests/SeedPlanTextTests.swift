import PodiumCore
import PodiumExperiments
import PodiumTestSupport
import Testing

/// What commands say of a plan of seeds.
struct SeedPlanTextTests {
    private static func comparison(
        _ first: String,
        _ second: String,
        _ decision: SeedLook.Decision,
        at look: Int? = nil,
        difference: Double? = nil,
        seeds: Int = 4
    ) -> SeedLook.Comparison {
        SeedLook.Comparison(
            task: .mrpc,
            pair: SeedPlan.Pair(first: first, second: second),
            decision: decision,
            decidedAt: look,
            difference: difference,
            firstSeeds: seeds,
            secondSeeds: seeds + 1
        )
    }

    private static func scores(_ systems: [String], _ seeds: ClosedRange<UInt64>) -> [SeedLook.Score] {
        systems.flatMap { system in
            seeds.map { SeedLook.Score(system: system, task: .mrpc, seed: $0, state: .succeeded, score: 0.5) }
        }
    }

    private static func test(_ next: [String]) -> SeedLook.Test {
        SeedLook.Test(task: .mrpc, boundary: nil, spent: 0, permutations: 10, next: next)
    }

    /// Three systems: one is told apart at the first look, the others never.
    private static func record(looks: Int) -> SeedPlanRecord {
        let plan = SeedPlan(systems: ["a", "b", "c"], tasks: [.mrpc], start: 3, step: 2, atMost: 5, level: 0.1)
        let first = SeedLook(
            number: 1,
            scores: scores(["a", "b", "c"], 1...3),
            tests: [test(["a", "b"])],
            comparisons: [
                comparison("a", "b", .open), comparison("a", "c", .larger, at: 1, difference: 0.1234),
                comparison("b", "c", .larger, at: 1, difference: 0.1),
            ]
        )
        var second = SeedLook(
            number: 2,
            scores: scores(["a", "b"], 4...5),
            tests: [test([])],
            comparisons: [comparison("a", "b", .notSeparated, difference: -0.005)] + first.comparisons.dropFirst()
        )
        second.scores[0].score = nil
        second.scores[0].state = .failed
        return SeedPlanRecord(
            suite: SuiteID(rawValue: 7),
            plan: plan,
            looks: Array([first, second].prefix(looks)),
            times: Array([1000, 2000].prefix(looks))
        )
    }

    @Test func thePlanIsSaidAsItWasWrittenDown() {
        #expect(
            SeedPlanText(Self.record(looks: 0)).planned
                == "every two systems; looks after 3, 5 seeds; level 0.1 in all, spent up to 0.0465, 0.06"
        )
    }

    @Test func progressCountsLooksDecisionsAndRuns() {
        #expect(
            SeedPlanText(Self.record(looks: 0)).line(of: "s")
                == "seeds of suite 7 (s) by a plan: 0 of at most 2 looks; 0 of 3 comparisons decided; 9 of at most 15 runs"
        )
        #expect(
            SeedPlanText(Self.record(looks: 1)).progress
                == "1 of at most 2 looks; 2 of 3 comparisons decided; 13 of at most 15 runs"
        )
        #expect(
            SeedPlanText(Self.record(looks: 2)).progress
                == "over after 2 looks; 2 of 3 comparisons decided; 13 of at most 15 runs, 2 saved"
        )
    }

    @Test func decisionsAreLargerSmallerOrNotSeparated() {
        let text = SeedPlanText(Self.record(looks: 2))
        #expect(
            text.decisions(on: .mrpc) == [
                "a and b not separated by 4 seeds (-0.50 points)",
                "a larger than c (+12.34 points) at look 1, after 3 seeds",
                "b larger than c (+10.00 points) at look 1, after 3 seeds",
            ]
        )
        #expect(text.decisions(on: .mrpc, system: "c").count == 2)
        #expect(text.decisions(on: .rte).isEmpty)
        #expect(text.leftOut == ["seed 4 of a on glue/MRPC (failed)"])
        #expect(text.history.first?.hasSuffix(": more seeds for a, b on glue/MRPC") == true)
        #expect(text.history.last?.hasPrefix("look 2 after 5 seeds") == true)
        #expect(text.history.last?.hasSuffix(": the last") == true)
    }

    @Test func aRunSaysWhatThePlanDecidedOfItsSystem() {
        var spec = RunSpec(
            name: "c/glue/MRPC/seed-9",
            system: "c",
            work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc, seed: 9))
        )
        let text = SeedPlanText(Self.record(looks: 2))
        let lines = text.lines(of: spec)
        #expect(lines.first?.hasPrefix("  seeds      by a plan: every two systems") == true)
        #expect(lines.contains { $0.contains("added after the plan had ended") })
        #expect(lines.count { $0.contains("glue/MRPC: ") } == 2)
        spec.work.seed = 1
        #expect(!text.lines(of: spec).contains { $0.contains("added after") })
        spec.system = "other"
        #expect(text.lines(of: spec).isEmpty)
    }

    @Test func aFollowerSeesRunsThatJoinTheSuite() async throws {
        let fixture = try await RunFixture("a/seed-1")
        var state = try await SuiteState(of: fixture.suite, in: fixture.store)
        let run = try #require(state.runs.first)
        _ = try await fixture.store.extend(
            fixture.suite,
            with: [AddedRun(spec: run.spec.with(seed: 2), like: run.id)]
        )
        try await state.update(reasonsAfter: 1000)
        #expect(state.runs.map(\.spec.name) == ["a/seed-1", "a/seed-2"])
    }
}
