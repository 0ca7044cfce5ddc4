import PodiumCore
import PodiumExperiments
import PodiumTestSupport
import Testing

struct SeedExtensionTests {
    private static func suite(seeds: [UInt64], learningRates: [Double]) -> Submission {
        var runs: [PlannedRun] = []
        for rate in learningRates {
            for seed in seeds {
                var work = FineTuning(model: .preset("tiny"), task: .mrpc, seed: seed)
                work.optimization.learningRate = rate
                runs.append(
                    PlannedRun(spec: RunSpec(name: "tiny/\(rate)/seed-\(seed)", system: "tiny", work: .finetune(work)))
                )
            }
        }
        let all = runs.map { Dependency(parent: $0.spec.name, condition: .afterAny) }
        runs.append(PlannedRun(spec: RunSpec(name: "report", system: "s", work: .report), dependencies: all))
        return Submission(name: "s", kind: .suite, source: "", runs: runs)
    }

    private static func extended(_ submission: Submission, seeds: Int) async throws -> (
        MemoryStore, SuiteID, [AddedRun]
    ) {
        let store = MemoryStore(clock: TestClock())
        let suite = try await store.submit(submission).suite
        let stored = try await store.runs(suite: suite, includingTerminal: true)
        let added = try SeedExtension(of: stored, seeds: seeds).runs
        _ = try await store.extend(suite, with: added)
        return (store, suite, added)
    }

    @Test func everyConfigurationGetsTheNextSeedsAndTheSuiteAReport() async throws {
        let (store, suite, added) = try await Self.extended(
            Self.suite(seeds: [1, 7], learningRates: [1e-5, 2e-5]),
            seeds: 2
        )
        #expect(
            added.map(\.spec.name) == [
                "tiny/1e-05/seed-8", "tiny/1e-05/seed-9", "tiny/2e-05/seed-8", "tiny/2e-05/seed-9", "report/2",
            ]
        )
        #expect(added.compactMap(\.spec.work.seed) == [8, 9, 8, 9])
        // Extending twice goes on from where the first ended.
        let stored = try await store.runs(suite: suite, includingTerminal: true)
        let again = try SeedExtension(of: stored, seeds: 1).runs
        #expect(again.map(\.spec.name) == ["tiny/1e-05/seed-10", "tiny/2e-05/seed-10", "report/3"])
    }

    @Test func aSuiteWithoutSeedsCannotBeExtended() async throws {
        let store = MemoryStore(clock: TestClock())
        let report = PlannedRun(spec: RunSpec(name: "report", system: "s", work: .report))
        let suite = try await store.submit(Submission(name: "s", kind: .suite, source: "", runs: [report])).suite
        let stored = try await store.runs(suite: suite, includingTerminal: true)
        #expect(throws: ExperimentError.self) { _ = try SeedExtension(of: stored, seeds: 1) }
    }
}
