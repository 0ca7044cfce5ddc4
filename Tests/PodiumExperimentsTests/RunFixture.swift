import PodiumCore
import PodiumTestSupport

/// A store in memory with a suite of runs.
struct RunFixture {
    let store = MemoryStore { 1000 }
    let suite: SuiteID
    let runs: [RunID]

    init(_ names: String...) async throws {
        let planned = names.map { name in
            PlannedRun(
                spec: RunSpec(
                    name: name,
                    system: "tiny",
                    work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc))
                )
            )
        }
        let submitted = try await store.submit(Submission(name: "suite", kind: .suite, source: "", runs: planned))
        suite = submitted.suite
        runs = names.compactMap { submitted.runs[$0] }
    }

    /// A worker takes the first run of the queue.
    func claim() async throws -> Lease? {
        let worker = try await store.registerWorker(
            WorkerRegistration(host: "here", processID: 1, pool: "cpu", threads: 64, version: "test"),
            leaseSeconds: 100
        )
        return try await store.claim(for: worker, pool: "cpu", threads: 64, limit: 1).first?.lease
    }
}
