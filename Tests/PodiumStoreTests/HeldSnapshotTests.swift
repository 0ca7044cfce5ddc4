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
        let runs = Self.runs(60)
        _ = try await store.submit(Submission(name: "suite", kind: .suite, source: "", runs: runs))
        let worker = try await store.registerWorker(Self.worker, leaseSeconds: 600)
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
                    (select idx_tup_read from pg_stat_user_indexes where indexrelname = 'leases_pkey') as of_workers
                """
            )
            ends = try rows[0].get("ends")
            ofWorkers = try rows[0].get("of_workers")
        }
        #expect(ofWorkers <= 2 * runs.count, "each end read what ended before it")
    }

    /// Entries of seven indexes were most of what a claim wrote.
    @Test(.timeLimit(.minutes(5)))
    func claimsWriteNoEntryOfAnIndexOfTheRuns() async throws {
        let store = try await PostgresStore.open(TestDatabase.current)
        let suite = try await store.submit(Submission(name: "suite", kind: .suite, source: "", runs: Self.runs(1)))
            .suite
        try await store.queueCopies(199, of: suite)
        try await store.settle()
        let worker = try await store.registerWorker(Self.worker, leaseSeconds: 600)
        for _ in 0..<2 {
            let claims = try await store.claim(for: worker, pool: "cpu", threads: 200, limit: 100)
            #expect(claims.count == 100)
        }
        await store.close()
        let connection = try await Connection.open(TestDatabase.current)
        var (claimed, onTheSamePage) = (0, 0)
        while claimed < 200 {
            try await Task.sleep(for: .milliseconds(50))
            let row = try await connection.query(
                "select n_tup_upd as claimed, n_tup_hot_upd as same from pg_stat_user_tables where relname = 'runs'"
            )[0]
            claimed = try row.get("claimed")
            onTheSamePage = try row.get("same")
        }
        #expect(onTheSamePage == claimed)
    }

    private static func runs(_ count: Int) -> [PlannedRun] {
        (1...count).map { number in
            PlannedRun(
                spec: RunSpec(
                    name: "run-\(number)",
                    system: "tiny",
                    work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc)),
                    resources: Resources(threads: 1)
                )
            )
        }
    }

    private static let worker = WorkerRegistration(
        host: "here",
        processID: 1,
        pool: "cpu",
        threads: 200,
        version: "test"
    )
}
