import PodiumCore
import Testing

extension JobStoreConformance {
    static let deletionChecks = [
        JobStoreConformance(name: "aSuiteThatIsOverCanBeDeleted") { store in
            let suite = try await store.submit(runs: [
                ("a", []), ("b", [Dependency(parent: "a", condition: .afterSuccess)]),
            ])
            let other = try await store.submit(["other"])
            let worker = try await store.worker()
            let claim = try await store.claimOne(worker)
            let model = Artifact(
                kind: .model,
                step: 1,
                path: "/m",
                sha256: String(repeating: "1", count: 64),
                bytes: 77
            )
            let prediction = ExamplePrediction(split: .dev, example: "1", prediction: "0", gold: "0", score: 1)
            #expect(try await store.record(claim.lease, events: [.log(.info, "line")]))
            #expect(
                try await store.finish(
                    claim.lease,
                    outcome: .succeeded(RunResult(score: 1), artifacts: [model], predictions: [prediction])
                )
            )
            let b = try #require(suite.runs["b"])
            _ = try await store.cancel([b])
            let all = suite.runs.values.sorted()
            let rehearsal = try await store.delete(all, isRehearsal: true)
            #expect(rehearsal.runs == all && rehearsal.suites == [suite.suite] && rehearsal.kept.isEmpty)
            #expect(rehearsal.artifacts.map(\.artifact) == [model])
            #expect(try await store.result(of: claim.lease.run) != nil)

            #expect(try await store.delete(all, isRehearsal: false) == rehearsal)
            #expect(try await store.suites().map(\.id) == [other.suite])
            #expect(try await store.run(claim.lease.run) == nil)
            #expect(try await store.result(of: claim.lease.run) == nil)
            #expect(try await store.artifacts(of: claim.lease.run).isEmpty)
            // Of what was there the feed keeps nothing but that it is gone.
            let told = try await store.feed(2).filter { $0.suite == suite.suite }
            #expect(told.map(\.kind) == [.deleted] && told.allSatisfy { $0.run == nil && $0.reason == "2" })
            #expect(try await store.drain(worker) == ["other"])
            // Numbers are not given twice.
            #expect(try await store.submit(["next"]).suite > other.suite)
        },
        JobStoreConformance(name: "runsThatAreNotOverAreKept") { store in
            let suite = try await store.submit(["a", "b"])
            let claim = try await store.claimOne(try await store.worker())
            let all = suite.runs.values.sorted()
            let deletion = try await store.delete(all, isRehearsal: false)
            #expect(deletion.runs.isEmpty && deletion.suites.isEmpty)
            #expect(deletion.kept.map(\.reason) == ["it is running: cancel it first", "it is ready: cancel it first"])
            #expect(try await store.finish(claim.lease, outcome: done))
            let rest = try await store.delete(all, isRehearsal: false)
            #expect(rest.runs == [claim.lease.run] && rest.suites.isEmpty)
        },
        JobStoreConformance(name: "whatOthersRestOnIsKept") { store in
            let start = RunSpec(name: "start", system: "tiny", work: .pretrain(Pretraining(model: .preset("tiny"))))
            let tuning = FineTuning(model: .run("start", checkpoint: .last), task: .mrpc)
            let tune = RunSpec(name: "tune", system: "tiny", work: .finetune(tuning))
            let suite = try await store.submit(
                Submission(
                    name: "suite",
                    kind: .suite,
                    source: "",
                    runs: [
                        PlannedRun(spec: start),
                        PlannedRun(spec: tune, dependencies: [Dependency(parent: "start", condition: .afterSuccess)]),
                    ]
                )
            )
            let worker = try await store.worker()
            let parent = try await store.claimOne(worker)
            let model = Artifact(
                kind: .model,
                step: 1,
                path: "/m",
                sha256: String(repeating: "1", count: 64),
                bytes: 77
            )
            #expect(try await store.finish(parent.lease, outcome: .succeeded(RunResult(), artifacts: [model])))
            let tuned = try #require(suite.runs["tune"])
            var deletion = try await store.delete([parent.lease.run], isRehearsal: false)
            #expect(deletion.kept.map(\.reason) == ["run \(tuned) waits for it"])
            #expect(try await store.drain(worker) == ["tune"])
            deletion = try await store.delete([parent.lease.run], isRehearsal: false)
            #expect(deletion.kept.map(\.reason) == ["run \(tuned) was made from its model"])
            deletion = try await store.delete([parent.lease.run, tuned], isRehearsal: false)
            #expect(deletion.runs == [parent.lease.run, tuned] && deletion.suites == [suite.suite])
        },
    ]
}
