import PodiumCore
import PodiumStore
import PodiumTestSupport
import Testing

/// What each role may do, and above all what it may not.
@Suite(.database)
struct RoleTests {
    /// The test's database, asked as a role.
    private func address(_ role: String) async throws -> DatabaseAddress {
        let address = try TestDatabase.current
        try await DatabaseRoles.apply(to: address)
        let words = address.settings.map { "\($0.key)='\($0.value)'" } + ["options='-c role=\(role)'"]
        return try DatabaseAddress(parsing: words.joined(separator: " "))
    }

    private func submit(_ store: PostgresStore) async throws -> SubmittedSuite {
        let spec = RunSpec(
            name: "a",
            system: "tiny",
            work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc))
        )
        var child = spec
        child.name = "b"
        return try await store.submit(
            Submission(
                name: "s",
                kind: .suite,
                source: "",
                runs: [
                    PlannedRun(spec: spec),
                    PlannedRun(spec: child, dependencies: [Dependency(parent: "a", condition: .afterSuccess)]),
                ]
            )
        )
    }

    @Test func aWorkerWorks() async throws {
        let owner = try await PostgresStore.open(try TestDatabase.current)
        let suite = try await submit(owner)
        let store = try await PostgresStore.open(try await address("podium_worker"))
        let worker = try await store.registerWorker(
            WorkerRegistration(host: "h", processID: 1, pool: "cpu", threads: 64, version: "t"),
            leaseSeconds: 60
        )
        #expect(try await store.heartbeat(worker, leaseSeconds: 60) == [])
        let first = try #require(try await store.claim(for: worker, pool: "cpu", threads: 64, limit: 1).first)
        let checkpoint = Artifact(
            kind: .checkpoint,
            step: 1,
            path: "/c",
            sha256: String(repeating: "a", count: 64),
            bytes: 1
        )
        let progress = TrainingProgress(
            step: 1,
            totalSteps: 2,
            loss: 1,
            learningRate: 1,
            examplesPerSecond: 1,
            tokensPerSecond: 1,
            remainingSeconds: 1
        )
        #expect(
            try await store.record(first.lease, events: [.progress(progress), .log(.info, "x"), .artifact(checkpoint)])
        )
        #expect(try await store.finish(first.lease, outcome: .released))
        let again = try #require(try await store.claim(for: worker, pool: "cpu", threads: 64, limit: 1).first)
        #expect(again.checkpoints.count == 1)
        let prediction = ExamplePrediction(split: .dev, example: "1", prediction: "1", gold: "1", score: 1)
        var result = RunResult(score: 1)
        result.workKey = "k"
        #expect(try await store.finish(again.lease, outcome: .succeeded(result, predictions: [prediction])))
        // The child was released by this worker's transaction.
        let child = try #require(try await store.claim(for: worker, pool: "cpu", threads: 64, limit: 1).first)
        #expect(child.lease.run == suite.runs["b"])
        #expect(try await store.finish(child.lease, outcome: .failed(.crash, message: "x")))
        #expect(try await store.history(of: suite.suite, metrics: ["loss"], points: 10)?.runs.count == 2)
        // It takes over what an earlier run found out.
        _ = try await submit(owner)
        let copy = try #require(try await store.claim(for: worker, pool: "cpu", threads: 64, limit: 1).first)
        #expect(try await store.reusable(["k"]) == ["k": again.lease.run])
        #expect(try await store.reuse(again.lease.run, for: copy.lease) == .taken)
        #expect(try await store.predictions(of: copy.lease.run) == [prediction])
        try await store.retireWorker(worker)
        await store.close()
        await owner.close()
    }

    @Test func rolesThatExistGetTheirRightsFromTheMigrations() async throws {
        // Roles belong to the server, so this one has them from here on.
        try await DatabaseRoles.apply(to: try TestDatabase.current)
        let address = try await TestServer.shared.makeEmptyDatabase()
        _ = try await Migrator().migrate(address)
        let rows = try await Connection.open(address).query(
            """
            select has_table_privilege('podium_worker', 'leases', 'delete') as worker,
                has_table_privilege('podium_daemon', 'pilots', 'update') as daemon,
                has_table_privilege('podium_reader', 'podium.runs', 'select') as reader,
                has_table_privilege('podium_worker', 'access_tokens', 'select') as secret
            """
        )
        #expect(try rows[0].get("worker", as: Bool.self))
        #expect(try rows[0].get("daemon", as: Bool.self))
        #expect(try rows[0].get("reader", as: Bool.self))
        #expect(try !rows[0].get("secret", as: Bool.self))
    }

    @Test func aRoleWithoutARightIsAFaultThatDoesNotPass() async throws {
        let store = try await PostgresStore.open(try await address("podium_reader"))
        let error = await #expect(throws: StoreError.self) { try await store.lead(as: "x", seconds: 1) }
        #expect(error?.code == .forbidden && error?.isPermanent == true)
        #expect(error?.message.contains("leaders") == true && error?.message.contains("podium roles") == true)
        await store.close()
    }

    static let forbiddenToWorkers: [Statement] = [
        "select * from access_tokens", "select sha256 from access_tokens", "select * from actions",
        "insert into access_tokens (name, role, sha256) values ('x', 'admin', repeat('a', 64))",
        "update results set score = 1", "delete from results", "truncate results cascade",
        "update predictions set prediction = '1'", "delete from predictions", "update suites set source = 'x'",
        "delete from runs", "delete from suites", "delete from attempts", "delete from events",
        "update log_lines set message = 'x'", "update schema_migrations set sha256 = 'x'",
        "alter table results disable trigger all", "drop table results", "create table mine (id bigint)",
        "create or replace function refuse_change() returns trigger language plpgsql as 'begin return null; end'",
    ]

    @Test(arguments: forbiddenToWorkers.map(\.sql))
    func aWorkerReadsNoSecretsAndRewritesNothing(sql: String) async throws {
        try await expectRefusal(sql, "podium_worker")
    }

    @Test(arguments: [
        "select * from access_tokens", "select * from actions", "update runs set want = 'cancel'",
        "insert into ready select id, pool, threads, 0 from runs", "delete from results",
        "select nextval('lease_tokens')", "create table mine (id bigint)",
    ])
    func aReaderOnlyReads(sql: String) async throws {
        try await expectRefusal(sql, "podium_reader")
    }

    @Test(arguments: ["drop table results", "alter table runs add column x text", "delete from schema_migrations"])
    func theDaemonChangesNoSchema(sql: String) async throws {
        try await expectRefusal(sql, "podium_daemon")
    }

    private func expectRefusal(_ sql: String, _ role: String) async throws {
        let connection = try await Connection.open(try await address(role))
        let error = await #expect(throws: StoreError.self, "\(sql)") {
            try await connection.run(Script(trusted: sql))
        }
        #expect(error?.sqlState == "42501", "\(sql): \(error.map(\.message) ?? "")")
    }

    @Test func readersAndTheDaemonDoTheirWork() async throws {
        let reader = try await PostgresStore.open(try await address("podium_reader"))
        #expect(try await reader.suites().isEmpty)
        #expect(try await reader.historyCount(HistoryFilter()) == 0)
        await reader.close()
        let daemon = try await PostgresStore.open(try await address("podium_daemon"))
        let suite = try await submit(daemon)
        #expect(try await daemon.lead(as: "d", seconds: 5) != nil)
        #expect(try await daemon.rescueLostRuns().isEmpty)
        #expect(try await daemon.addToken(name: "x", role: .reader, sha256: String(repeating: "a", count: 64)) != nil)
        let runs = suite.runs.values.sorted()
        #expect(try await daemon.cancel(runs).count == 2)
        #expect(try await daemon.delete(runs, isRehearsal: false).runs == runs)
        await daemon.close()
    }
}
