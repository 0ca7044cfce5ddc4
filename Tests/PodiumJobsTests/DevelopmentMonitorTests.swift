import Foundation
import PodiumCPU
import PodiumCore
import PodiumGraph
import PodiumJobs
import Synchronization
import Testing

/// Looks at the development set on the way, through whole fine-tunings on the sample.
struct DevelopmentMonitorTests {
    private final class Said: Sendable {
        private let events = Mutex<[EngineEvent]>([])
        func append(_ event: EngineEvent) { events.withLock { $0.append(event) } }

        var artifacts: [Artifact] {
            events.withLock { events in events.compactMap { if case .artifact(let made) = $0 { made } else { nil } } }
        }
        var logs: [String] {
            events.withLock { events in events.compactMap { if case .log(_, let text) = $0 { text } else { nil } } }
        }
    }

    private final class Counter: Sendable {
        private let count = Atomic(0)
        func next() -> Int { count.add(1, ordering: .relaxed).newValue }
    }

    private static let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("PodiumBERTTests/Fixtures/tiny-bert").path

    private static func work(_ change: (inout FineTuning) -> Void) -> FineTuning {
        var work = FineTuning(model: .path(model), task: .rte, seed: 4)
        work.optimization.length = .steps(12)
        work.optimization.batchSize = 8
        work.optimization.learningRate = 0.01
        work.optimization.checkpointEverySteps = 5
        work.engine.maxSequenceLength = 24
        work.trainExamples = 60
        work.evaluateEverySteps = 2
        change(&work)
        return work
    }

    /// One attempt; asked to stop when it has looked so often whether it should.
    private static func attempt(
        _ number: Int,
        _ work: FineTuning,
        in folder: String,
        checkpoints: [Artifact] = [],
        stopAfterLooks: Int? = nil,
        crashAtStep: Int? = nil
    ) async throws -> (said: Said, output: JobOutput?) {
        let lease = Lease(run: RunID(rawValue: 1), attempt: number, token: Int64(number))
        let claim = Claim(
            lease: lease,
            suite: SuiteID(rawValue: 1),
            spec: RunSpec(name: "rte", system: "tiny", work: .finetune(work)),
            checkpoints: checkpoints.reversed().enumerated().map { id, made in
                ArtifactRecord(id: Int64(id), run: lease.run, attempt: 1, token: 1, artifact: made, createdAt: 0)
            }
        )
        let place = "\(folder)/attempt-\(number)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let said = Said()
        let looks = Counter()
        let context = JobContext(
            assignment: EngineAssignment(claim: claim, dataDirectory: folder),
            folder: place,
            device: CrashingDevice(try CPUDevice(CPUConfiguration(threads: 1)), atStep: crashAtStep),
            say: { said.append($0) },
            shouldStop: { stopAfterLooks.map { looks.next() > $0 } ?? false }
        )
        do {
            return (said, try Job.run(context))
        } catch is JobStopped {
            return (said, nil)
        } catch let error as GraphError where error.message == CrashingDevice.message {
            return (said, nil)
        }
    }

    /// Fine-tunings whose layers learn one after the other, at rates of their own, with parts and looks.
    @Test(arguments: [nil, Unfreezing.gradual])
    func aFineTuningThatIsKilledAtTwentyStepsComesToTheSameBits(unfreeze: Unfreezing?) async throws {
        try await Self.inFolder { folder in
            let work = Self.work {
                $0.optimization.length = .steps(72)
                $0.optimization.checkpointEverySteps = 3
                $0.optimization.layerDecay = 0.8
                $0.evaluateEverySteps = 30
                $0.checkpoint = .best
                $0.microBatchSize = unfreeze == nil ? 3 : nil
                $0.head = .bilstm
                $0.unfreeze = unfreeze
            }
            let undisturbed = try await Self.attempt(1, work, in: folder)
            var saved: [Artifact] = []
            var generator = Generator(seed: 2, purpose: "kills")
            for number in 2..<22 {
                let step = 1 + generator.index(below: 5)
                let run = try await Self.attempt(number, work, in: folder, checkpoints: saved, crashAtStep: step)
                #expect(run.output == nil)
                saved += run.said.artifacts.filter { $0.kind == .checkpoint }
            }
            #expect(saved.compactMap(\.step).max() ?? 0 > 20)
            let last = try await Self.attempt(22, work, in: folder, checkpoints: saved)
            let (ours, wanted) = (try #require(last.output), try #require(undisturbed.output))
            #expect(ours.result.score == wanted.result.score)
            func hash(_ output: JobOutput) -> String? { output.artifacts.first { $0.kind == .model }?.sha256 }
            #expect(hash(ours) != nil && hash(ours) == hash(wanted))
        }
    }

    private static func inFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-dev-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    /// Scores by step, as the log has them.
    private func looks(_ said: Said) -> [Int: Double] {
        var scores: [Int: Double] = [:]
        for line in said.logs {
            guard let match = line.wholeMatch(of: /development score at step (\d+): (.*)/), let step = Int(match.1)
            else {
                continue
            }
            scores[step] = Double(match.2)
        }
        return scores
    }

    @Test func theBestModelIsKeptAndPredicts() async throws {
        try await Self.inFolder { folder in
            let (said, output) = try await Self.attempt(1, Self.work { $0.checkpoint = .best }, in: folder)
            let result = try #require(output?.result)
            let scores = looks(said)
            #expect(scores.keys.sorted() == [2, 4, 6, 8, 10, 12])
            let best = try #require(scores.values.max())
            let choice = try #require(result.checkpointChoice)
            // The first of equals, and what it scored is what the run's predictions score.
            #expect(choice.step == scores.filter { $0.value == best }.keys.min())
            #expect(choice.isBest && choice.looks == 6 && choice.stoppedAt == nil)
            #expect(result.score == best)
            #expect(result.notes.contains { $0.contains("checkpoint of step \(choice.step), the best of 6") })
            let model = try #require(output?.artifacts.first { $0.kind == .model })
            #expect(model.step == choice.step)
            // Nothing of the models on the way is left.
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/attempt-1/snapshots")
            #expect(left.isEmpty)
        }
    }

    @Test func trainingEndsWhenNothingGetsBetter() async throws {
        try await Self.inFolder { folder in
            // A rate of almost nothing changes no prediction: the first look stays the best.
            let work = Self.work {
                $0.optimization.learningRate = 1e-12
                $0.earlyStopping = 2
            }
            let (_, output) = try await Self.attempt(1, work, in: folder)
            let result = try #require(output?.result)
            #expect(result.trainedSteps == 6)
            #expect(result.checkpointChoice == CheckpointChoice(step: 6, looks: 3, isBest: false, stoppedAt: 6))
        }
    }

    @Test func aRunThatWasInterruptedKeepsTheSameModel() async throws {
        try await Self.inFolder { folder in
            let work = Self.work {
                $0.checkpoint = .best
                $0.earlyStopping = 4
            }
            let whole = try await Self.attempt(1, work, in: folder)
            let stopped = try await Self.attempt(2, work, in: folder, stopAfterLooks: 11)
            #expect(stopped.output == nil)
            let made = stopped.said.artifacts.filter { $0.kind == .checkpoint }
            #expect(!made.isEmpty)
            let resumed = try await Self.attempt(3, work, in: folder, checkpoints: made)
            #expect(resumed.output?.result.checkpointChoice == whole.output?.result.checkpointChoice)
            #expect(resumed.output?.result.score == whole.output?.result.score)
            let hashes = [whole, resumed].map { $0.output?.artifacts.first { $0.kind == .model }?.sha256 }
            #expect(hashes[0] == hashes[1])
        }
    }

    @Test func partsOfABatchTrainAsTheWholeOne() async throws {
        try await Self.inFolder { folder in
            let whole = try await Self.attempt(1, Self.work { $0.optimization.learningRate = 1e-4 }, in: folder)
            let parts = try await Self.attempt(
                2,
                Self.work {
                    $0.optimization.learningRate = 1e-4
                    $0.microBatchSize = 3
                },
                in: folder
            )
            let scores = try [whole, parts].map { try #require($0.output?.result.score) }
            #expect(abs(scores[0] - scores[1]) <= 0.02)
            #expect(parts.output?.result.trainedSteps == 12)
        }
    }
}
