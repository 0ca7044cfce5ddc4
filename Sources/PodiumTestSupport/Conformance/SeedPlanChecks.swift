import PodiumCore
import Testing

/// Plans of seeds: what a store keeps of them, and when a report may start.
extension JobStoreConformance {
    static let seedPlanChecks = [
        JobStoreConformance(name: "aPlanOfSeedsIsKeptWithItsSuiteAndItsLooks") { store in
            let suite = try await store.submitPlanned()
            let record = try #require(try await store.seedPlans(of: [suite]).first)
            #expect(record == SeedPlanRecord(suite: suite, plan: .sample))
            #expect(try await store.dueSeedPlans().isEmpty)
            _ = try await store.drain(try await store.worker())
            #expect(try await store.dueSeedPlans() == [record])
            let look = SeedLook.sample(1, next: ["a", "b"])
            #expect(try await store.store(look, of: suite, adding: try await store.group(2, of: suite)))
            let looked = try #require(try await store.seedPlans(of: [suite]).first)
            #expect(looked.looks == [look] && looked.times.count == 1)
            #expect(try await store.history(of: suite, metrics: [], points: 0)?.seeds == looked)
            let other = try await store.submit(["single"]).suite
            #expect(try await store.seedPlans(of: [other]).isEmpty)
        },
        JobStoreConformance(name: "theReportWaitsForThePlanOfSeeds") { store in
            let suite = try await store.submitPlanned()
            let worker = try await store.worker()
            #expect(try await store.drain(worker) == ["a/1", "b/1"].map { $0.planned })
            #expect(try await store.store(.sample(1, next: ["a", "b"]), of: suite, adding: store.group(2, of: suite)))
            #expect(try await store.dueSeedPlans().isEmpty)
            #expect(try await store.drain(worker) == ["a/2", "b/2"].map { $0.planned })
            let reports = try await store.runs(suite: suite, includingTerminal: true).filter { $0.spec.kind == .report }
            #expect(reports.map(\.state) == [.blocked])
            #expect(try await store.store(.sample(2, next: []), of: suite, adding: []))
            #expect(try await store.drain(worker) == ["report"])
            #expect(try await store.dueSeedPlans().isEmpty)
        },
        JobStoreConformance(name: "theReportWaitsForTheNextGroupToo") { store in
            let suite = try await store.submitPlanned()
            let worker = try await store.worker()
            _ = try await store.drain(worker)
            #expect(try await store.store(.sample(1, next: ["a", "b"]), of: suite, adding: store.group(2, of: suite)))
            let report = try #require(
                try await store.runs(suite: suite, includingTerminal: true).first { $0.spec.kind == .report }
            )
            #expect(report.reason?.hasPrefix("waits for 2 runs") == true, "\(report.reason ?? "")")
        },
        JobStoreConformance(name: "aLookIsStoredOnce") { store in
            let suite = try await store.submitPlanned()
            _ = try await store.drain(try await store.worker())
            let added = try await store.group(2, of: suite)
            // Two keepers that saw the same.
            async let one = store.store(.sample(1, next: ["a", "b"]), of: suite, adding: added)
            async let other = store.store(.sample(1, next: ["a", "b"]), of: suite, adding: added)
            let stored = try await [one, other]
            #expect(stored.count { $0 } == 1)
            #expect(try await store.runs(suite: suite, includingTerminal: true).count == 5)
            // While its group runs, the next is not due; nor is one that nobody made before.
            #expect(try await !store.store(.sample(2, next: []), of: suite, adding: []))
            _ = try await store.drain(try await store.worker())
            #expect(try await !store.store(.sample(1, next: []), of: suite, adding: []))
            #expect(try await store.store(.sample(2, next: []), of: suite, adding: []))
            #expect(try await !store.store(.sample(3, next: []), of: suite, adding: []))
        },
        JobStoreConformance(name: "aLookAtRunsThatHaveChangedSinceIsRefused") { store in
            let suite = try await store.submitPlanned()
            _ = try await store.drain(try await store.worker())
            var look = SeedLook.sample(1, next: [])
            look.scores[0].state = .failed
            #expect(try await !store.store(look, of: suite, adding: []))
            #expect(try await store.store(.sample(1, next: []), of: suite, adding: []))
        },
        JobStoreConformance(name: "aRunBehindAFailureCountsAsOverForAPlan") { store in
            let suite = try await store.submitPlanned(parent: "start")
            let worker = try await store.worker()
            let claim = try await store.claimOne(worker)
            #expect(try await store.dueSeedPlans().isEmpty)
            #expect(try await store.finish(claim.lease, outcome: .failed(.input, message: "wrong")))
            #expect(try await store.dueSeedPlans().map(\.suite) == [suite])
            var look = SeedLook.sample(1, next: [])
            for place in look.scores.indices { look.scores[place].state = .blocked }
            #expect(try await store.store(look, of: suite, adding: []))
            #expect(try await store.drain(worker) == ["report"])
        },
        JobStoreConformance(name: "aCancelledSuiteGetsNoMoreSeedsUntilItIsRetried") { store in
            let suite = try await store.submitPlanned()
            let runs = try await store.runs(suite: suite, includingTerminal: true).map(\.id)
            _ = try await store.cancel(runs)
            #expect(try await store.dueSeedPlans().isEmpty)
            #expect(try await !store.store(.sample(1, next: []), of: suite, adding: []))
            _ = try await store.retry(runs)
            _ = try await store.drain(try await store.worker())
            #expect(try await store.dueSeedPlans().map(\.suite) == [suite])
        },
        JobStoreConformance(name: "aSuiteIsExtendedOnceItsPlanOfSeedsIsOver") { store in
            let suite = try await store.submitPlanned()
            let worker = try await store.worker()
            _ = try await store.drain(worker)
            let more = try await store.group(2, of: suite)
            await #expect(throws: (any Error).self) { _ = try await store.extend(suite, with: more) }
            #expect(try await store.store(.sample(1, next: []), of: suite, adding: []))
            #expect(try await store.extend(suite, with: more).runs.count == 2)
        },
        JobStoreConformance(name: "theNextGroupOfAHeldSuiteIsHeld") { store in
            let suite = try await store.submitPlanned()
            let worker = try await store.worker()
            let claims = try await store.claim(for: worker, pool: "cpu", threads: 4, limit: 4)
            let held = try await store.hold(try await store.runs(suite: suite, includingTerminal: false).map(\.id))
            for claim in claims { #expect(try await store.finish(claim.lease, outcome: done)) }
            #expect(try await store.store(.sample(1, next: ["a", "b"]), of: suite, adding: store.group(2, of: suite)))
            #expect(try await store.drain(worker) == [])
            let waiting = try await store.runs(suite: suite, includingTerminal: false)
            #expect(waiting.count == 3 && waiting.allSatisfy(\.isHeld) && held.count == 3)
            _ = try await store.release(waiting.map(\.id))
            #expect(try await store.drain(worker) == ["a/2", "b/2"].map { $0.planned })
        },
        JobStoreConformance(name: "aPlanOfSeedsGoesWithItsSuite") { store in
            let suite = try await store.submitPlanned()
            let worker = try await store.worker()
            _ = try await store.drain(worker)
            #expect(try await store.store(.sample(1, next: []), of: suite, adding: []))
            _ = try await store.drain(worker)
            let runs = try await store.runs(suite: suite, includingTerminal: true).map(\.id)
            #expect(try await store.delete(runs, isRehearsal: false).suites == [suite])
            #expect(try await store.seedPlans(of: [suite]).isEmpty)
        },
    ]
}

extension String {
    /// `a/1` as a run is called.
    fileprivate var planned: String { replacing("/", with: "/glue/MRPC/seed-") }
}

extension SeedPlan {
    fileprivate static var sample: SeedPlan {
        SeedPlan(systems: ["a", "b"], tasks: [.mrpc], start: 1, step: 1, atMost: 3, level: 0.05)
    }
}

extension SeedLook {
    fileprivate static func sample(_ number: Int, next: [String]) -> SeedLook {
        SeedLook(
            number: number,
            scores: ["a", "b"].map {
                Score(system: $0, task: .mrpc, seed: UInt64(number), state: .succeeded, score: nil)
            },
            tests: [Test(task: .mrpc, boundary: 0.25, spent: 0.01, permutations: 252, next: next)],
            comparisons: [
                Comparison(
                    task: .mrpc,
                    pair: SeedPlan.Pair(first: "a", second: "b"),
                    decision: next.isEmpty ? .notSeparated : .open,
                    decidedAt: nil,
                    difference: nil,
                    firstSeeds: 0,
                    secondSeeds: 0
                )
            ]
        )
    }
}

extension JobStore {
    /// Two systems on one task with one seed each, their report, and a plan of more.
    fileprivate func submitPlanned(parent: String? = nil) async throws -> SuiteID {
        var runs: [PlannedRun] = []
        if let parent {
            let work = FineTuning(model: .preset("tiny"), task: .rte)
            var spec = RunSpec(name: parent, system: parent, work: .finetune(work))
            spec.retry.limit = 0
            runs.append(PlannedRun(spec: spec))
        }
        for system in ["a", "b"] {
            let work = FineTuning(model: .preset("tiny"), task: .mrpc, seed: 1)
            let spec = RunSpec(name: "\(system)/1".planned, system: system, work: .finetune(work))
            let start = parent.map { [Dependency(parent: $0, condition: .afterSuccess)] } ?? []
            runs.append(PlannedRun(spec: spec, dependencies: start))
        }
        let all = runs.map { Dependency(parent: $0.spec.name, condition: .afterAny) }
        runs.append(PlannedRun(spec: RunSpec(name: "report", system: "s", work: .report), dependencies: all))
        return try await submit(Submission(name: "s", kind: .suite, source: "", runs: runs, seeds: .sample)).suite
    }

    /// The next seed of both systems.
    fileprivate func group(_ seed: UInt64, of suite: SuiteID) async throws -> [AddedRun] {
        try await runs(suite: suite, includingTerminal: true).filter { $0.spec.work.seed == 1 && $0.spec.task == .mrpc }
            .map { AddedRun(spec: $0.spec.with(seed: seed), like: $0.id) }
    }
}
