import Foundation
import PodiumCPU
import PodiumCore
import PodiumGraph
import PodiumJobs
import Synchronization
import Testing

/// What an attempt goes on from, and what it leaves for others on the way.
struct ResumeTests {
    /// A folder with a text to pre-train on; gone with the test.
    private final class Folder {
        let path = "/tmp/podium-resume-\(UUID().uuidString.prefix(8))"

        init() throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try write("first")
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        var corpus: String { "\(path)/text.txt" }

        func write(_ word: String) throws {
            let document = (1...12).map { "The \(word) sentence number \($0) tells of rivers and of banks." }
            let text = Array(repeating: document.joined(separator: "\n"), count: 6).joined(separator: "\n\n")
            try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: corpus))
        }
    }

    private final class Said: Sendable {
        private let events = Mutex<[EngineEvent]>([])
        func append(_ event: EngineEvent) { events.withLock { $0.append(event) } }

        var artifacts: [Artifact] {
            events.withLock { events in events.compactMap { if case .artifact(let made) = $0 { made } else { nil } } }
        }
        var warnings: [String] {
            events.withLock { events in
                events.compactMap { if case .log(.warning, let text) = $0 { text } else { nil } }
            }
        }
        /// By name, the steps and values of a measurement.
        func measurements(_ name: String) -> [(step: Int, value: Double)] {
            events.withLock { events in
                events.compactMap { event in
                    guard case .progress(let progress) = event, let value = progress.extra[name] else { return nil }
                    return (progress.step, value)
                }
            }
        }
        var hasStarted: Bool {
            events.withLock { $0.contains { if case .started = $0 { true } else { false } } }
        }
        var resumedFrom: Int? {
            events.withLock { events in
                events.compactMap { if case .started(_, _, let step) = $0 { step } else { nil } }.first
            }
        }
    }

    private final class Counter: Sendable {
        private let count = Atomic(0)
        func next() -> Int { count.add(1, ordering: .relaxed).newValue }
    }

    /// Runs one attempt; it is asked to stop when training has looked so often whether it should, which is once a step.
    private func attempt(
        _ number: Int,
        in folder: Folder,
        checkpoints: [Artifact] = [],
        snapshots: [ArtifactSelector] = [],
        stopAfterLooks: Int? = nil,
        crashAtStep: Int? = nil,
        _ change: (inout Pretraining) -> Void = { _ in }
    ) async throws -> (said: Said, output: JobOutput?) {
        var work = Pretraining(model: .preset("tiny"), corpus: .files([folder.corpus]))
        var model = FreshModel(preset: "tiny")
        model.vocabularySize = 120
        work.start = .fresh(model)
        work.optimization.length = .steps(12)
        work.optimization.batchSize = 4
        work.optimization.checkpointEverySteps = 4
        work.engine.maxSequenceLength = 32
        work.masking.maxPredictionsPerSequence = 5
        change(&work)
        let spec = RunSpec(name: "start", system: "tiny", work: .pretrain(work))
        let lease = Lease(run: RunID(rawValue: 1), attempt: number, token: Int64(number))
        let claim = Claim(
            lease: lease,
            suite: SuiteID(rawValue: 1),
            spec: spec,
            checkpoints: checkpoints.enumerated().map { id, made in
                ArtifactRecord(id: Int64(id), run: lease.run, attempt: 1, token: 1, artifact: made, createdAt: 0)
            },
            snapshots: snapshots
        )
        let place = "\(folder.path)/attempt-\(number)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let said = Said()
        let looks = Counter()
        let context = JobContext(
            assignment: EngineAssignment(claim: claim, dataDirectory: folder.path),
            folder: place,
            device: CrashingDevice(try CPUDevice(CPUConfiguration(threads: 1)), atStep: crashAtStep),
            say: { said.append($0) },
            shouldStop: { said.hasStarted && looks.next() > stopAfterLooks ?? .max }
        )
        do {
            return (said, try Job.run(context))
        } catch let error as GraphError where error.message == CrashingDevice.message {
            return (said, nil)
        } catch is JobStopped {
            return (said, nil)
        }
    }

    @Test func anAttemptGoesOnFromTheNewestCheckpointThatIsWhole() async throws {
        let folder = try Folder()
        let undisturbed = try await attempt(1, in: folder)
        let first = try await attempt(2, in: folder, stopAfterLooks: 7)
        #expect(first.output == nil)
        let saved = first.said.artifacts.filter { $0.kind == .checkpoint }
        let newest = try #require(saved.last)
        #expect(newest.step ?? 0 > 4)
        #expect(newest.share == Double(newest.step ?? 0) / 12)

        let second = try await attempt(3, in: folder, checkpoints: saved.reversed())
        #expect(second.said.resumedFrom == newest.step)
        let model = try #require(second.output?.artifacts.first { $0.kind == .model })
        #expect(model.sha256 == undisturbed.output?.artifacts.first { $0.kind == .model }?.sha256)
        #expect(model.step == 12 && model.share == 1)

        // The newest is damaged: the one before it will do.
        try Data([0]).write(to: URL(fileURLWithPath: newest.path))
        let third = try await attempt(4, in: folder, checkpoints: saved.reversed())
        #expect(third.said.resumedFrom == 4)
        #expect(third.said.warnings.first?.contains("missing or damaged") == true)
        #expect(third.output?.artifacts.first { $0.kind == .model }?.sha256 == model.sha256)
    }

    @Test func aCheckpointOfOtherInputIsNotGoneOnFrom() async throws {
        let folder = try Folder()
        let first = try await attempt(1, in: folder, stopAfterLooks: 7)
        let saved = first.said.artifacts.filter { $0.kind == .checkpoint }
        try folder.write("second")
        let second = try await attempt(2, in: folder, checkpoints: saved.reversed())
        #expect(second.said.resumedFrom == nil)
        #expect(second.said.warnings.first?.contains("different now: data file text.txt") == true)
        let fresh = try await attempt(3, in: folder)
        #expect(second.output?.artifacts.last?.sha256 == fresh.output?.artifacts.last?.sha256)
    }

    /// A budget of about eighty steps, of which phases take their shares.
    private static func budget(_ work: inout Pretraining) {
        work.optimization.length = .flops(2.4e10)
        work.optimization.checkpointEverySteps = 3
        work.checkpointsAt = [0.25, 0.5, 1]
        work.heldOutShare = 0.3
        work.phases = [
            PretrainingPhase(maxSequenceLength: 16, maxPredictionsPerSequence: 3, batchSize: 8, fraction: 0.7),
            PretrainingPhase(maxSequenceLength: 32, maxPredictionsPerSequence: 5, batchSize: 4, fraction: 0.3),
        ]
    }

    @Test func aKilledTrainingSpendsExactlyTheRestOfItsBudget() async throws {
        let folder = try Folder()
        let undisturbed = try await attempt(1, in: folder, Self.budget)
        let steps = try #require(undisturbed.output?.result.trainedSteps)
        try #require(steps > 65)
        // Killed at twenty steps, each up to five beyond the checkpoint that the attempt goes on from.
        var saved: [Artifact] = []
        var generator = Generator(seed: 1, purpose: "kills")
        for number in 2..<22 {
            let step = 1 + generator.index(below: 5)
            let run = try await attempt(
                number,
                in: folder,
                checkpoints: saved.reversed(),
                crashAtStep: step,
                Self.budget
            )
            #expect(run.output == nil)
            saved += run.said.artifacts.filter { $0.kind == .checkpoint }
        }
        #expect(saved.count > 5)
        let last = try await attempt(22, in: folder, checkpoints: saved.reversed(), Self.budget)
        #expect(last.said.resumedFrom ?? 0 > 15)
        let output = try #require(last.output)
        #expect(output.result.trainedSteps == steps)
        #expect(output.result.trainingFlops == undisturbed.output?.result.trainingFlops)
        #expect(output.result.metrics == undisturbed.output?.result.metrics)
        #expect(output.artifacts.last?.sha256 == undisturbed.output?.artifacts.last?.sha256)
        // The step that reaches the budget is the last.
        let spent = try #require(output.result.trainingFlops)
        #expect(spent >= 2.4e10 && spent < 2.4e10 * (1 + 2 / Double(steps)))
    }

    @Test func aBudgetKeepsModelsAtSharesOfIt() async throws {
        let folder = try Folder()
        let run = try await attempt(1, in: folder, Self.budget)
        let kept = run.said.artifacts.filter { $0.kind == .model }.compactMap(\.share)
        #expect(kept.count == 2 && kept.first.map { (0.25...0.3).contains($0) } == true)
        #expect(kept.last.map { (0.5...0.55).contains($0) } == true)
        #expect(run.output?.artifacts.last?.share == 1)
        // Both phases had their share: sequences became longer for the last three tenths.
        let perplexities = run.said.measurements("heldout_perplexity")
        #expect(perplexities.count >= 10 && perplexities.map(\.step) == perplexities.map(\.step).sorted())
        #expect(run.output?.result.metrics["heldout_perplexity"] == perplexities.last?.value)
        for name in ["heldout_mlm_accuracy", "heldout_nsp_accuracy", "heldout_unigram_perplexity"] {
            #expect(run.output?.result.metrics[name] != nil, "\(name)")
        }
    }

    @Test func allRunsPrepareTheSameShardsOnce() async throws {
        let folder = try Folder()
        let first = try await attempt(1, in: folder)
        let root = "\(folder.path)/pretraining"
        let names = try FileManager.default.contentsOfDirectory(atPath: root)
        #expect(names.count == 1)
        // Prepared examples train the same model as the text that they are made of.
        let second = try await attempt(2, in: folder) { $0.corpus = .shards("\(root)/\(names[0])") }
        #expect(second.output?.artifacts.last?.sha256 == first.output?.artifacts.last?.sha256)
        let refused = await #expect(throws: JobError.self) {
            try await attempt(3, in: folder) { work in
                work.corpus = .shards("\(root)/\(names[0])")
                work.engine.maxSequenceLength = 64
            }
        }
        #expect(refused?.message.contains("training: {maxSequenceLength: 32}") == true, "\(refused as Any)")
    }

    @Test(
        arguments: [
            (PodiumCore.Architecture.bidirectional, [PretrainingObjective.maskedTokens]), (.leftToRight, [.nextToken]),
            (.leftToRight, [.nextToken, .nextSentence]), (.shallowBidirectional, [.nextToken]),
            (.contextFree, [.maskedTokens]),
        ]
    )
    func everyArchitectureSpendsABudgetOnItsObjectives(
        architecture: PodiumCore.Architecture,
        objectives: [PretrainingObjective]
    ) async throws {
        let folder = try Folder()
        let run = try await attempt(1, in: folder) { work in
            Self.budget(&work)
            work.optimization.length = .flops(6e9)
            work.optimization.learningRate = 1e-3
            if case .fresh(var model) = work.start {
                model.architecture = architecture
                work.start = .fresh(model)
            }
            work.objectives = objectives
        }
        let result = try #require(run.output?.result)
        #expect(result.trainingFlops ?? 0 >= 6e9)
        let name = objectives.contains(.nextToken) ? "lm" : "mlm"
        #expect(result.metrics["heldout_\(name)_loss"] != nil && result.metrics["heldout_perplexity"] != nil)
        #expect((result.metrics["heldout_nsp_accuracy"] != nil) == objectives.contains(.nextSentence))
        let perplexities = run.said.measurements("heldout_perplexity").map(\.value)
        #expect(try #require(perplexities.last) < perplexities[0], "\(perplexities)")
    }

    @Test func modelsOnTheWayAreKeptForWhoStartsFromThem() async throws {
        let folder = try Folder()
        let plain = try await attempt(1, in: folder)
        let run = try await attempt(
            2,
            in: folder,
            snapshots: [.share(atLeast: 0.5), .step(atLeast: 9), .share(atLeast: 1)]
        )
        let kept = run.said.artifacts.filter { $0.kind == .model }
        #expect(kept.map(\.step) == [6, 9])
        #expect(kept.map(\.share) == [0.5, 0.75])
        for made in kept { #expect(FileManager.default.fileExists(atPath: "\(made.path)/config.json")) }
        // Looking on changes nothing.
        #expect(run.output?.artifacts.first?.sha256 == plain.output?.artifacts.first?.sha256)
    }
}
