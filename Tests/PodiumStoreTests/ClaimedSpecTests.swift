import PodiumCore
import PodiumStore
import PodiumTestSupport
import Testing

/// What a claim says of its runs is what was submitted, whatever the runs share.
@Suite(.database)
struct ClaimedSpecTests {
    @Test func runsOfOneConfigurationKeepTheirNamesAndSeeds() async throws {
        let store = try await PostgresStore.open(TestDatabase.current)
        func run(_ name: String, _ work: Work, threads: Int = 1) -> RunSpec {
            RunSpec(name: name, system: "s", work: work, resources: Resources(threads: threads))
        }
        func training(_ seed: UInt64, rate: Double = 1e-4) -> Work {
            var work = Work.finetune(FineTuning(model: .preset("tiny"), task: .mrpc, seed: seed))
            work.optimization?.learningRate = rate
            return work
        }
        let specs = [
            run("a \"quoted\" \\ name", training(1)), run("größtes", training(.max)), run("\"seed\": 7", training(0)),
            run("another rate", training(1, rate: 3e-5)), run("more threads", training(1), threads: 2),
            run("pre-training", .pretrain(Pretraining(model: .preset("tiny"), seed: 9))),
            run("no seed", .evaluate(Evaluating(model: .preset("tiny"), task: .mrpc))), run("report", .report),
        ]
        _ = try await store.submit(
            Submission(name: "suite", kind: .suite, source: "", runs: specs.map { PlannedRun(spec: $0) })
        )
        let worker = try await store.registerWorker(
            WorkerRegistration(host: "here", processID: 1, pool: "cpu", threads: 100, version: "test"),
            leaseSeconds: 600
        )
        let claims = try await store.claim(for: worker, pool: "cpu", threads: 100, limit: 100)
        #expect(claims.map(\.spec) == specs)
        await store.close()
    }
}
