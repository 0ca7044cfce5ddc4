import PodiumCore
import PodiumSpec
import Testing

private let reader = SpecReader(
    file: "job.yaml",
    folder: "/jobs",
    home: "/home/ada",
    modelNames: ["minilm-l6"],
    presets: ["tiny"]
)

private let finetune = "name: s\nkind: finetune\ntask: MRPC\nmodel: minilm-l6\n"
private let squad = "name: s\nkind: finetune\ntask: squad-v1.1\nmodel: minilm-l6\n"
private let pretrain = "name: p\nkind: pretrain\nmodel: {preset: tiny}\n"

/// What a file's keys become: which runs, and which are refused.
struct ExpansionTests {
    private func works(_ text: String) throws -> [Work] {
        try reader.submission(from: text).runs.map(\.spec.work).filter { $0 != .report }
    }

    private func refusal(_ text: String) -> SpecError? {
        #expect(throws: SpecError.self) { try reader.submission(from: text) }
    }

    @Test func preTrainingIsSweptAndSeeded() throws {
        let text = pretrain + "sweep: {learningRate: [1e-3, 1e-4], seed: {count: 2}}"
        let runs = try reader.submission(from: text).runs.map(\.spec)
        #expect(
            runs.map(\.name) == [
                "p/learningRate=0.001/seed-1", "p/learningRate=0.001/seed-2", "p/learningRate=0.0001/seed-1",
                "p/learningRate=0.0001/seed-2",
            ]
        )
        #expect(runs.map(\.work.seed) == [1, 2, 1, 2])
        #expect(try reader.submission(from: pretrain + "seed: [4, 9]").runs.map(\.spec.work.seed) == [4, 9])
        #expect(try reader.submission(from: pretrain).runs.map(\.spec.name) == ["p"])
        #expect(refusal(pretrain + "sweep: 17")?.message.contains("mapping") == true)
        #expect(refusal(pretrain + "seed: [1, 2]\nsweep: {seed: [3]}")?.message.contains("under sweep") == true)
    }

    @Test func systemsStartFromOneSeed() {
        let text =
            "name: s\nkind: suite\npretrain: [{name: p, model: {preset: tiny}, seed: [1, 2]}]\nmodel: {run: p}\ntasks: [RTE]"
        #expect(refusal(text)?.message.contains("one run of \"p\"") == true)
    }

    @Test func stepsOverrideEpochsOfTheSamePlace() throws {
        func length(_ rest: String) throws -> TrainingLength? { try works(finetune + rest)[0].optimization?.length }
        #expect(try length("training: {epochs: 2}") == .epochs(2))
        #expect(try length("training: {epochs: 2, maxSteps: 7}") == .steps(7))
        #expect(try length("training: {maxDuration: 5s}") == .seconds(5))
        #expect(
            try works(finetune + "training: {maxSteps: 7}\nsweep: {epochs: [1, 2]}").map { $0.optimization?.length }
                == [.epochs(1), .epochs(2)]
        )
        for both in ["{epochs: 2, maxDuration: 5s}", "{maxSteps: 2, maxDuration: 5s}"] {
            #expect(refusal(finetune + "training: \(both)")?.message.contains("each says when training ends") == true)
        }
        #expect(refusal(finetune + "sweep: {epochs: [1, 2], maxSteps: [5]}")?.message.contains("swept too") == true)
    }

    @Test func aKeyOfASuiteAppliesWhereItApplies() throws {
        let text = "name: s\nkind: suite\nmodel: minilm-l6\ntasks: [RTE, squad-v1.1]\n"
        let works = try works(text + "training: {docStride: 100}\nsweep: {nBestSize: [5, 6]}")
        #expect(works.count == 3)
        #expect(works.map { $0.span?.docStride } == [nil, 100, 100])
        #expect(works.map { $0.span?.nBestSize } == [nil, 5, 6])
        let error = refusal("name: s\nkind: suite\nmodel: minilm-l6\ntasks: [RTE]\ntraining: {docStride: 100}")
        #expect(error?.line == 5 && error?.message.contains("finetune of SQuAD") == true, "\(error as Any)")
        let other = refusal(
            "name: s\nkind: suite\nmodel: minilm-l6\ntasks: [RTE]\ntaskTraining: {squad-v1.1: {epochs: 1}}"
        )
        #expect(other?.message.contains("no such task") == true)
    }

    @Test func questionAndWindowMustFitTheSequence() throws {
        #expect(refusal(squad + "training: {maxQueryLength: 381}")?.message.contains("at most 380") == true)
        #expect(try works(squad + "training: {maxQueryLength: 380}")[0].span?.maxQueryLength == 380)
        #expect(refusal(squad + "training: {maxSequenceLength: 64}")?.message.contains("(the default)") == true)
        #expect(refusal(squad + "training: {docStride: 381}")?.message.contains("at most 380") == true)
        #expect(refusal(squad + "training: {maxSequenceLength: 100}\nsweep: {docStride: [50, 97]}")?.line == 6)
        // The default fits itself.
        #expect(try works(squad + "training: {maxSequenceLength: 100}")[0].span?.docStride == 96)
    }

    @Test func tooManyConfigurationsAreRefusedBeforeTheyAreMade() {
        let thirty = (1...30).map { "\($0)" }.joined(separator: ", ")
        let shares = (1...30).map { "0.\($0 + 10)" }.joined(separator: ", ")
        let axes =
            ["learningRate", "weightDecay", "adamEpsilon", "warmupProportion", "dropout"].map { "\($0): [\(shares)]" }
            + ["epochs: [\(thirty)]", "batchSize: [\(thirty)]"]
        let error = refusal(finetune + "sweep: {\(axes.joined(separator: ", "))}")
        #expect(error?.message.contains("more than 100000 runs (30 × 30") == true, "\(error as Any)")
        let wide = refusal(
            "name: s\nkind: suite\nmodel: minilm-l6\ntasks: [glue]\nsweep: {epochs: [\(thirty)], batchSize: [\(thirty)], seed: {count: 13}}"
        )
        #expect(wide?.message.contains("more than 100000 runs") == true)
    }

    @Test(arguments: [
        ("model: {run: p, checkpoint: best}", "keeps no best checkpoint"),
        ("model: {run: p, checkpoint: first}", "unknown"),
        ("model: {preset: tiny, checkpoint: last}", "models of a run"),
        ("model: {run: p}\nresources: {replicas: 4}", "the device cpu is one"),
        ("model: {run: p}\nresources: {ranks: 2, nodes: 4}", "cannot share evenly"),
        ("model: {run: p}\nresources: {nodes: 2}", "ranks is 1, which they cannot share evenly"),
        ("model: {run: p}\nresources: {nodes: 2, device: tpu}", "only ranks are on several machines"),
        ("model: {run: p}\nresources: {nodes: 0}", "nodes"),
        ("model: {run: p}\nresources: {label: big memory}", "label must be a word of letters, digits"),
        ("model: {run: p}\ntask: RTE", "has no key \"task\""),
        ("systems: [{name: a, model: {run: p}, optional: true}]", "fetched by name"),
    ])
    func whatCannotBeHonouredIsRefused(line: String, says: String) {
        let text = "name: s\nkind: suite\npretrain: [{name: p, model: {preset: tiny}}]\ntasks: [RTE]\n\(line)"
        #expect(refusal(text)?.message.contains(says) == true, "\(line)")
    }

    @Test func aMistakeAboutNodesIsPlacedAtThem() {
        let text = "name: s\nkind: suite\nmodel: minilm-l6\ntasks: [RTE]\nresources: {ranks: 2, nodes: 4}"
        let error = refusal(text)
        #expect(error?.line == 5 && error?.column == 30, "\(error?.column ?? 0)")
    }

    @Test func runsOfSeveralNodesWaitApartAndTheirReportWithThem() throws {
        let text = "name: s\nkind: suite\nmodel: minilm-l6\ntasks: [RTE]\ntraining: {batchShards: 4}\n"
        let specs = try reader.submission(from: text + "resources: {ranks: 4, nodes: 2, label: big}").runs.map(\.spec)
        #expect(specs.map(\.resources.pool) == ["cpu/big/nodes=2", "cpu/big/nodes=2"])
        #expect(specs.map(\.resources.processes) == [4, 1])
        #expect(try reader.submission(from: text + "resources: {nodes: 1}").runs[0].spec.resources.pool == "cpu")
    }

    @Test func aTaskIsOneTask() {
        #expect(
            refusal("name: s\nkind: finetune\nmodel: minilm-l6\ntask: glue")?.message.contains("kind: suite") == true
        )
    }

    @Test func aVocabularyIsLearnedForFreshModelsOnly() throws {
        #expect(try works(pretrain + "training: {vocabularySize: 500}")[0].fresh?.vocabularySize == 500)
        let text = "name: p\nkind: pretrain\nmodel: ./m\ntraining: {vocabularySize: 500}"
        #expect(refusal(text)?.message.contains("pretrain of a preset") == true)
    }
}
