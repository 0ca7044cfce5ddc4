import PodiumCore
import PodiumExperiments
import PodiumReport
import PodiumTestSupport
import Testing

/// Leaderboards over several suites, and over suites of which only a part is read.
struct JoinedSuitesTests {
    private let store = MemoryStore(clock: TestClock())

    private func result(_ score: Double, hash: Character, examples: Int = 408) -> RunResult {
        RunResult(
            metrics: ["f1": score, "accuracy": score],
            score: score,
            examples: examples,
            datasets: [
                DatasetUse(
                    task: .mrpc,
                    split: .dev,
                    origin: .official,
                    examples: examples,
                    files: [.init(name: "MRPC/dev.tsv", sha256: String(repeating: hash, count: 64), bytes: 1)]
                )
            ]
        )
    }

    /// A suite of two learning rates with two seeds each, all with scores of their own.
    private func submit(_ system: String, _ scores: [Double], hash: Character = "a") async throws -> SuiteRecord {
        let planned = scores.indices.map { number in
            var work = FineTuning(model: .preset("tiny"), task: .mrpc, seed: UInt64(number % 2) + 1)
            work.optimization.learningRate = number < 2 ? 3e-5 : 5e-5
            return PlannedRun(spec: RunSpec(name: "run-\(number)", system: system, work: .finetune(work)))
        }
        let suite = try await store.submit(Submission(name: system, kind: .suite, source: "", runs: planned))
        let worker = try await store.registerWorker(
            WorkerRegistration(host: "here", processID: 1, pool: "cpu", threads: 2, version: "test"),
            leaseSeconds: 60
        )
        for score in scores {
            let claim = try #require(try await store.claim(for: worker, pool: "cpu", threads: 2, limit: 1).first)
            _ = try await store.finish(claim.lease, outcome: .succeeded(result(score, hash: hash)))
        }
        return try #require(try await store.suites(named: "\(suite.suite)").first)
    }

    private func report(_ history: SuiteHistory) -> Report {
        SuiteReport(history).report(
            provenance: Report.Provenance(
                version: "test",
                host: "test",
                operatingSystem: "test",
                cpu: "test",
                cores: 2,
                databaseSchema: 1
            ),
            generatedAt: 0,
            published: []
        )
    }

    @Test func aLeaderboardThatReadsLittleSaysWhatOneThatReadsAllDoes() async throws {
        let suite = try await submit("a", [0.5, 0.6, 0.8, 0.9])
        let part = try await SuiteHistory.leaderboard([suite], from: store)
        let all = try #require(try await SuiteHistory.load(suite.id, from: store, curvePoints: 0))
        #expect(part.runs.filter { $0.result != nil }.count == 2 && all.runs.count == 4)
        let (first, second) = (report(part), report(all))
        #expect(first.results == second.results)
        #expect(first.results[0].configuration == "learningRate 5e-5" && first.results[0].tries == 4)
        #expect(first.results[0].expectedMaximum == second.results[0].expectedMaximum)
    }

    @Test func suitesOnTheSameDataAreRankedTogetherAndOthersNot() async throws {
        let first = try await submit("a", [0.5, 0.6])
        let second = try await submit("b", [0.7, 0.8])
        let third = try await submit("a", [0.1, 0.2], hash: "b")
        let joined = report(try await SuiteHistory.leaderboard([first, second, third], from: store))
        #expect(Set(joined.systems.map(\.id)) == ["a (1 a)", "b", "a (3 a)"])
        #expect(Set(joined.datasets.map(\.id)) == ["glue/MRPC dev", "glue/MRPC dev (2)"])
        let groups = Leaderboard(joined).groups
        #expect(groups.map { $0.rows.map(\.name) } == [["b", "a (1 a)"], ["a (3 a)"]] || groups.count == 2)
        #expect(groups.allSatisfy { $0.rows.first?.rank == 1 })
        #expect(joined.title == "a + b + a")
        try joined.check()
    }

    @Test func systemsOfTwoSuitesAreComparedWithWhatDiffers() async throws {
        _ = try await submit("a", [0.5, 0.6])
        _ = try await submit("b", [0.7, 0.8, 0.9, 0.9])
        let provenance = Report.Provenance(
            version: "test",
            host: "test",
            operatingSystem: "test",
            cpu: "test",
            cores: 2,
            databaseSchema: 1
        )
        func compare(_ a: String, _ b: String) async throws -> String {
            let first = try #require(ComparedSystems.Reference(a))
            let second = try #require(ComparedSystems.Reference(b))
            return try await ComparedSystems.load(
                first,
                second,
                from: store,
                provenance: provenance,
                dataDirectory: nil
            ).text()
        }
        let text = try await compare("1:a", "b:b")
        #expect(text.contains("55.00") && text.contains("90.00"))
        // Without predictions there are scores, and no test.
        #expect(text.contains("not tested: no predictions"))
        #expect(text.contains("learningRate: 3e-5 → 5e-5"))
        for wrong in [("1:a", "1:a"), ("1:nobody", "2:b"), ("9:a", "2:b")] {
            await #expect(throws: ExperimentError.self) { try await compare(wrong.0, wrong.1) }
        }
        #expect(ComparedSystems.Reference("12") == nil && ComparedSystems.Reference(":x") == nil)
        #expect(ComparedSystems.Reference("s:x:y")?.system == "x:y")
    }
}
