import Foundation
import PodiumCore
import PodiumScheduler
import PodiumStore
import PodiumTestSupport
import PodiumWeb
import Testing

/// What the dashboard says of a suite whose seeds are decided by looks at the scores.
@Suite(.database)
struct SeedPlanPageTests {
    private static let plan = SeedPlan(
        systems: ["a <b>", "b", "c"],
        tasks: [.mrpc],
        start: 5,
        step: 2,
        atMost: 7,
        level: 0.2
    )

    private static func submission() -> Submission {
        var runs = plan.systems.flatMap { system in
            plan.seeds(before: 1).map { seed in
                var spec = RunSpec(
                    name: "\(system)/glue/MRPC/seed-\(seed)",
                    system: system,
                    work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc, seed: seed))
                )
                spec.retry.limit = 0
                return PlannedRun(spec: spec)
            }
        }
        let all = runs.map { Dependency(parent: $0.spec.name, condition: .afterAny) }
        runs.append(PlannedRun(spec: RunSpec(name: "report", system: "s", work: .report), dependencies: all))
        return Submission(name: "planned", kind: .suite, source: "", runs: runs, seeds: plan)
    }

    /// Ends so many runs: c scores far less than the others, which score alike.
    private func end(_ count: Int, _ site: Site, _ worker: WorkerID) async throws {
        for claim in try await site.store.claim(for: worker, pool: "cpu", threads: 64, limit: count) {
            let seed = Double(claim.spec.work.seed ?? 0)
            let score = claim.spec.system == "c" ? 0.1 + seed / 1000 : 0.8 + seed / 1000
            let isFailure = claim.spec.system == "b" && seed == 6
            _ = try await site.store.finish(
                claim.lease,
                outcome: isFailure
                    ? .failed(.diverged, message: "not a number")
                    : .succeeded(RunResult(metrics: ["accuracy": score], score: score, examples: 100))
            )
        }
    }

    /// The part of the API's document on the suite, which is as documented.
    private func document(_ site: Site, _ suite: SuiteID) async throws -> [String: Any] {
        let text = try await site.get("/api/v1/suites/\(suite)").text
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let paths = try #require(try DocumentTests.document()["paths"] as? [String: [String: [String: Any]]])
        let operation = try #require(paths["/api/v1/suites/{suite}"]?["get"])
        let schemas = try Schemas(try DocumentTests.document())
        let mistakes = schemas.mistakes(in: value, by: try Schemas.response(operation, "200"), at: "suite")
        #expect(mistakes.isEmpty, "\(mistakes)")
        return try #require((value as? [String: Any])?["seeds"] as? [String: Any])
    }

    private func section(_ site: Site, _ suite: SuiteID) async throws -> String {
        let page = try await site.get("/suites/\(suite)").text
        let start = try #require(page.range(of: "<section class=\"seed-plan\""))
        let end = try #require(page.range(of: "</section>", range: start.lowerBound..<page.endIndex))
        return String(page[start.lowerBound..<end.lowerBound])
    }

    @Test func thePageSaysWhatIsPlannedWhatIsDecidedAndWhenTheNextLookComes() async throws {
        let site = try await Site.make()
        let suite = try await site.store.submit(Self.submission()).suite
        let worker = try await site.store.registerWorker(
            WorkerRegistration(host: "here", processID: 7, pool: "cpu", threads: 64, version: "test"),
            leaseSeconds: 600
        )
        let keeper = SeedPlanKeeper(store: site.store)

        // Before the first look.
        var text = try await section(site, suite)
        #expect(text.contains("0 of at most 2 looks; 0 of 3 comparisons decided; 15 of at most 21 runs"))
        #expect(text.contains("Look 1, after 5 seeds, comes when 15 more runs are over."))
        #expect(text.contains("Every two systems; looks after 5, 7 seeds; level 0.2 in all"))
        #expect(!text.contains("<details"))
        var seeds = try await document(site, suite)
        #expect(seeds["openRuns"] as? Int == 15 && (seeds["comparisons"] as? [Any])?.isEmpty == true)

        try await end(14, site, worker)
        #expect(try await section(site, suite).contains("comes when 1 more run is over."))
        try await end(1, site, worker)
        #expect(try await section(site, suite).contains("Look 1, after 5 seeds, is due"))

        // Between two looks.
        #expect(try await keeper.advance().count == 1)
        text = try await section(site, suite)
        #expect(text.contains("1 of at most 2 looks; 2 of 3 comparisons decided; 19 of at most 21 runs"))
        #expect(text.contains("Look 2, after 7 seeds of a &lt;b&gt;, b on glue/MRPC, comes when 4 more runs are over."))
        #expect(text.contains("a &lt;b&gt; larger than c (+70.00 points) at look 1, after 5 seeds"))
        #expect(text.contains("a &lt;b&gt; and b still open") && text.contains("more seeds for a &lt;b&gt;, b on"))
        seeds = try await document(site, suite)
        #expect(seeds["isOver"] as? Bool == false && (seeds["comparisons"] as? [Any])?.count == 3)

        // Decided.
        try await end(4, site, worker)
        #expect(try await keeper.advance().count == 1)
        text = try await section(site, suite)
        #expect(text.contains("over after 2 looks") && text.contains("19 of at most 21 runs, 2 saved"))
        #expect(text.contains("There are no more looks"))
        #expect(text.contains("a &lt;b&gt; and b not separated by 6 seeds"))
        #expect(text.contains("Left out, as there is no score: seed 6 of b on glue/MRPC (failed)."))
        seeds = try await document(site, suite)
        #expect(seeds["isOver"] as? Bool == true && seeds["openRuns"] as? Int == 0)
        #expect((seeds["looks"] as? [[String: Any]])?.allSatisfy { $0["at"] is NSNumber } == true)
        await site.store.close()
    }

    @Test func aPlanWhoseReportIsCancelledSaysThatNoLookComes() async throws {
        let site = try await Site.make()
        let suite = try await site.store.submit(Self.submission())
        _ = try await site.store.cancel([try #require(suite.runs["report"])])
        #expect(try await section(site, suite.suite).contains("Look 1 never comes"))
        await site.store.close()
    }

    @Test func aSuiteWithoutAPlanHasNoSuchPart() async throws {
        let site = try await Site.make()
        let suite = try await site.fill()
        #expect(!(try await site.get("/suites/\(suite.suite)").text.contains("seed-plan")))
        #expect(!(try await site.get("/api/v1/suites/\(suite.suite)").text.contains("seeds")))
        await site.store.close()
    }
}
