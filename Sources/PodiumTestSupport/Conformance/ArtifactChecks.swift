import PodiumCore
import Testing

extension JobStoreConformance {
    private static func artifact(
        _ kind: Artifact.Kind,
        step: Int? = nil,
        share: Double? = nil,
        score: Double? = nil,
        at path: String
    ) -> Artifact {
        let digit = String(path.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 15 }, radix: 16)
        return Artifact(
            kind: kind,
            step: step,
            share: share,
            score: score,
            path: path,
            sha256: String(repeating: digit, count: 64),
            bytes: 12
        )
    }

    private static func pair(_ store: any JobStore) async throws -> SubmittedSuite {
        let start = RunSpec(name: "start", system: "tiny", work: .pretrain(Pretraining(model: .preset("tiny"))))
        let tuning = FineTuning(model: .run("start", checkpoint: .last), task: .mrpc)
        let tune = RunSpec(name: "tune", system: "tiny", work: .finetune(tuning))
        let dependency = Dependency(parent: "start", condition: .afterSuccess)
        return try await store.submit(
            Submission(
                name: "suite",
                kind: .suite,
                source: "",
                runs: [PlannedRun(spec: start), PlannedRun(spec: tune, dependencies: [dependency])]
            )
        )
    }

    static let artifactChecks = [
        JobStoreConformance(name: "aChildIsGivenItsParentsModel") { store in
            let suite = try await pair(store)
            let worker = try await store.worker()
            let parent = try await store.claimOne(worker)
            #expect(parent.inputs.isEmpty && parent.snapshots.isEmpty)
            let model = artifact(.model, step: 20, share: 1, at: "/start/model")
            let other = artifact(.predictions, at: "/start/predictions.jsonl")
            #expect(
                try await store.finish(parent.lease, outcome: .succeeded(RunResult(), artifacts: [other, model]))
            )
            let child = try await store.claimOne(worker)
            #expect(child.inputs.map(\.input) == [RunInput(name: "model", parent: "start", kind: .model)])
            #expect(child.inputs.first?.source?.artifact == model)
            #expect(child.inputs.first?.source?.run == suite.runs["start"])
            #expect(child.inputs.first?.source?.token == parent.lease.token)
        },
        JobStoreConformance(name: "aParentThatMadeNoneLeavesTheInputEmpty") { store in
            _ = try await pair(store)
            let worker = try await store.worker()
            #expect(try await store.finish(try await store.claimOne(worker).lease, outcome: done))
            let child = try await store.claimOne(worker)
            #expect(child.inputs.count == 1)
            #expect(child.inputs.first?.source == nil)
        },
        JobStoreConformance(name: "artifactsAreKeptWithWhoMadeThem") { store in
            _ = try await store.submit(["a"])
            let worker = try await store.worker()
            let claim = try await store.claimOne(worker)
            let first = artifact(.checkpoint, step: 10, share: 0.1, at: "/c/10")
            let second = artifact(.checkpoint, step: 20, share: 0.2, at: "/c/20")
            #expect(try await store.record(claim.lease, events: [.artifact(first)]))
            #expect(try await store.record(claim.lease, events: [.artifact(second), .removed(path: "/c/10")]))
            #expect(try await store.record(claim.lease, events: [.artifact(second)]))
            var stored = try await store.artifacts(of: claim.lease.run)
            #expect(stored.map(\.artifact) == [first, second])
            #expect(stored.map { $0.removedAt == nil } == [false, true])
            #expect(stored.allSatisfy { $0.attempt == 1 && $0.token == claim.lease.token })

            #expect(try await store.finish(claim.lease, outcome: .released))
            let resumed = try await store.claimOne(worker)
            #expect(resumed.checkpoints.map(\.artifact) == [second])
            let model = artifact(.model, step: 100, share: 1, score: 0.5, at: "/model")
            #expect(try await store.finish(resumed.lease, outcome: .succeeded(RunResult(), artifacts: [model])))
            stored = try await store.artifacts(of: claim.lease.run)
            #expect(stored.map { $0.removedAt == nil } == [false, false, true])
            #expect(stored.last?.attempt == 2)
        },
        JobStoreConformance(name: "anAttemptThatLostItsLeaseStoresNoArtifact") { store in
            _ = try await store.submit(["a"])
            let worker = try await store.worker()
            let old = try await store.claimOne(worker)
            _ = try await store.lose(worker)
            let late = artifact(.model, step: 1, at: "/late")
            #expect(try await store.record(old.lease, events: [.artifact(late)]) == false)
            #expect(try await store.finish(old.lease, outcome: .succeeded(RunResult(), artifacts: [late])) == false)
            #expect(try await store.artifacts(of: old.lease.run).isEmpty)
        },
        JobStoreConformance(name: "anAttemptsEnvironmentIsKept") { store in
            _ = try await store.submit(["a"])
            let claim = try await store.claimOne(try await store.worker())
            let environment = AttemptEnvironment(
                version: "1.2.3",
                commit: "0123abc-modified",
                host: "node-7",
                operatingSystem: "Debian",
                processor: "a processor",
                cores: 16,
                device: "tpu (TPU v2)",
                threads: 2,
                precision: "bf16",
                instructions: "avx512"
            )
            #expect(try await store.record(claim.lease, events: [.environment(environment)]))
            #expect(try await store.finish(claim.lease, outcome: done))
            #expect(try await store.attempts(of: claim.lease.run).map(\.environment) == [environment])
            let history = try await store.history(of: claim.suite, metrics: [], points: 0)
            #expect(history?.runs.first?.environment == environment)
        },
        JobStoreConformance(name: "aHistoryHoldsWhatIsKnownOfEachRun") { store in
            let suite = try await store.submit(["a", "b"])
            let worker = try await store.worker()
            for name in ["a", "b"] {
                let claim = try await store.claimOne(worker)
                #expect(claim.spec.name == name)
                let points = (1...10).map { step in
                    EngineEvent.progress(
                        TrainingProgress(
                            step: step,
                            totalSteps: 10,
                            loss: Double(step),
                            learningRate: 1,
                            examplesPerSecond: 1,
                            tokensPerSecond: 1,
                            remainingSeconds: 0
                        )
                    )
                }
                #expect(try await store.record(claim.lease, events: points))
                let model = artifact(.model, step: 10, share: 1, at: "/\(name)")
                #expect(
                    try await store.finish(claim.lease, outcome: .succeeded(RunResult(score: 1), artifacts: [model]))
                )
            }
            let history = try #require(try await store.history(of: suite.suite, metrics: ["loss"], points: 4))
            #expect(history.suite.id == suite.suite)
            #expect(history.runs.map(\.record.spec.name) == ["a", "b"])
            for run in history.runs {
                #expect(run.attempts.map(\.outcome) == [.succeeded])
                #expect(run.result?.score == 1)
                #expect(run.artifact(.model)?.path == "/\(run.record.spec.name)")
                #expect(run.curves["loss"]?.map(\.step) == [1, 4, 7, 10])
            }
            let last = try #require(try await store.history(of: suite.suite, metrics: ["loss"], points: 1))
            #expect(last.runs.allSatisfy { $0.curves["loss"]?.map(\.step) == [1] })
            #expect(try await store.history(of: SuiteID(rawValue: 999), metrics: [], points: 0) == nil)
        },
    ]
}
