import PodiumCore
import Testing

extension JobStoreConformance {
    static let reuseChecks = [
        JobStoreConformance(name: "aRunTakesOverAllThatARunOfTheSameWorkFoundOut") { store in
            let worker = try await store.worker()
            let source = try await succeed("first", key: "k", worker, store)
            let suite = try await store.submit(runs: [
                ("again", []), ("child", [Dependency(parent: "again", condition: .afterSuccess)]),
            ])
            let run = try #require(suite.runs["again"])
            let claim = try await store.claimOne(worker)
            #expect(try await store.record(claim.lease, events: [.artifact(file(.checkpoint, "/own/checkpoint"))]))
            #expect(try await store.reusable(["k", "none"]) == ["k": source])
            #expect(try await store.reuse(source, for: claim.lease) == .taken)

            let record = try #require(try await store.run(run))
            let origin = try #require(try await store.run(source))
            #expect(record.state == .succeeded)
            #expect(record.reason == "reused from run \(source) of suite \(origin.suite) (suite)")
            let result = try #require(try await store.result(of: run))
            let first = try #require(try await store.result(of: source))
            #expect(result.reusedFrom?.run == source && result.reusedFrom?.suite == origin.suite)
            #expect(result.reusedFrom?.wallSeconds != nil && result.workKey == nil)
            #expect(result.score == first.score && result.metrics == first.metrics)
            let note = try #require(result.reusedFrom).note
            #expect(result.notes == first.notes + [note])
            #expect(try await store.predictions(of: run) == store.predictions(of: source))
            #expect(
                try await store.metricPoints(of: run, name: "loss", limit: 9)
                    == store.metricPoints(of: source, name: "loss", limit: 9)
            )
            // The other's files, and none of its checkpoints.
            let made = try await store.artifacts(of: run).filter { $0.removedAt == nil }
            #expect(made.map(\.artifact) == [file(.model, "/first/model"), file(.predictions, "/first/predictions")])
            let attempts = try await store.attempts(of: run)
            #expect(attempts.map(\.outcome) == [.succeeded] && attempts.first?.message == record.reason)
            // The numbers were computed where the other ran.
            #expect(attempts.first?.environment == environment)
            #expect(try await store.state(suite.runs["child"]) == .ready)
            // Once is enough, and what was taken over is no source itself.
            #expect(try await store.reuse(source, for: claim.lease) == .leaseLost)
            #expect(try await store.reusable(["k"]) == ["k": source])
        },
        JobStoreConformance(name: "whatIsGoneOrArchivedOrReusedIsNotTakenOver") { store in
            let worker = try await store.worker()
            let source = try await succeed("first", key: "k", worker, store)
            let suite = try await store.submit(["a", "b"])
            let a = try await store.claimOne(worker)
            #expect(try await store.reuse(source, for: a.lease) == .taken)
            let b = try await store.claimOne(worker)
            #expect(try await store.reuse(a.lease.run, for: b.lease) == .refused)
            #expect(try await store.reuse(RunID(rawValue: 1_000_000), for: b.lease) == .refused)
            var archived = SuiteAnnotation()
            archived.archived = true
            let place = try #require(try await store.run(source)?.suite)
            _ = try await store.annotate(place, archived)
            #expect(try await store.reusable(["k"]).isEmpty)
            #expect(try await store.reuse(source, for: b.lease) == .refused)
            // A refusal leaves the attempt as it was.
            #expect(try await store.finish(b.lease, outcome: done))
            archived.archived = false
            _ = try await store.annotate(place, archived)
            #expect(try await store.reusable(["k"]) == ["k": source])
            #expect(try await store.state(suite.runs["b"]) == .succeeded)
        },
        JobStoreConformance(name: "theNewestOfSeveralIsTakenOver") { store in
            let worker = try await store.worker()
            _ = try await succeed("first", key: "k", worker, store)
            let second = try await succeed("second", key: "k", worker, store)
            let other = try await succeed("other", key: "l", worker, store)
            #expect(try await store.reusable(["k", "l", "m"]) == ["k": second, "l": other])
            #expect(try await store.reusable([]).isEmpty)
        },
        JobStoreConformance(name: "whatOthersTookOverIsKept") { store in
            let worker = try await store.worker()
            let source = try await succeed("first", key: "k", worker, store)
            _ = try await store.submit(["again"])
            let claim = try await store.claimOne(worker)
            #expect(try await store.reuse(source, for: claim.lease) == .taken)
            let refused = try await store.delete([source], isRehearsal: false)
            #expect(refused.runs.isEmpty)
            #expect(refused.kept.map(\.reason) == ["run \(claim.lease.run) was made from its result"])
            let both = try await store.delete([source, claim.lease.run], isRehearsal: false)
            #expect(both.runs == [source, claim.lease.run])
        },
    ]

    private static let environment = AttemptEnvironment(
        version: "1",
        commit: "c",
        host: "there",
        operatingSystem: "os",
        processor: "p",
        cores: 2,
        device: "cpu",
        threads: 2,
        precision: "float32",
        instructions: "avx2"
    )

    private static func file(_ kind: Artifact.Kind, _ path: String) -> Artifact {
        Artifact(kind: kind, step: 3, path: path, sha256: String(repeating: "a", count: 64), bytes: 5)
    }

    /// A run with a result, predictions, a curve, a checkpoint and a model.
    private static func succeed(
        _ name: String,
        key: String,
        _ worker: WorkerID,
        _ store: any JobStore
    ) async throws -> RunID {
        _ = try await store.submit([name])
        let claim = try await store.claimOne(worker)
        let progress = TrainingProgress(
            step: 1,
            totalSteps: 3,
            loss: 0.75,
            learningRate: 0.1,
            examplesPerSecond: 1,
            tokensPerSecond: 1,
            remainingSeconds: 1,
            extra: [:]
        )
        let events: [EngineEvent] = [
            .environment(environment), .progress(progress), .artifact(file(.checkpoint, "/\(name)/checkpoint")),
        ]
        #expect(try await store.record(claim.lease, events: events))
        var result = RunResult(metrics: ["accuracy": 0.5], score: 0.5, notes: ["a note"])
        result.workKey = key
        let prediction = ExamplePrediction(split: .dev, example: "1", prediction: "0", gold: "0", score: 1)
        #expect(
            try await store.finish(
                claim.lease,
                outcome: .succeeded(
                    result,
                    artifacts: [file(.model, "/\(name)/model"), file(.predictions, "/\(name)/predictions")],
                    predictions: [prediction]
                )
            )
        )
        return claim.lease.run
    }
}
