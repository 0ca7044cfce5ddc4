import Dispatch
import Foundation
import PodiumCPU
import PodiumCore
import PodiumGraph
import PodiumJobs
import Synchronization
import Testing

/// Whole trainings that several ranks share, each a thread of this process.
@Suite(.serialized)
struct RankTests {
    private final class Said: Sendable {
        private let events = Mutex<[EngineEvent]>([])
        func append(_ event: EngineEvent) { events.withLock { $0.append(event) } }

        var checkpoints: [Artifact] {
            events.withLock { events in
                events.compactMap { if case .artifact(let made) = $0, made.kind == .checkpoint { made } else { nil } }
            }
        }
        var losses: [Int: Double] {
            events.withLock { events in
                events.reduce(into: [:]) { if case .progress(let progress) = $1 { $0[progress.step] = progress.loss } }
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

    private static let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("PodiumBERTTests/Fixtures/tiny-bert").path

    private static func fineTuning() -> Work {
        var work = FineTuning(model: .path(model), task: .rte, seed: 4)
        work.optimization.length = .steps(8)
        // The last batch of an epoch has two sequences, fewer than there are shards.
        work.optimization.batchSize = 8
        work.trainExamples = 34
        work.optimization.learningRate = 0.01
        work.optimization.checkpointEverySteps = 3
        work.engine.maxSequenceLength = 24
        work.optimization.batchShards = 4
        work.evaluateEverySteps = 4
        work.checkpoint = .best
        return .finetune(work)
    }

    private static func pretraining() -> Work {
        var work = Pretraining(model: .preset("tiny"), corpus: .sample)
        var fresh = FreshModel(preset: "tiny")
        fresh.vocabularySize = 400
        work.start = .fresh(fresh)
        work.optimization.length = .steps(6)
        work.optimization.batchSize = 8
        work.optimization.checkpointEverySteps = 3
        work.optimization.batchShards = 4
        work.engine.maxSequenceLength = 32
        work.masking.maxPredictionsPerSequence = 5
        work.heldOutSequences = 8
        return .pretrain(work)
    }

    private struct Outcome {
        var said: Said
        /// What the first rank made; nil where it was asked to stop.
        var output: JobOutput?
        var model: String? { output?.artifacts.first { $0.kind == .model }?.sha256 }
    }

    /// One attempt by several ranks; the first is asked to stop when it has looked so often whether it should.
    private static func attempt(
        _ number: Int,
        _ work: Work,
        ranks: Int,
        in folder: String,
        checkpoints: [Artifact] = [],
        stopAfterLooks: Int? = nil
    ) throws -> Outcome {
        var spec = RunSpec(name: "shared", system: "tiny", work: work)
        spec.resources.ranks = ranks
        let lease = Lease(run: RunID(rawValue: 1), attempt: number, token: Int64(number))
        let claim = Claim(
            lease: lease,
            suite: SuiteID(rawValue: 1),
            spec: spec,
            checkpoints: checkpoints.reversed().enumerated().map { id, made in
                ArtifactRecord(id: Int64(id), run: lease.run, attempt: 1, token: 1, artifact: made, createdAt: 0)
            }
        )
        let place = "\(folder)/attempt-\(number)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let said = Said()
        let all = ThreadRanks(ranks: ranks)
        let results = Mutex<[Int: Result<JobOutput, any Error>]>([:])
        let looks = Mutex(0)
        let group = DispatchGroup()
        for rank in 0..<ranks {
            group.enter()
            Thread.detachNewThread {
                let result = Result<JobOutput, any Error> {
                    let own = ranks == 1 ? .alone : try all.group(of: rank)
                    return try Job.run(
                        JobContext(
                            assignment: EngineAssignment(claim: claim, dataDirectory: folder),
                            folder: place,
                            device: try CPUDevice(CPUConfiguration(threads: 1), shards: 4, ranks: own),
                            ranks: own,
                            say: { said.append($0) },
                            shouldStop: {
                                guard rank == 0, said.hasStarted, let stopAfterLooks else { return false }
                                return looks.withLock { looks in
                                    looks += 1
                                    return looks > stopAfterLooks
                                }
                            }
                        )
                    )
                }
                if case .failure(let error) = result, !(error is JobStopped) { all.close() }
                results.withLock { $0[rank] = result }
                group.leave()
            }
        }
        group.wait()
        var outputs: [JobOutput?] = []
        for rank in 0..<ranks {
            do {
                outputs.append(try results.withLock { $0[rank] }?.get())
            } catch is JobStopped {
                outputs.append(nil)
            }
        }
        // Only the first rank makes anything.
        #expect(outputs.dropFirst().allSatisfy { $0?.artifacts.isEmpty ?? true })
        return Outcome(said: said, output: outputs[0])
    }

    private static func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-ranks-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test func aFineTuningHasTheSameBitsOnAnyNumberOfRanks() throws {
        try Self.inFolder { folder in
            let alone = try Self.attempt(1, Self.fineTuning(), ranks: 1, in: folder)
            _ = try #require(alone.model)
            for ranks in [2, 4] {
                let shared = try Self.attempt(ranks, Self.fineTuning(), ranks: ranks, in: folder)
                #expect(shared.model == alone.model, "\(ranks) ranks")
                // Measurements are sent as time passes, those of the last step always.
                #expect(shared.said.losses[8] != nil && shared.said.losses[8] == alone.said.losses[8])
                #expect(shared.output?.result.score == alone.output?.result.score)
                #expect(shared.output?.result.checkpointChoice == alone.output?.result.checkpointChoice)
            }
        }
    }

    @Test func aPretrainingHasTheSameBitsOnAnyNumberOfRanks() throws {
        try Self.inFolder { folder in
            let alone = try Self.attempt(1, Self.pretraining(), ranks: 1, in: folder)
            _ = try #require(alone.model)
            for ranks in [2, 4] {
                let shared = try Self.attempt(ranks, Self.pretraining(), ranks: ranks, in: folder)
                #expect(shared.model == alone.model, "\(ranks) ranks")
                #expect(shared.output?.result.metrics == alone.output?.result.metrics)
            }
        }
    }

    @Test func aRunGoesOnWithAnotherNumberOfRanks() throws {
        try Self.inFolder { folder in
            let works = [(Self.fineTuning(), [(2, 4), (4, 1), (1, 2)]), (Self.pretraining(), [(4, 2)])]
            for (kind, (work, pairs)) in works.enumerated() {
                let undisturbed = try Self.attempt(1 + 10 * kind, work, ranks: 1, in: folder)
                let model = try #require(undisturbed.model)
                for (number, counts) in pairs.enumerated() {
                    let first = try Self.attempt(
                        100 * kind + 2 * number + 20,
                        work,
                        ranks: counts.0,
                        in: folder,
                        stopAfterLooks: 5
                    )
                    #expect(first.output == nil)
                    let second = try Self.attempt(
                        100 * kind + 2 * number + 21,
                        work,
                        ranks: counts.1,
                        in: folder,
                        checkpoints: first.said.checkpoints
                    )
                    #expect(try #require(second.said.resumedFrom) >= 3)
                    #expect(second.model == model, "\(counts.0) ranks, then \(counts.1)")
                }
            }
        }
    }
}
