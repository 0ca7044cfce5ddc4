import PodiumCore
import Testing

extension JobStoreConformance {
    private static func point(_ step: Int, loss: Double) -> TrainingProgress {
        TrainingProgress(
            step: step,
            totalSteps: 100,
            loss: loss,
            learningRate: 5e-5,
            examplesPerSecond: 10,
            tokensPerSecond: 300,
            remainingSeconds: 1,
            extra: ["gradient_norm": loss * 2]
        )
    }

    private static func group(_ number: Int) -> String? { number % 3 == 0 ? nil : "article \(number / 9)" }

    static let historyChecks = [
        JobStoreConformance(name: "measurementsAreTheSeriesOfAnUndisturbedRun") { store in
            _ = try await store.submit(["a"])
            let first = try await store.worker()
            let old = try await store.claimOne(first)
            let early = (1...8).map { EngineEvent.progress(point($0, loss: -1)) }
            #expect(try await store.record(old.lease, events: early))
            _ = try await store.lose(first)
            let new = try await store.claimOne(try await store.worker())
            let all = (1...10).map { EngineEvent.progress(point($0, loss: Double($0) / 3)) }
            #expect(try await store.record(new.lease, events: all))
            let points = try await store.metricPoints(of: new.lease.run, name: "loss", limit: 100)
            #expect(points == (1...10).map { MetricPoint(step: $0, value: Double($0) / 3) })
            let thinned = try await store.metricPoints(of: new.lease.run, name: "gradient_norm", limit: 4)
            #expect(thinned.map(\.step) == [1, 4, 7, 10])
            #expect(try await store.metricPoints(of: new.lease.run, name: "nothing", limit: 4) == [])
            #expect(try await store.run(new.lease.run)?.progress == point(10, loss: 10.0 / 3))
        },
        JobStoreConformance(name: "aLossThatIsNoNumberIsKept") { store in
            _ = try await store.submit(["a"])
            let claim = try await store.claimOne(try await store.worker())
            #expect(try await store.record(claim.lease, events: [.progress(point(1, loss: .nan))]))
            let points = try await store.metricPoints(of: claim.lease.run, name: "loss", limit: 10)
            #expect(points.map(\.value.isNaN) == [true])
            #expect(try await store.run(claim.lease.run)?.progress?.loss.isNaN == true)
        },
        JobStoreConformance(name: "logLinesComeInOrderAndCanBeReadOn") { store in
            _ = try await store.submit(["a"])
            let claim = try await store.claimOne(try await store.worker())
            let lines = (1...9).map { EngineEvent.log($0 == 5 ? .warning : .info, "line \($0) \u{1F600}") }
            #expect(try await store.record(claim.lease, events: lines + [.log(.error, "NUL \0 inside")]))
            let first = try await store.logLines(of: claim.lease.run, after: 0, limit: 4)
            #expect(first.map(\.message) == (1...4).map { "line \($0) \u{1F600}" })
            let last = try #require(first.last)
            let rest = try await store.logLines(of: claim.lease.run, after: last.sequence, limit: 100)
            #expect(rest.count == 6)
            #expect(rest.first?.level == .warning)
            #expect(rest.allSatisfy { $0.attempt == 1 })
        },
        JobStoreConformance(name: "aResultAndItsPredictionsComeBackUnchanged") { store in
            _ = try await store.submit(["a"])
            let claim = try await store.claimOne(try await store.worker())
            let result = RunResult(
                metrics: ["f1": 1.0 / 3, "accuracy": 0.1 + 0.2],
                score: 2.0 / 3,
                examples: 1725,
                trainedSteps: 345,
                trainingSeconds: 12.25,
                notes: ["quote \" backslash \\ line\n"]
            )
            let predictions = (0..<3000).map {
                ExamplePrediction(
                    split: $0 % 2 == 0 ? .devMatched : .devMismatched,
                    example: "\($0)",
                    prediction: "entailment",
                    gold: "",
                    score: Double($0) / 7,
                    group: group($0)
                )
            }
            #expect(try await store.finish(claim.lease, outcome: .succeeded(result, predictions: predictions)))
            #expect(try await store.result(of: claim.lease.run) == result)
            #expect(try await store.predictions(of: claim.lease.run) == predictions)
            let run = try await store.run(claim.lease.run)
            #expect(run?.state == .succeeded)
            #expect(run?.startedAt != nil && run?.endedAt != nil)
            #expect(try await store.runs(suite: claim.suite, includingTerminal: false).isEmpty)
            #expect(try await store.runs(suite: claim.suite, includingTerminal: true).count == 1)
        },
        JobStoreConformance(name: "aSpecComesBackUnchanged") { store in
            let suite = try await store.submit(["a"]) {
                var work = FineTuning(model: .path("/models/ü"), task: .squadV2, seed: .max)
                work.optimization.learningRate = 3e-5
                work.optimization.length = .seconds(1.5)
                work.examples.form = .passages(SpanOptions())
                $0.work = .finetune(work)
                $0.resources.memory = 4 << 30
            }
            let claim = try await store.claimOne(try await store.worker())
            #expect(claim.suite == suite.suite)
            let work = try #require(claim.spec.work.fineTuning)
            #expect(work.seed == .max)
            #expect(work.optimization.learningRate == 3e-5)
            #expect(work.optimization.length == .seconds(1.5))
            #expect(work.model == .path("/models/ü"))
            #expect(try await store.run(claim.lease.run)?.spec == claim.spec)
        },
    ]
}
