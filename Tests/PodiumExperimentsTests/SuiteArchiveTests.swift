import Foundation
import PodiumCore
import PodiumExperiments
import PodiumFiles
import PodiumMigrations
import PodiumStore
import PodiumTestSupport
import Testing

/// Suites out of one database and into another, files and all.
@Suite(.database)
struct SuiteArchiveTests {
    private static let text = "weights of a model"

    private struct World {
        let store: PostgresStore
        let folder: String
        var data: String { folder + "/data" }
    }

    /// A suite with a run that made a model, and one that started from it and made predictions.
    private func withWorld(_ body: (World, SuiteRecord) async throws -> Void) async throws {
        let folder = "/tmp/podium-archive-\(UUID().uuidString.prefix(8))"
        let world = World(store: try await PostgresStore.open(try TestDatabase.current), folder: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            try await body(world, try await fill(world))
            await world.store.close()
        } catch {
            await world.store.close()
            throw error
        }
    }

    private func fill(_ world: World) async throws -> SuiteRecord {
        let store = world.store
        let parent = RunSpec(
            name: "a'\"; drop table runs",
            system: "tiny",
            work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc))
        )
        let child = RunSpec(
            name: "b",
            system: "tiny",
            work: .finetune(FineTuning(model: .run(parent.name, checkpoint: .last), task: .rte))
        )
        let submitted = try await store.submit(
            Submission(
                name: "suite",
                kind: .suite,
                source: "name: suite\n",
                runs: [
                    PlannedRun(spec: parent),
                    PlannedRun(spec: child, dependencies: [Dependency(parent: parent.name, condition: .afterSuccess)]),
                ]
            )
        )
        let worker = try await store.registerWorker(
            WorkerRegistration(host: "h", processID: 1, pool: "cpu", threads: 64, version: "t"),
            leaseSeconds: 600
        )
        for index in 0..<2 {
            let claim = try #require(try await store.claim(for: worker, pool: "cpu", threads: 64, limit: 1).first)
            let attempt = "\(world.data)/artifacts/run-\(claim.lease.run)/attempt-\(claim.lease.token)"
            try FileManager.default.createDirectory(atPath: "\(attempt)/model", withIntermediateDirectories: true)
            let text = "\(Self.text) \(index)"
            try text.write(toFile: "\(attempt)/model/model.safetensors", atomically: true, encoding: .utf8)
            try "{}".write(toFile: "\(attempt)/model/config.json", atomically: true, encoding: .utf8)
            let progress = (1...5).map { step in
                EngineEvent.progress(
                    TrainingProgress(
                        step: step,
                        totalSteps: 5,
                        loss: step == 5 ? .nan : 0.1 / Double(step),
                        learningRate: 1e-5,
                        examplesPerSecond: 3,
                        tokensPerSecond: 1.0 / 3,
                        remainingSeconds: 0
                    )
                )
            }
            #expect(try await store.record(claim.lease, events: progress + [.log(.warning, "a\tline\n\u{1F600}")]))
            let model = Artifact(
                kind: .model,
                step: 5,
                share: 1,
                score: 0.1 + 0.2,
                path: "\(attempt)/model",
                sha256: Digest.sha256(Array(text.utf8)),
                bytes: Int64(text.utf8.count)
            )
            let prediction = ExamplePrediction(split: .dev, example: "1", prediction: "\\.", gold: "é", score: 1)
            #expect(
                try await store.finish(
                    claim.lease,
                    outcome: .succeeded(
                        RunResult(metrics: ["accuracy": 1.0 / 3], score: 0.1 + 0.2, examples: 1),
                        artifacts: [model],
                        predictions: [prediction]
                    )
                )
            )
        }
        return try #require(try await store.suite(named: "\(submitted.suite)"))
    }

    private func export(_ suite: SuiteRecord, _ world: World, to name: String = "export") async throws -> String {
        let folder = "\(world.folder)/\(name)"
        _ = try await SuiteArchive.export(
            suite,
            to: folder,
            dataDirectory: world.data,
            version: "t",
            schema: Migration.all.count,
            now: 1,
            store: world.store
        ) { Issue.record("\($0)") }
        return folder
    }

    /// What must be the same in both databases: numbers apart.
    private func essence(_ history: SuiteHistory) -> [String] {
        history.runs.map { run in
            let curves = run.curves.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            let artifacts = run.artifacts.map {
                "\($0.artifact.kind) \($0.artifact.sha256) \($0.artifact.score as Any)"
            }
            return "\(run.record.spec) \(run.record.state) \(run.record.submittedAt) \(run.record.endedAt as Any) "
                + "\(run.attempts.map { "\($0.attempt) \($0.outcome as Any) \($0.startedAt) \($0.host as Any)" }) "
                + "\(run.result as Any) \(curves) \(artifacts)"
        }
    }

    @Test func aSuiteComesBackWithAllThatWasKnownOfIt() async throws {
        try await withWorld { world, suite in
            let folder = try await export(suite, world)
            let address = try await TestServer.shared.makeDatabase()
            let other = try await PostgresStore.open(address)
            // Numbers of the other database are others.
            _ = try await other.submit(
                Submission(
                    name: "x",
                    kind: .suite,
                    source: "",
                    runs: [PlannedRun(spec: RunSpec(name: "x", system: "x", work: .report))]
                )
            )
            let archive = try SuiteArchive.read(folder, schema: Migration.all.count)
            let data = "\(world.folder)/elsewhere"
            let outcome = try await archive.store(from: folder, dataDirectory: data, store: other)
            #expect(outcome.runs == 2 && !outcome.wasThere && outcome.suite != suite.id)
            let before = try #require(try await SuiteHistory.load(suite.id, from: world.store))
            let after = try #require(try await SuiteHistory.load(outcome.suite, from: other))
            #expect(essence(after) == essence(before))
            let run = try #require(after.runs.last)
            #expect(
                try await other.predictions(of: run.record.id) == world.store.predictions(of: before.runs[1].record.id)
            )
            let lines = try await other.logLines(of: run.record.id, after: 0, limit: 10)
            #expect(lines.map(\.message) == ["a\tline\n\u{1F600}"])
            let model = try #require(run.artifact(.model))
            #expect(model.path.hasPrefix("\(data)/artifacts/run-\(run.record.id)/attempt-"))
            #expect(try String(contentsOfFile: "\(model.path)/model.safetensors", encoding: .utf8) == "\(Self.text) 1")
            #expect(try Digest.sha256(file: "\(model.path)/model.safetensors") == model.sha256)
            // The child still rests on the parent's model.
            let parent = try #require(after.runs.first)
            let deletion = try await other.delete([parent.record.id], isRehearsal: true)
            #expect(deletion.kept.map(\.reason) == ["run \(run.record.id) was made from its model"])
            await other.close()
        }
    }

    @Test func aPlanOfSeedsComesBackWithItsLooks() async throws {
        try await withWorld { world, _ in
            let store = world.store
            let plan = SeedPlan(
                systems: ["a", "b"],
                tasks: [.mrpc, .rte],
                compare: .with(["a"]),
                start: 1,
                step: 2,
                atMost: 5,
                level: 0.1,
                firstSeed: 9
            )
            var runs = plan.systems.flatMap { system in
                plan.tasks.map { task in
                    PlannedRun(
                        spec: RunSpec(
                            name: "\(system)/\(task.rawValue)",
                            system: system,
                            work: .finetune(FineTuning(model: .preset("tiny"), task: task, seed: 9))
                        )
                    )
                }
            }
            let all = runs.map { Dependency(parent: $0.spec.name, condition: .afterAny) }
            runs.append(PlannedRun(spec: RunSpec(name: "report", system: "s", work: .report), dependencies: all))
            let suite = try await store.submit(
                Submission(name: "planned", kind: .suite, source: "x", runs: runs, seeds: plan)
            ).suite
            let worker = try await store.registerWorker(
                WorkerRegistration(host: "h", processID: 1, pool: "cpu", threads: 64, version: "t"),
                leaseSeconds: 600
            )
            func workOff() async throws {
                for claim in try await store.claim(for: worker, pool: "cpu", threads: 64, limit: 64) {
                    let score = 0.1 + 0.2 * Double(claim.spec.work.seed ?? 0)
                    _ = try await store.finish(claim.lease, outcome: .succeeded(RunResult(score: score, examples: 1)))
                }
            }
            let firstRuns = try await store.runs(suite: suite, includingTerminal: true).filter {
                $0.spec.kind != .report
            }
            for number in 1...3 {
                try await workOff()
                let known = try #require(try await store.seedPlans(of: [suite]).first)
                let seeds = plan.seeds(before: number)
                let look = SeedLook(
                    number: number,
                    scores: plan.tasks.flatMap { task in
                        plan.systems.flatMap { system in
                            seeds.map {
                                SeedLook.Score(
                                    system: system,
                                    task: task,
                                    seed: $0,
                                    state: .succeeded,
                                    score: 0.1 + 0.2
                                )
                            }
                        }
                    },
                    tests: plan.tasks.map {
                        SeedLook.Test(
                            task: $0,
                            boundary: number == 1 ? nil : 1.0 / 3,
                            spent: 0.1 / Double(4 - number),
                            permutations: 10,
                            next: number < 3 ? plan.systems : []
                        )
                    },
                    comparisons: plan.tasks.map {
                        SeedLook.Comparison(
                            task: $0,
                            pair: plan.pairs[0],
                            decision: number < 3 ? .open : .notSeparated,
                            decidedAt: nil,
                            difference: -1.0 / 3,
                            firstSeeds: 1,
                            secondSeeds: 1
                        )
                    }
                )
                #expect(known.looks.count == number - 1)
                let group = number < 3 ? plan.seeds(before: number + 1) : []
                let added = firstRuns.flatMap { run in
                    group.map { AddedRun(spec: run.spec.with(seed: $0), like: run.id) }
                }
                #expect(try await store.store(look, of: suite, adding: added))
            }
            // The report.
            try await workOff()
            let record = try #require(try await store.suite(named: "\(suite)"))
            let folder = try await export(record, world, to: "planned")
            let other = try await PostgresStore.open(try await TestServer.shared.makeDatabase())
            let archive = try SuiteArchive.read(folder, schema: Migration.all.count)
            let outcome = try await archive.store(from: folder, dataDirectory: "\(world.folder)/there", store: other)
            let before = try #require(try await SuiteHistory.load(suite, from: store))
            let after = try #require(try await SuiteHistory.load(outcome.suite, from: other))
            let (old, new) = (try #require(before.seeds), try #require(after.seeds))
            #expect(old.looks.count == 3 && old.isOver)
            #expect(new.suite == outcome.suite && new.plan == old.plan)
            #expect(new.looks == old.looks && new.times == old.times)
            #expect(essence(after) == essence(before))
            // A plan that is over stays so: no look is made of it again.
            #expect(try await other.dueSeedPlans().isEmpty)
            await other.close()
        }
    }

    @Test func theSameExportIsStoredOnce() async throws {
        try await withWorld { world, suite in
            let folder = try await export(suite, world)
            let archive = try SuiteArchive.read(folder, schema: Migration.all.count)
            let first = try await archive.store(from: folder, dataDirectory: world.data, store: world.store)
            let second = try await archive.store(from: folder, dataDirectory: world.data, store: world.store)
            #expect(!first.wasThere && second.wasThere && first.suite == second.suite)
            // Another export of the same suite is the same content.
            let again = try await export(suite, world, to: "again")
            let third = try await SuiteArchive.read(again, schema: Migration.all.count)
                .store(from: again, dataDirectory: world.data, store: world.store)
            #expect(third.wasThere && third.suite == first.suite)
            #expect(try await world.store.suites().count == 2)
        }
    }

    @Test func whatWasChangedIsRefusedAndStoresNothing() async throws {
        try await withWorld { world, suite in
            let folder = try await export(suite, world)
            let files = try FileManager.default.subpathsOfDirectory(atPath: folder)
            let names = files.filter {
                $0.hasSuffix(".jsonl") || $0.hasSuffix(".safetensors") || $0.hasSuffix("config.json")
            }
            #expect(names.count == TransferTable.allCases.count + 4)
            for name in names {
                let path = "\(folder)/\(name)"
                let bytes = try Data(contentsOf: URL(filePath: path))
                for changed in [bytes + Data(" ".utf8), bytes.dropLast()] where changed != bytes {
                    try changed.write(to: URL(filePath: path))
                    #expect(throws: ExperimentError.self, "\(name)") {
                        try SuiteArchive.read(folder, schema: Migration.all.count)
                    }
                }
                try FileManager.default.removeItem(atPath: path)
                #expect(throws: ExperimentError.self) { try SuiteArchive.read(folder, schema: Migration.all.count) }
                try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/etc/hostname")
                #expect(throws: ExperimentError.self) { try SuiteArchive.read(folder, schema: Migration.all.count) }
                try FileManager.default.removeItem(atPath: path)
                try bytes.write(to: URL(filePath: path))
            }
            _ = try SuiteArchive.read(folder, schema: Migration.all.count)
            #expect(throws: ExperimentError.self) { try SuiteArchive.read(folder, schema: Migration.all.count + 1) }
        }
    }

    @Test(arguments: ["files/../../x", "/etc/passwd"])
    func aManifestThatNamesPlacesOutsideIsRefused(path: String) async throws {
        try await withWorld { world, suite in
            let folder = try await export(suite, world)
            let manifest = "\(folder)/manifest.json"
            let text = try String(contentsOfFile: manifest, encoding: .utf8)
            try text.replacing("\"suites.jsonl\"", with: "\"\(path)\"").write(
                toFile: manifest,
                atomically: true,
                encoding: .utf8
            )
            let error = #expect(throws: ExperimentError.self) {
                try SuiteArchive.read(folder, schema: Migration.all.count)
            }
            #expect(error?.message.contains("not inside the export") == true)
        }
    }

    @Test func aFileThatChangedSinceTheRunIsNotExported() async throws {
        try await withWorld { world, suite in
            let run = try #require(try await world.store.runs(suite: suite.id, includingTerminal: true).first)
            let model = try #require(try await world.store.artifacts(of: run.id).first?.artifact)
            try "other".write(toFile: "\(model.path)/model.safetensors", atomically: true, encoding: .utf8)
            await #expect(throws: ExperimentError.self) { try await export(suite, world) }
            #expect(!FileManager.default.fileExists(atPath: "\(world.folder)/export"))
        }
    }

    @Test func mlflowsLayoutHoldsParametersCurvesAndResults() async throws {
        try await withWorld { world, suite in
            let history = try #require(try await SuiteHistory.load(suite.id, from: world.store))
            let folder = "\(world.folder)/mlruns"
            #expect(try MLflowExport.write(history, to: folder, user: "me") == 2)
            let experiment = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
            let runs = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(experiment)").filter {
                $0 != "meta.yaml"
            }
            #expect(runs.count == 2)
            for run in runs {
                let place = "\(folder)/\(experiment)/\(run)"
                func text(_ name: String) throws -> String {
                    try String(contentsOfFile: "\(place)/\(name)", encoding: .utf8)
                }
                #expect(try text("meta.yaml").contains("run_id: \(run)\n"))
                #expect(try text("params/system") == "tiny")
                let points = try text("metrics/loss").split(separator: "\n").map { $0.split(separator: " ") }
                #expect(points.map { $0[2] } == ["1", "2", "3", "4", "5"])
                #expect(points.first?[1] == "0.1" && points.last?[1] == "nan")
                #expect(try text("metrics/score").split(separator: " ")[1] == "0.30000000000000004")
            }
            #expect(throws: ExperimentError.self) { try MLflowExport.write(history, to: folder, user: "me") }
        }
    }
}
