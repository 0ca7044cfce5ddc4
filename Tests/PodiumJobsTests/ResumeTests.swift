import Foundation
import PodiumCPU
import PodiumCore
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

    /// Runs one attempt; it is asked to stop when it has looked so often whether it should, which is once a step.
    private func attempt(
        _ number: Int,
        in folder: Folder,
        checkpoints: [Artifact] = [],
        snapshots: [ArtifactSelector] = [],
        stopAfterLooks: Int? = nil
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
            device: try CPUDevice(CPUConfiguration(threads: 1)),
            say: { said.append($0) },
            shouldStop: { looks.next() > stopAfterLooks ?? .max }
        )
        do {
            return (said, try await Job.run(context))
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
