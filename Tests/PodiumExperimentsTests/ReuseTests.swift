import Foundation
import PodiumCore
import PodiumExperiments
import PodiumFiles
import PodiumTestSupport
import Testing

/// What makes two runs the same work, and which runs of a submission are done already.
struct ReuseTests {
    /// A folder with data and a model, changed by a test.
    private final class Files {
        private let own: TestFolder
        var folder: String { own.path }

        init() throws {
            own = try TestFolder()
            for place in ["data", "elsewhere"] {
                for split in ["train", "dev"] { try write("\(place)/MRPC/\(split).tsv", split) }
            }
            for place in ["model", "copy"] {
                try write("\(place)/vocab.txt", "[PAD]\n")
                try write("\(place)/model.safetensors", "weights")
            }
            try write("text.txt", "A sentence.\n")
        }

        func write(_ name: String, _ text: String) throws { try own.write(name, text) }

        var tuning: RunSpec {
            let work = FineTuning(model: .path("\(folder)/model"), task: .mrpc, data: .root("\(folder)/data"))
            return RunSpec(name: "run", system: "s", work: .finetune(work))
        }
    }

    private static func engine(_ change: (inout EngineIdentity) -> Void = { _ in }) throws -> EngineIdentity {
        var engine = try #require(
            EngineIdentity(
                version: "1",
                commit: "c",
                processor: "p",
                instructions: "avx2",
                matmulLibrary: "onednn"
            )
        )
        change(&engine)
        return engine
    }

    private static func key(
        _ spec: RunSpec,
        engine: EngineIdentity? = nil,
        snapshots: [ArtifactSelector] = []
    ) throws -> String? {
        var content = WorkContent(engine: try engine ?? self.engine())
        let claim = Claim(
            lease: Lease(run: RunID(rawValue: 1), attempt: 1, token: 1),
            suite: SuiteID(rawValue: 1),
            spec: spec,
            snapshots: snapshots
        )
        return try content.key(of: EngineAssignment(claim: claim, dataDirectory: "/nonexistent"))
    }

    @Test func namesPlacesThreadsAndRetriesDecideNothing() throws {
        let files = try Files()
        let key = try #require(try Self.key(files.tuning))
        #expect(key.count == 64)
        var spec = files.tuning
        (spec.name, spec.system) = ("other", "other")
        spec.resources.threads = 7
        spec.resources.ranks = 2
        spec.resources.label = "big"
        spec.retry.limit = 9
        spec.mayReuse = false
        spec.work = spec.work.relocated { path in
            path.hasSuffix("data") ? "\(files.folder)/elsewhere" : "\(files.folder)/copy"
        }
        #expect(spec != files.tuning)
        #expect(try Self.key(spec) == key)
    }

    @Test func seedSettingsContentAndEngineDecide() throws {
        let files = try Files()
        var keys: Set<String> = [try #require(try Self.key(files.tuning))]
        func expectNew(_ change: (inout RunSpec) throws -> Void, _ place: SourceLocation = #_sourceLocation) throws {
            var spec = files.tuning
            try change(&spec)
            #expect(keys.insert(try #require(try Self.key(spec))).inserted, sourceLocation: place)
        }
        try expectNew { $0.work.seed = 2 }
        try expectNew { $0.work.optimization?.batchSize = 8 }
        try expectNew { $0.work.optimization?.batchShards = 2 }
        try expectNew { $0.work.engine?.precision = .bf16 }
        try expectNew { $0.work.examples?.evaluationExamples = 3 }
        try expectNew { _ in try files.write("data/MRPC/dev.tsv", "another") }
        try expectNew { _ in try files.write("data/MRPC/train.tsv", "another") }
        try expectNew { _ in try files.write("model/model.safetensors", "others") }
        try expectNew { _ in try files.write("model/vocab.txt", "[UNK]\n") }
        try expectNew { _ in try files.write("model/config.json", "{}") }
        let changes: [(inout EngineIdentity) -> Void] = [
            { $0.commit = "d" }, { $0.version = "2" }, { $0.processor = "q" }, { $0.instructions = "avx512" },
            { $0.matmulLibrary = "openblas" },
        ]
        for change in changes {
            let key = try Self.key(files.tuning, engine: Self.engine(change))
            #expect(keys.insert(try #require(key)).inserted)
        }
        let keeping = try Self.key(files.tuning, snapshots: [.share(atLeast: 0.5)])
        #expect(keys.insert(try #require(keeping)).inserted)
    }

    @Test func whatNeedNotComeToTheSameBitsHasNoKey() throws {
        let files = try Files()
        var timed = files.tuning
        timed.work.optimization?.length = .seconds(60)
        #expect(try Self.key(timed) == nil)
        var accelerated = files.tuning
        accelerated.resources.device = .tpu
        #expect(try Self.key(accelerated) == nil)
        #expect(try Self.key(RunSpec(name: "report", system: "s", work: .report)) == nil)
        // A model that is not there yet, and a parent that made none.
        var unknown = files.tuning
        unknown.work = .finetune(FineTuning(model: .named("minilm-l6"), task: .mrpc))
        #expect(try Self.key(unknown) == nil)
        unknown.work = .finetune(FineTuning(model: .run("start", checkpoint: .last), task: .mrpc))
        #expect(try Self.key(unknown) == nil)
        // Files that cannot be read.
        try FileManager.default.removeItem(atPath: "\(files.folder)/model")
        #expect(throws: (any Error).self) { try Self.key(files.tuning) }
    }

    @Test func theFilesOfTextsAndCorporaCount() throws {
        let files = try Files()
        let text = "\(files.folder)/text.txt"
        let specs = [
            RunSpec(
                name: "start",
                system: "s",
                work: .pretrain(Pretraining(model: .preset("tiny"), corpus: .files([text])))
            ),
            RunSpec(
                name: "vectors",
                system: "s",
                work: .embed(Embedding(model: .path("\(files.folder)/model"), texts: [text]))
            ),
        ]
        let before = try specs.map { try Self.key($0) }
        try files.write("text.txt", "Another sentence.\n")
        let after = try specs.map { try Self.key($0) }
        #expect(Set(before + after).count == 4 && !before.contains(nil))
    }

    @Test func artifactsThatAreGoneOrChangedAreNoticed() async throws {
        let files = try Files()
        let works = RecognizedWorks(engine: try Self.engine())
        func artifact(_ path: String, _ content: String) -> Artifact {
            Artifact(
                kind: .model,
                path: "\(files.folder)/\(path)",
                sha256: Digest.sha256(Array(content.utf8)),
                bytes: 7
            )
        }
        let model = artifact("model", "weights")
        let text = artifact("text.txt", "A sentence.\n")
        #expect(await works.areIntact([model, text]))
        #expect(await works.areIntact([]))
        #expect(await !works.areIntact([model, artifact("absent", "weights")]))
        try files.write("model/model.safetensors", "changed")
        #expect(await !works.areIntact([model, text]))
        #expect(await works.areIntact([text]))
    }

    @Test func aForecastFollowsModelsFromRunToRun() async throws {
        let files = try Files()
        let store = MemoryStore { 1000 }
        let engine = try Self.engine()
        func submission(seeds: ClosedRange<UInt64>) -> Submission {
            let corpus = CorpusReference.files(["\(files.folder)/text.txt"])
            let start = RunSpec(
                name: "start",
                system: "s",
                work: .pretrain(Pretraining(model: .preset("tiny"), corpus: corpus))
            )
            let dependency = Dependency(parent: "start", condition: .afterSuccess)
            let tuned = seeds.map { seed in
                let work = FineTuning(
                    model: .run("start", checkpoint: .last),
                    task: .mrpc,
                    data: .root("\(files.folder)/data"),
                    seed: seed
                )
                let spec = RunSpec(name: "tune-\(seed)", system: "s", work: .finetune(work))
                return PlannedRun(spec: spec, dependencies: [dependency])
            }
            let report = RunSpec(name: "report", system: "s", work: .report)
            return Submission(
                name: "suite",
                kind: .suite,
                source: "",
                runs: [PlannedRun(spec: start)] + tuned + [PlannedRun(spec: report)]
            )
        }
        func forecast(_ submission: Submission) async throws -> ReuseForecast {
            try await ReuseForecast(submission, engine: engine, dataDirectory: files.folder, store: store)
        }
        #expect(try await forecast(submission(seeds: 1...2)).text == nil)

        // A worker does the first suite, and keys its results.
        let suite = try await store.submit(submission(seeds: 1...2))
        let worker = try await store.registerWorker(
            WorkerRegistration(host: "here", processID: 1, pool: "cpu", threads: 64, version: "test"),
            leaseSeconds: 100
        )
        let works = RecognizedWorks(engine: engine)
        for _ in 1...4 {
            let claim = try #require(
                try await store.claim(for: worker, pool: "cpu", threads: 64, limit: 1).first
            )
            var result = RunResult()
            result.workKey = await works.key(of: EngineAssignment(claim: claim, dataDirectory: files.folder))
            #expect((result.workKey != nil) == (claim.spec.kind != .report))
            let model = Artifact(
                kind: .model,
                step: 1,
                share: 1,
                path: "\(files.folder)/model",
                sha256: Digest.sha256(Array("weights".utf8)),
                bytes: 7
            )
            #expect(try await store.finish(claim.lease, outcome: .succeeded(result, artifacts: [model])))
        }
        let again = try await forecast(submission(seeds: 2...4))
        #expect(
            again.sources == ["start": suite.runs["start"], "tune-2": suite.runs["tune-2"]].compactMapValues(\.self)
        )
        #expect(
            again.text == "2 of 4 runs are here already, and their results are taken over; --fresh runs them again"
        )
        var fresh = submission(seeds: 2...4)
        for index in fresh.runs.indices { fresh.runs[index].spec.mayReuse = false }
        #expect(try await forecast(fresh).text == nil)
        try files.write("text.txt", "Another sentence.\n")
        #expect(try await forecast(submission(seeds: 2...4)).sources.isEmpty)
    }
}
