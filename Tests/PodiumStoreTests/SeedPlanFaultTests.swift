import PodiumCore
import PodiumScheduler
import PodiumStore
import PodiumTestSupport
import Testing

/// A keeper of plans of seeds that dies in the middle of a look, at a server that kills its connection there.
@Suite(.database, .serialized)
struct SeedPlanFaultTests {
    /// Where it dies.
    enum Moment: String, CaseIterable, Sendable {
        /// The look is computed, and nothing of it is written.
        case writing = "before insert on seed_looks"
        /// The look is written, the next group is not queued.
        case queueing = "before insert on runs"
        /// The group is there, the report does not wait for it yet.
        case joining = "before insert on dependencies"
        /// All is written but not committed.
        case committing = "after insert on seed_looks"
    }

    /// Has the server kill the first connections that come to that moment.
    private static func arm(_ moment: Moment, deaths: Int) async throws {
        let connection = try await Connection.open(try TestDatabase.current)
        // A sequence counts on, whatever is rolled back.
        let script = """
            create sequence deaths;
            create function die() returns trigger language plpgsql as $$
            begin
                if nextval('deaths') <= \(deaths) then
                    perform pg_terminate_backend(pg_backend_pid());
                    perform pg_sleep(60);
                end if;
                return new;
            end
            $$;
            create \(moment == .committing ? "constraint" : "") trigger dies \(moment.rawValue)
                \(moment == .committing ? "deferrable initially deferred" : "") for each row execute function die();
            """
        try await connection.run(Script(trusted: script))
    }

    private static func disarm() async throws {
        let connection = try await Connection.open(try TestDatabase.current)
        try await connection.run(Script(trusted: "drop function die cascade"))
    }

    /// Two systems with the same two scores, and a report: the first look is due, and tells nothing.
    private static func submit(in store: PostgresStore) async throws -> SuiteID {
        let plan = SeedPlan(systems: ["a", "b"], tasks: [.mrpc], start: 2, step: 2, atMost: 4, level: 0.05)
        var runs = plan.systems.flatMap { system in
            plan.seeds(before: 1).map { seed in
                let work = FineTuning(model: .preset("tiny"), task: .mrpc, seed: seed)
                return PlannedRun(
                    spec: RunSpec(name: "\(system)/seed-\(seed)", system: system, work: .finetune(work))
                )
            }
        }
        let all = runs.map { Dependency(parent: $0.spec.name, condition: .afterAny) }
        runs.append(PlannedRun(spec: RunSpec(name: "report", system: "s", work: .report), dependencies: all))
        let suite = try await store.submit(Submission(name: "s", kind: .suite, source: "", runs: runs, seeds: plan))
            .suite
        let worker = try await store.registerWorker(
            WorkerRegistration(host: "here", processID: 1, pool: "cpu", threads: 64, version: "test"),
            leaseSeconds: 60
        )
        for claim in try await store.claim(for: worker, pool: "cpu", threads: 64, limit: 64) {
            let score = Double(claim.spec.work.seed ?? 0) / 10
            #expect(try await store.finish(claim.lease, outcome: .succeeded(RunResult(score: score))))
        }
        return suite
    }

    private static func state(of suite: SuiteID, in store: PostgresStore) async throws -> (looks: Int, names: [String])
    {
        let looks = try await store.seedPlans(of: [suite]).first?.looks.count ?? 0
        return (looks, try await store.runs(suite: suite, includingTerminal: true).map(\.spec.name).sorted())
    }

    private static let first = ["a/seed-1", "a/seed-2", "b/seed-1", "b/seed-2", "report"]

    @Test(arguments: Moment.allCases)
    func whateverDiesOneLookIsStoredAndOneGroupIsQueued(moment: Moment) async throws {
        let store = try await PostgresStore.open(try TestDatabase.current)
        let suite = try await Self.submit(in: store)
        try await Self.arm(moment, deaths: 1000)
        // Without patience the keeper dies with its connections.
        let dying = try await PostgresStore.open(try TestDatabase.current, patience: .zero)
        await #expect(throws: StoreError.self) { _ = try await SeedPlanKeeper(store: dying).advance() }
        await dying.close()
        try await Self.disarm()
        let after = try await Self.state(of: suite, in: store)
        #expect(after.looks == 0 && after.names == Self.first, "half a look is none")

        // Its successors, two at a time.
        async let one = SeedPlanKeeper(store: store).advance()
        async let other = SeedPlanKeeper(store: store).advance()
        let advanced = try await one + other
        #expect(advanced.map(\.suite) == [suite] && advanced.first?.looks.count == 1)
        let now = try await Self.state(of: suite, in: store)
        #expect(now.looks == 1)
        // Named after their systems, tasks and seeds.
        #expect(now.names.count == 9 && Set(now.names).count == 9 && Set(now.names).isSuperset(of: Self.first))
        #expect(try await SeedPlanKeeper(store: store).advance().isEmpty, "the group is not over")
        let report = try await store.runs(suite: suite, includingTerminal: true).first { $0.spec.kind == .report }
        #expect(report?.state == .blocked && report?.reason == "waits for 4 runs")
        await store.close()
    }

    @Test(arguments: Moment.allCases)
    func aKeeperWithPatienceRidesItOut(moment: Moment) async throws {
        let store = try await PostgresStore.open(try TestDatabase.current)
        let suite = try await Self.submit(in: store)
        try await Self.arm(moment, deaths: 1)
        #expect(try await SeedPlanKeeper(store: store).advance().map(\.suite) == [suite])
        let now = try await Self.state(of: suite, in: store)
        #expect(now.looks == 1 && now.names.count == 9)
        let deaths = try await Connection.open(try TestDatabase.current).query("select last_value from deaths")
        #expect(try deaths[0].get("last_value", as: Int64.self) > 1, "it was killed, and came again")
        await store.close()
    }
}
