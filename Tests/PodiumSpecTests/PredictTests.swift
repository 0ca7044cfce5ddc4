import Foundation
import PodiumCore
import PodiumSpec
import Testing

/// `predict:` of a job file.
struct PredictTests {
    private static func read(_ text: String) throws -> Submission {
        let reader = SpecReader(
            file: "job.yaml",
            folder: "/jobs",
            home: "/home/ada",
            modelNames: ["minilm-l6"],
            presets: ["tiny"]
        )
        return try reader.submission(from: "name: s\nmodel: minilm-l6\n" + text)
    }

    @Test func theDiagnosticSetIsForRunsOfMNLI() throws {
        let submission = try Self.read("kind: suite\ntasks: [glue/MRPC, glue/MNLI]\npredict: [ax, test, dev]")
        let examples = submission.runs.compactMap(\.spec.work.examples)
        #expect(examples.map(\.predict) == [[.dev, .test], [.dev, .test, .ax]])
        #expect(examples[1].unscoredSets.map(\.split) == [.testMatched, .testMismatched, .diagnostic])
        #expect(examples[1].unscoredSets.last?.task == .ax)
    }

    @Test func theRunsKeepItInTheirJSON() throws {
        let spec = try #require(Self.read("kind: finetune\ntask: MRPC\npredict: [dev, test]").runs.first?.spec)
        let json = try JSONEncoder().encode(spec)
        #expect(try JSONDecoder().decode(RunSpec.self, from: json) == spec)
        #expect(String(decoding: json, as: UTF8.self).contains(#""predict":["dev","test"]"#))
        let plain = try #require(Self.read("kind: finetune\ntask: MRPC").runs.first?.spec)
        #expect(plain.work.examples?.predict == [.dev])
    }

    @Test(arguments: [
        ("kind: finetune\ntask: MRPC\npredict: [test]", "must have dev"),
        ("kind: finetune\ntask: MRPC\npredict: [dev, ax]", "glue/MNLI"),
        ("kind: finetune\ntask: MRPC\npredict: [dev, dev]", "twice"),
        ("kind: finetune\ntask: MRPC\npredict: [dev, tset]", "did you mean \"test\""),
        ("kind: pretrain\npredict: [dev]", "no key \"predict\""),
    ])
    func whatCannotBePredictedIsRefused(text: String, reason: String) {
        let error = #expect(throws: SpecError.self) { try Self.read(text) }
        #expect(error?.message.contains(reason) == true, "\(error?.description ?? "")")
    }
}
