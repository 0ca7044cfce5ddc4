import Foundation
import PodiumCPU
import PodiumCore
import PodiumJobs
import Synchronization
import Testing

/// What a run says of training examples that its data has but that nobody can learn from.
struct LeftOutExamplesTests {
    private static let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("PodiumBERTTests/Fixtures/tiny-bert").path

    private static func squad(_ offsets: [Int]) -> String {
        let questions = offsets.enumerated().map { number, offset in
            #"{"id": "q\#(number)", "question": "b", "answers": [{"text": "cat", "answer_start": \#(offset)}]}"#
        }
        let list = questions.joined(separator: ", ")
        return
            #"{"version": "1.1", "data": [{"title": "t", "paragraphs": [{"context": "a cat sat", "qas": [\#(list)]}]}]}"#
    }

    /// Trains for a step on questions whose answers are said to stand at these offsets; the answer stands at 2.
    private func warnings(training offsets: [Int]) throws -> [String] {
        let folder = "/tmp/podium-left-out-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: "\(folder)/out", withIntermediateDirectories: true)
        for (split, offsets) in [("train", offsets), ("dev", [2])] {
            try Self.squad(offsets).write(toFile: "\(folder)/\(split)-v1.1.json", atomically: true, encoding: .utf8)
        }
        var work = FineTuning(model: .path(Self.model), task: .squadV1, data: .root(folder))
        work.optimization.length = .steps(1)
        work.optimization.batchSize = 2
        work.engine.maxSequenceLength = 24
        let claim = Claim(
            lease: Lease(run: RunID(rawValue: 1), attempt: 1, token: 1),
            suite: SuiteID(rawValue: 1),
            spec: RunSpec(name: "run", system: "s", work: .finetune(work))
        )
        let said = Mutex<[String]>([])
        let context = JobContext(
            assignment: EngineAssignment(claim: claim, dataDirectory: folder),
            folder: "\(folder)/out",
            device: try CPUDevice(CPUConfiguration(threads: 1)),
            say: { event in
                if case .log(.warning, let text) = event { said.withLock { $0.append(text) } }
            },
            shouldStop: { false }
        )
        _ = try Job.run(context)
        return said.withLock { $0 }
    }

    @Test func theyAreCountedInTheLog() throws {
        let text = "train-v1.1.json: 2 questions left out of training"
        #expect(try warnings(training: [2, 900, 2, 9_223_372_036_854_775_807]).contains { $0.contains(text) })
        #expect(try !warnings(training: [2, 2]).contains { $0.contains("left out of training") })
    }

    @Test func aRunWithoutAnyOtherFailsAndSaysWhy() {
        #expect {
            try warnings(training: [900, 900])
        } throws: { error in
            "\(error)".contains("no training example is left to learn from: ")
                && "\(error)".contains(
                    "2 questions left out of training: the answer does not stand at its answer_start"
                )
        }
    }
}
