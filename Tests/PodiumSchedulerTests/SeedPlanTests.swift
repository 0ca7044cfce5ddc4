import PodiumCore
import PodiumPrimitives
import PodiumScheduler
import PodiumTestSupport
import Testing

/// Plans of seeds from the first run to the report, with scores that the tests make up.
@Suite struct SeedPlanTests {
    /// What a run of a system scores; nil where it fails for good.
    private typealias Scores = (_ system: String, _ task: BenchmarkTask, _ seed: UInt64) -> Double?

    private static func submit(_ plan: SeedPlan, in store: any JobStore) async throws -> SuiteID {
        var runs = plan.systems.flatMap { system in
            plan.tasks.flatMap { task in
                plan.seeds(before: 1).map { seed in
                    let work = FineTuning(model: .preset("tiny"), task: task, seed: seed)
                    var spec = RunSpec(
                        name: "\(system)/\(task.rawValue)/seed-\(seed)",
                        system: system,
                        work: .finetune(work)
                    )
                    spec.retry.limit = 0
                    return PlannedRun(spec: spec)
                }
            }
        }
        let all = runs.map { Dependency(parent: $0.spec.name, condition: .afterAny) }
        runs.append(PlannedRun(spec: RunSpec(name: "report", system: "s", work: .report), dependencies: all))
        return try await store.submit(Submission(name: "s", kind: .suite, source: "", runs: runs, seeds: plan)).suite
    }

    /// Works off all that is queued, looks when looks are due, and ends when the report has run.
    private static func workOff(_ plan: SeedPlan, _ scores: Scores) async throws -> SeedPlanRecord {
        let store = MemoryStore { 1000 }
        let suite = try await submit(plan, in: store)
        let worker = try await store.registerWorker(
            WorkerRegistration(host: "here", processID: 1, pool: "cpu", threads: 64, version: "test"),
            leaseSeconds: 100
        )
        let keeper = SeedPlanKeeper(store: store)
        var order: [RunKind] = []
        while true {
            let claims = try await store.claim(for: worker, pool: "cpu", threads: 64, limit: 64)
            for claim in claims {
                order.append(claim.spec.kind)
                var outcome = AttemptOutcome.succeeded(RunResult())
                if let task = claim.spec.task, let seed = claim.spec.work.seed {
                    let score = scores(claim.spec.system, task, seed)
                    outcome =
                        score.map { .succeeded(RunResult(score: $0)) } ?? .failed(.diverged, message: "not a number")
                }
                #expect(try await store.finish(claim.lease, outcome: outcome))
            }
            if try await keeper.advance().isEmpty && claims.isEmpty { break }
        }
        // The report is the last of all.
        #expect(order.count { $0 == .report } == 1 && order.last == .report)
        let record = try #require(try await store.seedPlans(of: [suite]).first)
        #expect(record.isOver && order.count == record.runsSpent + 1)
        return record
    }

    /// A seed's luck, between -1 and 1.
    private static func luck(_ system: String, _ seed: UInt64) -> Double {
        var random = SplitMix64(state: seed &+ system.utf8.reduce(0) { $0 &* 1000 &+ UInt64($1) })
        return Double(random.next() >> 12) * 0x1p-51 - 1
    }

    private static func plan(
        _ systems: [String],
        tasks: [BenchmarkTask] = [.mrpc],
        compare: SeedPlan.Comparisons = .all
    ) -> SeedPlan {
        SeedPlan(systems: systems, tasks: tasks, compare: compare, start: 5, step: 5, atMost: 25, level: 0.05)
    }

    private static func decision(_ record: SeedPlanRecord, _ first: String, _ second: String) -> SeedLook.Comparison? {
        record.looks.last?.comparisons.first { $0.pair == SeedPlan.Pair(first: first, second: second) }
    }

    @Test func onlySystemsWithAnOpenComparisonGetMoreSeeds() async throws {
        let record = try await Self.workOff(Self.plan(["a", "b", "far"])) { system, _, seed in
            0.5 + (system == "far" ? 0.3 : 0) + 0.02 * Self.luck(system, seed)
        }
        #expect(record.looks.count == 5)
        #expect(record.looks[0].tests.map(\.next) == [["a", "b"]])
        #expect(Self.decision(record, "a", "far")?.decision == .smaller)
        #expect(Self.decision(record, "a", "far")?.decidedAt == 1)
        let equal = try #require(Self.decision(record, "a", "b"))
        #expect(equal.decision == .notSeparated && equal.firstSeeds == 25 && equal.secondSeeds == 25)
        #expect(record.runsSpent == 55 && record.plan.runsAtMost == 75)
        // Every look spends no more than it may.
        for (look, planned) in zip(record.looks, record.plan.looks) {
            #expect(look.tests[0].spent <= planned.level)
        }
    }

    @Test func tasksEndByThemselves() async throws {
        let record = try await Self.workOff(Self.plan(["a", "b"], tasks: [.mrpc, .rte])) { system, task, seed in
            0.5 + (task == .rte && system == "a" ? 0.3 : 0) + 0.02 * Self.luck(system, seed &+ (task == .rte ? 99 : 0))
        }
        // Half of the level is too little for five seeds, and enough for ten.
        #expect(record.plan.looks.map(\.level).last == 0.025)
        let decided = record.looks.last?.comparisons.filter { $0.task == .rte }
        #expect(decided?.map(\.decision) == [.larger])
        let first = try #require(decided?.first?.decidedAt)
        #expect(first < 5 && decided?.first?.firstSeeds == 5 * first)
        #expect(record.looks.last?.scores.allSatisfy { $0.task == .mrpc } == true)
    }

    @Test func aFailedSeedIsLeftOutAndHoldsNothingUp() async throws {
        let record = try await Self.workOff(Self.plan(["a", "b"])) { system, _, seed in
            system == "a" && seed == 3 ? nil : 0.5 + (system == "b" ? 0.3 : 0) + 0.02 * Self.luck(system, seed)
        }
        let left = record.looks.flatMap(\.scores).filter { $0.score == nil }
        #expect(left.map(\.seed) == [3] && left.map(\.state) == [.failed])
        let comparison = try #require(Self.decision(record, "a", "b"))
        #expect(comparison.decision == .smaller && comparison.firstSeeds == comparison.secondSeeds - 1)
    }

    @Test func aSystemWithoutAScoreGetsNoMoreSeeds() async throws {
        let record = try await Self.workOff(Self.plan(["a", "b", "broken"])) { system, _, seed in
            system == "broken" ? nil : 0.5 + 0.02 * Self.luck(system, seed)
        }
        #expect(record.looks[0].tests.map(\.next) == [["a", "b"]])
        #expect(Self.decision(record, "a", "broken")?.decision == .notSeparated)
        #expect(Self.decision(record, "a", "broken")?.secondSeeds == 0)
        let broken = try await Self.workOff(Self.plan(["a", "b"])) { _, _, _ in nil }
        #expect(broken.looks.count == 1 && broken.runsSpent == 10)
    }

    @Test func theLeaderAloneIsComparedFurther() async throws {
        let record = try await Self.workOff(Self.plan(["best", "low", "alike", "next"], compare: .leader)) {
            system,
            _,
            seed in
            let worth = ["best", "next"].contains(system) ? 0.8 : 0.3
            return worth + 0.02 * Self.luck(system, seed)
        }
        // Two low systems cannot be told apart, and nobody asks.
        #expect(record.looks[0].tests.map(\.next) == [["best", "next"]])
        #expect(Self.decision(record, "low", "alike")?.decision == .notAsked)
        #expect(Self.decision(record, "best", "next")?.decision == .notSeparated)
        #expect(record.runsSpent == 20 + 2 * 20)
    }

    @Test func namedSystemsAreComparedWithEveryOther() {
        let plan = Self.plan(["a", "b", "c"], compare: .with(["b"]))
        #expect(plan.pairs == [SeedPlan.Pair(first: "a", second: "b"), SeedPlan.Pair(first: "b", second: "c")])
        #expect(plan.removing(system: "a")?.pairs.count == 1)
        #expect(plan.removing(system: "b") == nil)
        #expect(plan.looks.map(\.seeds) == [5, 10, 15, 20, 25])
        #expect(plan.seeds(before: 2) == [6, 7, 8, 9, 10])
    }

    @Test func aLookIsAFunctionOfWhatIsStored() async throws {
        let store = MemoryStore { 1000 }
        let suite = try await Self.submit(Self.plan(["a", "b"]), in: store)
        let worker = try await store.registerWorker(
            WorkerRegistration(host: "here", processID: 1, pool: "cpu", threads: 64, version: "test"),
            leaseSeconds: 100
        )
        for claim in try await store.claim(for: worker, pool: "cpu", threads: 64, limit: 64) {
            let score = 0.5 + 0.1 * Self.luck(claim.spec.system, claim.spec.work.seed ?? 0)
            #expect(try await store.finish(claim.lease, outcome: .succeeded(RunResult(score: score))))
        }
        let due = try #require(try await store.dueSeedPlans().first)
        let runs = try #require(try await store.history(of: suite, metrics: [], points: 0)?.runs)
        // Of several that look at the same time, one goes on.
        let keeper = SeedPlanKeeper(store: store)
        let advanced = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { try await keeper.advance().count } }
            return try await group.reduce(0, +)
        }
        #expect(advanced == 1)
        let stored = try #require(try await store.seedPlans(of: [suite]).first?.looks)
        #expect(stored == [due.nextLook(due.group(in: runs))])
        #expect(try await store.runs(suite: suite, includingTerminal: false).count == 11)
    }

    @Test func theSchedulerMakesTheLook() async throws {
        let fixture = Fixture()
        let suite = try await Self.submit(Self.plan(["a", "b"]), in: fixture.store)
        let worker = try await fixture.store.registerWorker(
            WorkerRegistration(host: "here", processID: 1, pool: "cpu", threads: 64, version: "test"),
            leaseSeconds: 100_000
        )
        for claim in try await fixture.store.claim(for: worker, pool: "cpu", threads: 64, limit: 64) {
            let score = 0.5 + (claim.spec.system == "a" ? 0.3 : 0) + Double(claim.spec.work.seed ?? 0) / 100
            #expect(try await fixture.store.finish(claim.lease, outcome: .succeeded(RunResult(score: score))))
        }
        let scheduler = Scheduler(store: fixture.store, name: "one", clock: fixture.clock, log: Fixture.log)
        let task = Task { try await scheduler.run() }
        let isOver = try await fixture.clock.advance(upTo: .seconds(20)) {
            try await fixture.store.seedPlans(of: [suite]).first?.isOver == true
        }
        task.cancel()
        #expect(isOver)
        let open = try await fixture.store.runs(suite: suite, includingTerminal: false)
        #expect(open.map(\.spec.name) == ["report"] && open.map(\.state) == [.ready])
    }
}
