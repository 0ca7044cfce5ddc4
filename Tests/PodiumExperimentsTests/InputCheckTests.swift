import Foundation
import PodiumCore
import PodiumExperiments
import PodiumTestSupport
import Testing

/// What is found wrong with a submission's data and models before it is queued.
struct InputCheckTests {
    /// A folder with data and a model, changed by a test.
    private final class Inputs {
        private let own: TestFolder
        var folder: String { own.path }

        init() throws {
            own = try TestFolder()
            try write("data/MRPC/train.tsv", "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t1\t2\ta b\tb a\n")
            try write("data/MRPC/dev.tsv", "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n0\t1\t2\ta b\tc\n")
            for split in ["train", "dev"] {
                try write("data/\(split)-v1.1.json", Self.squad(impossible: false, version: "1.1"))
                try write("data/\(split)-v2.0.json", Self.squad(impossible: true, version: "v2.0"))
            }
            try write("model/config.json", "{}")
            try write("model/vocab.txt", "[PAD]\n[UNK]\n")
            try write("model/model.safetensors", "")
        }

        func write(_ name: String, _ text: String) throws { try own.write(name, text) }

        static func squad(impossible: Bool, version: String) -> String {
            let answers = impossible ? "[]" : #"[{"text": "Ada", "answer_start": 0}]"#
            return #"{"version": "\#(version)", "data": [{"title": "t", "paragraphs": [{"context": "Ada wrote it.", "#
                + #""qas": [{"id": "q", "question": "Who?", "is_impossible": \#(impossible), "answers": \#(answers)}]}]}]}"#
        }

        func findings(
            _ task: BenchmarkTask,
            length: Int = 128,
            data: String = "data",
            model: ModelReference? = nil,
            isLocal: Bool = true,
            refusal: String? = nil
        ) -> InputCheck.Findings {
            var work = FineTuning(
                model: model ?? .path("\(folder)/model"),
                task: task,
                data: .root("\(folder)/\(data)")
            )
            work.engine.maxSequenceLength = length
            return findings(
                [RunSpec(name: "run", system: "s", work: .finetune(work))],
                isLocal: isLocal,
                refusal: refusal
            )
        }

        func findings(
            _ specs: [RunSpec],
            isLocal: Bool = true,
            refusal: String? = nil
        ) -> InputCheck.Findings {
            let submission = Submission(
                name: "s",
                kind: .suite,
                source: "",
                runs: specs.map { PlannedRun(spec: $0) }
            )
            return InputCheck(
                dataDirectory: folder,
                isLocal: isLocal,
                positions: { _ in
                    guard let refusal else { return 512 }
                    throw ExperimentError(.invalidRequest, refusal)
                },
                folder: { _ in nil }
            ).findings(submission)
        }
    }

    @Test(arguments: [BenchmarkTask.mrpc, .squadV1, .squadV2])
    func goodInputsAreFine(task: BenchmarkTask) throws {
        let inputs = try Inputs()
        let found = inputs.findings(task, length: 384)
        #expect(found.problems.isEmpty && found.notices.isEmpty, "\(found)")
    }

    @Test func aFileOfTheOtherSQuADIsRefused() throws {
        let inputs = try Inputs()
        try inputs.write("data/dev-v1.1.json", Inputs.squad(impossible: true, version: "v2.0"))
        #expect(inputs.findings(.squadV1).problems.map { $0.contains("dev-v1.1.json: 1 of 1 questions") } == [true])
        try inputs.write("data/train-v2.0.json", Inputs.squad(impossible: false, version: "1.1"))
        #expect(inputs.findings(.squadV2).problems.map { $0.contains("train-v2.0.json: every question") } == [true])
        // A part of v2.0 may have no such question.
        try inputs.write("data/train-v2.0.json", Inputs.squad(impossible: false, version: "v2.0"))
        #expect(inputs.findings(.squadV2).problems.isEmpty)
    }

    @Test func missingFilesColumnsAndLabelsAreSaid() throws {
        let inputs = try Inputs()
        #expect(inputs.findings(.rte).problems.count == 2)
        try inputs.write("data/MRPC/dev.tsv", "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n7\t1\t2\ta\tb\n")
        #expect(inputs.findings(.mrpc).problems.map { $0.contains("dev.tsv:2:1") } == [true])
        try inputs.write("data/MRPC/train.tsv", "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n")
        #expect(inputs.findings(.mrpc).problems.map { $0.contains("train.tsv") } == [true, false])
    }

    @Test func theModelsFilesAndPositionsAreLookedAt() throws {
        let inputs = try Inputs()
        #expect(inputs.findings(.mrpc, length: 512).problems.isEmpty)
        #expect(inputs.findings(.mrpc, length: 513).problems.first?.contains("has 512 positions") == true)
        #expect(inputs.findings(.mrpc, refusal: "six layers, not one").problems == ["six layers, not one"])
        try FileManager.default.removeItem(atPath: inputs.folder + "/model/vocab.txt")
        #expect(inputs.findings(.mrpc).problems.first?.contains("no vocabulary there; looked for vocab.txt") == true)
        #expect(inputs.findings(.mrpc, model: .preset("tiny")).problems.first?.contains("pre-train it first") == true)
    }

    @Test func aRunsModelHasThePositionsOfWhatItStartedFrom() throws {
        let inputs = try Inputs()
        var work = FineTuning(model: .run("p", checkpoint: .last), task: .mrpc)
        work.engine.maxSequenceLength = 600
        let parent = RunSpec(name: "p", system: "p", work: .pretrain(Pretraining(model: .preset("tiny"))))
        let found = inputs.findings([parent, RunSpec(name: "run", system: "s", work: .finetune(work))])
        #expect(found.problems.map { $0.contains("run p has 512 positions") } == [true])
    }

    @Test func whatLiesOnAnotherMachineIsNotRefused() throws {
        let inputs = try Inputs()
        #expect(inputs.findings(.mrpc, data: "elsewhere").problems.count == 2)
        let far = inputs.findings(.mrpc, data: "elsewhere", model: .path("/nowhere"), isLocal: false)
        #expect(far.problems.isEmpty && far.notices.count == 2)
        // What is here is looked at all the same.
        try inputs.write("data/MRPC/dev.tsv", "nothing\n")
        #expect(inputs.findings(.mrpc, isLocal: false).problems.count == 1)
    }

    @Test func corpusFilesAreThere() throws {
        let inputs = try Inputs()
        let files = [inputs.folder + "/none.txt", inputs.folder]
        let work = Pretraining(model: .preset("tiny"), corpus: .files(files))
        let found = inputs.findings([RunSpec(name: "p", system: "p", work: .pretrain(work))])
        #expect(found.problems.count == 2 && found.problems[1].contains("is a folder"))
        let shards = Pretraining(model: .preset("tiny"), corpus: .shards(inputs.folder))
        let other = inputs.findings([RunSpec(name: "p", system: "p", work: .pretrain(shards))])
        #expect(other.problems.map { $0.contains("no manifest.json") } == [true])
    }
}
