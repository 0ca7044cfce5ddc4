import PodiumCore
import PodiumExperiments
import PodiumTestSupport
import Testing

/// What is asked of history across suites, and what it answers.
struct HistoryTests {
    private static func basis(_ version: String = "aaaaaaaaaaaa", examples: Int = 408) -> ScoreBasis {
        ScoreBasis(split: "dev", origin: .official, version: version, examples: examples)
    }

    private static func scores(
        suite: Int64 = 1,
        _ system: String,
        task: BenchmarkTask = .mrpc,
        configuration: String = "c",
        run: Int64,
        mean: Double?,
        runs: Int = 3,
        basis: ScoreBasis? = basis()
    ) -> ConfigurationScores {
        ConfigurationScores(
            suite: SuiteID(rawValue: suite),
            suiteName: "suite",
            submittedAt: Double(suite) * 86_400,
            system: system,
            task: task,
            configuration: configuration,
            firstRun: RunID(rawValue: run),
            runs: runs,
            failed: mean == nil ? runs : 0,
            basis: mean == nil ? nil : basis,
            scored: mean == nil ? 0 : runs,
            mean: mean,
            deviation: mean.map { _ in 0.01 },
            minimum: mean.map { $0 - 0.01 },
            median: mean,
            maximum: mean.map { $0 + 0.01 }
        )
    }

    @Test func theBestOfEverySystemIsRankedWithItsTries() {
        let ranking = BestRanking(
            .mrpc,
            [
                Self.scores("a", configuration: "1", run: 1, mean: 0.8),
                Self.scores("a", configuration: "2", run: 4, mean: 0.85),
                Self.scores(suite: 2, "a", configuration: "1", run: 9, mean: 0.84),
                Self.scores("b", run: 7, mean: 0.85),
                Self.scores("c", run: 12, mean: 0.9),
                Self.scores("c", configuration: "broken", run: 15, mean: nil),
                Self.scores("d", task: .rte, run: 20, mean: 0.99),
            ]
        )
        #expect(ranking.groups.count == 1)
        let rows = ranking.groups[0].rows
        #expect(rows.map(\.system) == ["c", "a", "b"] && rows.map(\.rank) == [1, 2, 2])
        #expect(rows[1].tries == 2 && rows[1].runs == 9 && rows[1].firstRun == RunID(rawValue: 4))
        #expect(ranking.groups[0].scoring == "GLUE")
    }

    @Test func scoresOnOtherDataAreNeverRankedTogether() {
        let ranking = BestRanking(
            .mrpc,
            [
                Self.scores("a", run: 1, mean: 0.8),
                Self.scores("b", run: 2, mean: 0.9, basis: Self.basis("bbbbbbbbbbbb")),
                Self.scores("c", run: 3, mean: 0.7, basis: Self.basis(examples: 100)),
            ]
        )
        #expect(ranking.groups.map { $0.rows.map(\.system) } == [["c"], ["b"], ["a"]])
        #expect(ranking.groups.allSatisfy { $0.rows.map(\.rank) == [1] })
        #expect(ranking.text().contains("cannot be ranked together"))
        #expect(BestRanking(.rte, []).text() == "no score on RTE yet")
    }

    @Test func aTrendComparesSuitesOnTheSameDataOnly() {
        let trend = Trend(
            "a",
            [
                Self.scores(suite: 1, "a", configuration: "1", run: 1, mean: 0.8),
                Self.scores(suite: 1, "a", configuration: "2", run: 4, mean: 0.82),
                Self.scores(suite: 2, "a", run: 9, mean: 0.9, basis: Self.basis("bbbbbbbbbbbb")),
                Self.scores(suite: 3, "a", run: 12, mean: 0.81),
            ]
        )
        #expect(trend.points.map(\.score) == [0.82, 0.9, 0.81])
        #expect(trend.points.map(\.tries) == [2, 1, 1])
        #expect(trend.points[0].change == nil && trend.points[1].change == nil)
        #expect(trend.points[2].change.map { ($0 + 0.01).magnitude < 1e-12 } == true)
        #expect(trend.csv().split(separator: "\n").count == 4)
    }

    @Test(arguments: [
        ("MiniLM*", "minilm-l6", true), ("*l6", "minilm-L6", true), ("m*l*6", "minilm-l6", true), ("*", "", true),
        ("mini", "minilm", false), ("a*a", "a", false), ("*x*", "minilm", false), ("[a]", "[A]", true),
        ("a*b*b", "ab", false),
    ])
    func patternsMeanWholeNames(_ pattern: String, _ name: String, _ isMatch: Bool) {
        #expect(NamePattern(pattern).matches(name) == isMatch)
    }

    @Test func requestsBecomeFiltersOrSayWhatIsWrong() async throws {
        let store = MemoryStore(clock: TestClock())
        var request = HistoryRequest()
        request.task = "mrpc"
        request.states = ["failed", "cancelled"]
        request.since = "2d"
        request.minimumScore = 85
        let filter = try await request.filter(in: store, now: 1_000_000)
        #expect(filter.task == .mrpc && filter.states == [.failed, .cancelled])
        #expect(filter.submittedFrom == 1_000_000 - 172_800 && filter.minimumScore == 0.85)
        for change: (inout HistoryRequest) -> Void in [
            { $0.task = "MNIL" }, { $0.states = ["done"] }, { $0.kind = "train" }, { $0.since = "yesterday" },
            { $0.until = "2026-13-01" }, { $0.since = "2026-01-01 25:00" }, { $0.suites = ["nobody"] },
            { $0.since = "-3d" },
        ] {
            var wrong = HistoryRequest()
            change(&wrong)
            await #expect(throws: ExperimentError.self) { try await wrong.filter(in: store, now: 0) }
        }
        var day = HistoryRequest()
        day.since = "2026-03-01"
        day.until = "2026-03-01T12:30"
        let dates = try await day.filter(in: store, now: 0)
        #expect((dates.submittedBefore ?? 0) - (dates.submittedFrom ?? 0) == 45_000)
    }

    @Test func historyIsPagedAndQuotedForPrograms() async throws {
        let store = MemoryStore(clock: TestClock())
        let spec = RunSpec(
            name: "a,\"b\"\nc",
            system: "s",
            work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc))
        )
        for name in ["first", "second", "third"] {
            _ = try await store.submit(Submission(name: name, kind: .suite, source: "", runs: [PlannedRun(spec: spec)]))
        }
        let first = try await HistoryPage.load(HistoryFilter(), part: .both, page: 1, limit: 2, from: store)
        #expect(first.suites?.map(\.name) == ["third", "second"] && first.totalRuns == 3)
        #expect(first.text().contains("2 of 3 runs"))
        let second = try await HistoryPage.load(HistoryFilter(), part: .both, page: 2, limit: 2, from: store)
        #expect(second.suites?.map(\.name) == ["first"] && second.runs?.map(\.suiteName) == ["first"])
        let last = try await HistoryPage.load(HistoryFilter(), part: .both, page: 3, limit: 2, from: store)
        #expect(last.suites == [] && last.runs == [] && last.text() == "no suite\n\nno run")
        #expect(second.csv().contains("\"a,\"\"b\"\"\nc\""))
        _ = try await store.annotate("second", SuiteAnnotation(addedTags: ["paper"], note: "n"))
        await #expect(throws: ExperimentError.self) {
            try await store.annotate("second", SuiteAnnotation(addedTags: ["two words"]))
        }
        await #expect(throws: ExperimentError.self) { try await store.annotate("none", SuiteAnnotation(note: "n")) }
    }
}
