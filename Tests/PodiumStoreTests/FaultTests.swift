import PodiumCore
import PodiumStore
import PodiumTestSupport
import Testing

/// The job store on a server that is stopped and started under its feet.
@Suite
struct FaultTests {
    @Test func theStoreRidesOutARestartAndRepeatsNothing() async throws {
        let scratch = try ScratchDirectory()
        let options = scratch.options
        var cluster: Cluster? = try await Cluster.start(options)
        let address = try #require(cluster?.address)
        _ = try await Migrator().migrate(address)
        let store = try await PostgresStore.open(address, connections: 4)
        let hints = HintCounter(try await store.notifications())

        let work = Task { () -> [RunID] in
            let worker = try await store.registerWorker(
                WorkerRegistration(host: "here", processID: 1, pool: "cpu", threads: 1, version: "test"),
                leaseSeconds: 60
            )
            var runs: [RunID] = []
            for number in 1...300 {
                let suite = try await store.submit(.oneRun(number))
                let claims = try await store.claim(for: worker, pool: "cpu", threads: 1, limit: 1)
                let lease = try #require(claims.first).lease
                #expect(suite.runs.values.contains(lease.run))
                #expect(try await store.record(lease, events: [.log(.info, "hello")]))
                #expect(try await store.finish(lease, outcome: .succeeded(RunResult(score: 1), predictions: [])))
                runs.append(lease.run)
            }
            return runs
        }
        for _ in 1...2 {
            try await Task.sleep(for: .milliseconds(150))
            try await cluster?.stop(.immediate)
            cluster = nil
            cluster = try await Cluster.start(options)
        }
        let runs = try await work.value
        #expect(Set(runs).count == 300)
        let all = try await store.runs(suite: nil, includingTerminal: true)
        #expect(all.count == 300)
        #expect(all.allSatisfy { $0.state == .succeeded && $0.attempt == 1 })

        // The stream of hints lives on over the restarts.
        let before = hints.count
        _ = try await store.submit(.oneRun(1000))
        #expect(await hints.grows(beyond: before))
        await store.close()
        withExtendedLifetime(cluster) {}
    }

    @Test func withoutPatienceALostServerIsAnErrorAtOnce() async throws {
        let scratch = try ScratchDirectory()
        let cluster = try await Cluster.start(scratch.options)
        _ = try await Migrator().migrate(cluster.address)
        let store = try await PostgresStore.open(cluster.address, patience: .zero)
        try await cluster.stop(.immediate)
        let error = await #expect(throws: StoreError.self) { try await store.suites() }
        #expect(error?.isTransient == true)
    }

    @Test(.database) func aCancelledTaskStillHandsItsRunBack() async throws {
        let store = try await PostgresStore.open(TestDatabase.current)
        let suite = try await store.submit(.oneRun(1))
        let worker = try await store.registerWorker(
            WorkerRegistration(host: "here", processID: 1, pool: "cpu", threads: 1, version: "test"),
            leaseSeconds: 60
        )
        let lease = try #require(try await store.claim(for: worker, pool: "cpu", threads: 1, limit: 1).first).lease
        let stopping = Task { () -> Bool in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await store.finish(lease, outcome: .released)
        }
        #expect(try await stopping.value)
        #expect(try await store.run(try #require(suite.runs["run-1"]))?.state == .ready)
        await store.close()
    }

    @Test(.database) func resultsAndPredictionsCannotBeChanged() async throws {
        let store = try await PostgresStore.open(TestDatabase.current)
        _ = try await store.submit(.oneRun(1))
        let worker = try await store.registerWorker(
            WorkerRegistration(host: "here", processID: 1, pool: "cpu", threads: 1, version: "test"),
            leaseSeconds: 60
        )
        let lease = try #require(try await store.claim(for: worker, pool: "cpu", threads: 1, limit: 1).first).lease
        #expect(try await store.finish(lease, outcome: .succeeded(RunResult(score: 1), predictions: [])))
        let connection = try await Connection.open(TestDatabase.current)
        for text in ["update results set score = 0", "delete from results", "truncate predictions, results"] {
            let error = await #expect(throws: StoreError.self) { try await connection.run(Script(trusted: text)) }
            #expect(error?.sqlState == "23001")
        }
        await store.close()
    }
}

extension Submission {
    fileprivate static func oneRun(_ number: Int) -> Submission {
        let work = FineTuning(model: .preset("tiny"), task: .mrpc)
        var spec = RunSpec(name: "run-\(number)", system: "tiny", work: .finetune(work))
        spec.resources.threads = 1
        return Submission(name: "one", kind: .finetune, source: "", runs: [PlannedRun(spec: spec)])
    }
}

/// Counts what a stream brings.
private final class HintCounter: Sendable {
    private let seen = Counter()

    init(_ stream: AsyncStream<Void>) {
        Task { [seen] in for await _ in stream { seen.add() } }
    }

    var count: Int { seen.value }

    /// Whether another hint comes within a few seconds.
    func grows(beyond count: Int) async -> Bool {
        for _ in 1...500 {
            if seen.value > count { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}
