import PodiumCore
import PodiumStore
import PodiumTestSupport
import Testing

/// What a transaction that stays open does to the queue: no version of a row that it may still see goes away.
@Suite(.database)
struct HeldSnapshotTests {
    @Test(.timeLimit(.minutes(5)))
    func claimsAndEndsReadNothingOfRunsThatEndedMeanwhile() async throws {
        let store = try await PostgresStore.open(TestDatabase.current)
        let runs = (1...60).map { number in
            PlannedRun(
                spec: RunSpec(
                    name: "run-\(number)",
                    system: "tiny",
                    work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc))
                )
            )
        }
        _ = try await store.submit(Submission(name: "suite", kind: .suite, source: "", runs: runs))
        let worker = try await store.registerWorker(
            WorkerRegistration(host: "here", processID: 1, pool: "cpu", threads: 2, version: "test"),
            leaseSeconds: 600
        )
        // By the statistics of a queue without running runs, which the server takes now and then by itself.
        try await store.settle()
        try await store.withPinnedSnapshot {
            for _ in runs {
                let claim = try #require(try await store.claim(for: worker, pool: "cpu", threads: 2, limit: 1).first)
                #expect(try await store.finish(claim.lease, outcome: .succeeded(RunResult(score: 0.5))))
            }
        }
        await store.close()
        // Connections leave their statistics behind when they end.
        let connection = try await Connection.open(TestDatabase.current)
        var (ends, ofWorkers) = (0, 0)
        while ends < runs.count {
            try await Task.sleep(for: .milliseconds(50))
            let rows = try await connection.query(
                """
                select (select idx_scan from pg_stat_user_indexes where indexrelname = 'attempts_pkey') as ends,
                    (select idx_tup_read from pg_stat_user_indexes where indexrelname = 'runs_of_a_worker') as of_workers
                """
            )
            ends = try rows[0].get("ends")
            ofWorkers = try rows[0].get("of_workers")
        }
        #expect(ofWorkers <= 2 * runs.count, "each end read what ended before it")
    }
}
