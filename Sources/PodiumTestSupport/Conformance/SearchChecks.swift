import PodiumCore
import Testing

extension JobStoreConformance {
    /// A result on a data set that is told from others by `hash`'s digit.
    private static func result(_ score: Double, hash: Character = "1", examples: Int = 408) -> RunResult {
        RunResult(
            metrics: ["f1": score, "accuracy": score],
            score: score,
            examples: examples,
            datasets: [
                DatasetUse(task: .mrpc, split: .train, origin: .official, examples: 10, files: []),
                DatasetUse(
                    task: .mrpc,
                    split: .dev,
                    origin: .official,
                    examples: examples,
                    files: [.init(name: "MRPC/dev.tsv", sha256: String(repeating: hash, count: 64), bytes: 1)]
                ),
            ]
        )
    }

    private static func finish(_ store: any JobStore, _ scores: [String: RunResult]) async throws {
        let worker = try await store.worker()
        while let claim = try await store.claim(for: worker, pool: "cpu", threads: 4, limit: 1).first {
            let outcome: AttemptOutcome =
                scores[claim.spec.name].map { .succeeded($0) } ?? .failed(.input, message: "no data")
            #expect(try await store.finish(claim.lease, outcome: outcome))
        }
    }

    static let searchChecks = [
        JobStoreConformance(name: "runsOfAllSuitesAreFoundByWhatTheyAre") { store in
            let first = try await store.submit(["a", "b"]) {
                $0.system = $0.name == "a" ? "MiniLM_L6" : "tiny"
                if $0.name == "b" { $0.work = .finetune(FineTuning(model: .named("minilm-l6"), task: .rte, seed: 7)) }
            }
            try await finish(store, ["a": result(0.5), "b": result(0.75)])
            let second = try await store.submit(["c"]) { $0.system = "MiniLMxL6" }
            func names(_ filter: HistoryFilter, _ order: HistoryOrder = .newest) async throws -> [String] {
                try await store.history(filter, order: order, offset: 0, limit: 10).map(\.name)
            }
            #expect(try await names(HistoryFilter()) == ["c", "b", "a"])
            #expect(try await names(HistoryFilter(), .oldest) == ["a", "b", "c"])
            #expect(try await names(HistoryFilter(), .score) == ["b", "a", "c"])
            #expect(try await names(HistoryFilter(), .system) == ["a", "c", "b"])
            #expect(try await names(HistoryFilter(), .task) == ["c", "a", "b"])
            #expect(try await names(HistoryFilter(suites: [first.suite])) == ["b", "a"])
            #expect(try await names(HistoryFilter(task: .rte)) == ["b"])
            #expect(try await names(HistoryFilter(kind: .pretrain)) == [])
            // A pattern's own letters are no wildcards, and case does not matter.
            #expect(try await names(HistoryFilter(system: "minilm_l6")) == ["a"])
            #expect(try await names(HistoryFilter(system: "mini*")) == ["c", "a"])
            #expect(try await names(HistoryFilter(system: "*lm*6")) == ["c", "a"])
            #expect(try await names(HistoryFilter(system: "MiniLM")) == [])
            #expect(try await names(HistoryFilter(model: "fresh tiny")) == ["c", "a"])
            #expect(try await names(HistoryFilter(model: "minilm-l6")) == ["b"])
            #expect(try await names(HistoryFilter(states: [.ready, .failed])) == ["c"])
            #expect(try await names(HistoryFilter(minimumScore: 0.6)) == ["b"])
            #expect(try await names(HistoryFilter(maximumScore: 0.6)) == ["a"])
            #expect(try await names(HistoryFilter(submittedFrom: 0, submittedBefore: 1)) == [])
            #expect(try await store.historyCount(HistoryFilter(states: [.succeeded])) == 2)
            let page = try await store.history(HistoryFilter(), order: .newest, offset: 1, limit: 1)
            let entry = try #require(page.first)
            #expect(page.count == 1 && entry.suite == first.suite && entry.suite < second.suite)
            #expect(entry.seed == 7 && entry.state == .succeeded && entry.score == 0.75 && entry.model == "minilm-l6")
            #expect(entry.basis?.split == "dev" && entry.basis?.origin == .official && entry.basis?.examples == 408)
            #expect(entry.seconds.map { $0 >= 0 } == true)
        },
        JobStoreConformance(name: "tagsNotesAndTheArchiveAreKeptOnSuites") { store in
            let old = try await store.submit(["a"])
            let new = try await store.submit(["b"])
            let tagged = try await store.annotate(
                old.suite,
                SuiteAnnotation(addedTags: ["paper", "ablation", "paper"], note: "lr sweep")
            )
            #expect(tagged?.tags == ["ablation", "paper"] && tagged?.note == "lr sweep" && tagged?.archivedAt == nil)
            let again = try await store.annotate(old.suite, SuiteAnnotation(removedTags: ["ablation"]))
            #expect(again?.tags == ["paper"] && again?.note == "lr sweep")
            #expect(
                try await store.history(HistoryFilter(tag: "paper"), order: .newest, offset: 0, limit: 9).map(\.name)
                    == ["a"]
            )
            #expect(try await store.annotate(SuiteID(rawValue: 999), SuiteAnnotation(note: "x")) == nil)

            #expect(try await store.annotate(old.suite, SuiteAnnotation(archived: true))?.archivedAt != nil)
            #expect(try await store.history(HistoryFilter(), order: .newest, offset: 0, limit: 9).map(\.name) == ["b"])
            let all = HistoryFilter(includesArchived: true)
            #expect(
                try await store.history(all, order: .newest, offset: 0, limit: 9).map(\.isArchived) == [false, true]
            )
            #expect(try await store.suiteSummaries(HistoryFilter(), before: nil, limit: 9).map(\.id) == [new.suite])
            #expect(try await store.annotate(old.suite, SuiteAnnotation(archived: false))?.archivedAt == nil)
            let suites = try await store.suiteSummaries(HistoryFilter(), before: nil, limit: 9)
            #expect(suites.map(\.id) == [new.suite, old.suite] && suites.last?.tags == ["paper"])
            #expect(
                try await store.suiteSummaries(HistoryFilter(), before: new.suite, limit: 9).map(\.id) == [old.suite]
            )
            #expect(
                try await store.suiteSummaries(HistoryFilter(tag: "paper"), before: nil, limit: 9).map(\.id) == [
                    old.suite
                ]
            )
        },
        JobStoreConformance(name: "suitesAreSummedUp") { store in
            let suite = try await store.submit(["a", "b", "c"]) { $0.system = $0.name == "c" ? "zeta" : "Alpha" }
            let open = try await store.suiteSummaries(HistoryFilter(), before: nil, limit: 9)
            #expect(open.map(\.runs) == [[.ready: 3]] && open.first?.endedAt == nil && open.first?.runCount == 3)
            try await finish(store, ["a": result(0.5), "b": result(0.5)])
            let over = try await store.suiteSummaries(HistoryFilter(system: "zeta"), before: nil, limit: 9)
            #expect(over.map(\.id) == [suite.suite] && over.first?.runs == [.succeeded: 2, .failed: 1])
            #expect(over.first?.systems == ["Alpha", "zeta"] && over.first?.tasks == [.mrpc])
            #expect(over.first?.endedAt != nil && over.first?.kind == .suite)
            #expect(try await store.suiteSummaries(HistoryFilter(system: "none"), before: nil, limit: 9).isEmpty)
        },
        JobStoreConformance(name: "seedsOfOneConfigurationAreOneGroupAndOtherDataAnother") { store in
            let suite = try await store.submit(["a", "b", "c", "d", "e"]) {
                var work = FineTuning(model: .preset("tiny"), task: .mrpc, seed: UInt64($0.name.utf8.first ?? 0))
                if $0.name == "d" { work.optimization.learningRate = 3e-5 }
                $0.work = .finetune(work)
            }
            try await finish(
                store,
                ["a": result(0.5), "b": result(0.75), "c": result(0.875, hash: "2"), "d": result(0.25)]
            )
            let groups = try await store.configurations(HistoryFilter(task: .mrpc))
            #expect(groups.map(\.runs) == [2, 1, 1, 1] && groups.map(\.scored) == [2, 1, 1, 0])
            #expect(groups.map(\.mean) == [0.625, 0.875, 0.25, nil])
            #expect(groups[0].deviation.map { ($0 - 0.125 * 2.0.squareRoot()).magnitude < 1e-12 } == true)
            #expect(
                groups[0].minimum == 0.5 && groups[0].maximum == 0.75 && groups[0].median == 0.625
                    && groups[1].deviation == nil
            )
            #expect(groups[0].basis != groups[1].basis && groups[0].basis == groups[2].basis && groups[3].basis == nil)
            #expect(
                groups[0].configuration == groups[1].configuration && groups[0].configuration != groups[2].configuration
            )
            #expect(groups[3].failed == 1 && groups[0].firstRun == suite.runs["a"])
            #expect(try await store.configurations(HistoryFilter(task: .rte)).isEmpty)
            let runs = try await store.runs(of: [groups[2], groups[0]])
            let expected = [0: ["d"], 1: ["a", "b", "c"]].mapValues { $0.compactMap { suite.runs[$0] } }
            #expect(runs == expected)
            let found = try await store.histories(of: expected[1] ?? [])
            #expect(
                found.map(\.record.spec.name) == ["a", "b", "c"]
                    && found.map { $0.result?.score } == [0.5, 0.75, 0.875]
            )
        },
    ]
}
