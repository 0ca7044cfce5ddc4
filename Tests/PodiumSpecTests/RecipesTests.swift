import Foundation
import PodiumCore
import PodiumSpec
import Testing

/// Recipes other than plain fine-tuning: language models that go on, frozen layers, word vectors, words compared.
struct RecipesTests {
    private static func read(_ text: String) throws -> Submission {
        let reader = SpecReader(
            file: "job.yaml",
            folder: "/jobs",
            home: "/home/ada",
            modelNames: ["minilm-l6"],
            presets: ["tiny"]
        )
        return try reader.submission(from: "name: s\n" + text)
    }

    private static func roundTrip(_ spec: RunSpec) throws -> RunSpec {
        try JSONDecoder().decode(RunSpec.self, from: JSONEncoder().encode(spec))
    }

    @Test func aLanguageModelGoesOnWithTheTextOfATask() throws {
        let submission = try Self.read(
            """
            kind: suite
            data: {root: glue}
            pretrain:
              - {name: general, model: {preset: tiny}, training: {architecture: left-to-right}}
              - {name: own, model: {run: general}, corpus: {task: CoLA}, training: {layerDecay: 0.4}}
            systems: [{name: ulmfit, model: {run: own}, training: {unfreeze: gradual, layerDecay: 0.4}}]
            tasks: [CoLA]
            """
        )
        let own = submission.runs[1]
        #expect(own.spec.work.pretraining?.corpus == .task(.cola, .root("/jobs/glue")))
        #expect(own.spec.work.model == .run("general", checkpoint: .last))
        #expect(own.dependencies == [Dependency(parent: "general", condition: .afterSuccess)])
        #expect(own.spec.inputs.map(\.parent) == ["general"])
        #expect(own.spec.work.optimization?.layerDecay == 0.4)
        let tuned = try #require(submission.runs[2].spec.work.fineTuning)
        #expect(tuned.unfreeze == .gradual && tuned.optimization.layerDecay == 0.4)
        for run in submission.runs { #expect(try Self.roundTrip(run.spec) == run.spec) }
    }

    @Test func headsAndWordVectorsAreRead() throws {
        let submission = try Self.read(
            """
            kind: finetune
            model: {vectors: ../glove.6B.50d.txt}
            task: MRPC
            training: {unfreeze: none, head: bilstm}
            """
        )
        let spec = try #require(submission.runs.first?.spec)
        #expect(spec.model == .vectors("/glove.6B.50d.txt") && spec.system == "glove.6B.50d.txt")
        #expect(spec.work.fineTuning?.head == .bilstm && spec.work.fineTuning?.unfreeze == Unfreezing.none)
        #expect(try Self.roundTrip(spec) == spec)
    }

    @Test func aWordIsComparedInEverySystemsStartingModel() throws {
        let submission = try Self.read(
            """
            kind: suite
            systems: [{name: a, model: minilm-l6}, {name: b, model: {path: m}}]
            tasks: [RTE]
            similarity: {word: bank, texts: [x.txt, y.txt], layers: [-1, -2]}
            """
        )
        let compared = submission.runs.filter { $0.spec.kind == .embed }
        #expect(compared.map(\.spec.name) == ["a/similarity", "b/similarity"])
        #expect(compared.map(\.spec.system) == ["a", "b"])
        let work = try #require(compared[0].spec.work.embedding)
        #expect(work.texts == ["/jobs/x.txt", "/jobs/y.txt"] && work.options.compare == "bank")
        #expect(work.options.pool == .word && work.options.layers == [-1, -2] && work.options.combination == .sum)
        // The report waits for them.
        #expect(submission.runs.last?.dependencies.map(\.parent).contains("b/similarity") == true)
        #expect(try Self.roundTrip(compared[0].spec) == compared[0].spec)
    }

    private static let sane = """
        kind: suite
        protocol: glue-sane-5
        model: minilm-l6
        tasks: [CoLA, SST-2, MRPC, STS-B, QQP, MNLI, QNLI, RTE]
        training: {epochs: 5}
        sweep: {seed: {count: 5}}
        """

    @Test func rulesOfAProtocolAreChecked() throws {
        #expect(try Self.read(Self.sane).runs.count == 8 * 5 + 1)
        let broken = [
            (", RTE]", "]", "glue/RTE is missing"), (", RTE]", ", RTE, WNLI]", "glue/WNLI is none"),
            ("count: 5", "count: 3", "has 3 runs"), ("epochs: 5", "epochs: 6", "at most 5 epochs"),
            ("epochs: 5", "maxSteps: 5", "at most 5 epochs"),
            ("kind: suite", "kind: suite\ntaskTraining: {glue/RTE: {epochs: 2}}", "settings of their own"),
            ("{seed:", "{learningRate: [1e-5, 2e-5], seed:", "has 10 runs"), ("glue-sane-5", "glue-sane", "is unknown"),
        ]
        for (old, new, reason) in broken {
            let error = #expect(throws: SpecError.self) { try Self.read(Self.sane.replacing(old, with: new)) }
            #expect(error?.message.contains(reason) == true, "\(reason): \(error?.description ?? "")")
        }
    }

    @Test(arguments: [
        ("kind: finetune\nmodel: {vectors: v.txt, path: m}\ntask: RTE", "exactly one of"),
        ("kind: pretrain\nmodel: {vectors: v.txt}", "no pieces to mask"),
        ("kind: pretrain\nmodel: minilm-l6\ncorpus: {task: CoLA, shards: x}", "either shards or task"),
        ("kind: pretrain\nmodel: minilm-l6\ncorpus: {task: glue}", "several tasks"),
        (
            "kind: pretrain\nmodel: {preset: tiny}\ncorpus: {task: CoLA}\ntraining: {objectives: [mlm, nsp]}",
            "one sentence"
        ),
        ("kind: pretrain\nmodel: {preset: tiny}\ndata: {root: d}", "data is for corpus"),
        ("kind: pretrain\nmodel: {preset: tiny}\ntraining: {unfreeze: gradual}", "applies to nothing"),
        ("kind: pretrain\nmodel: {preset: tiny}\ntraining: {microBatchSize: 2}", "applies to nothing"),
        ("kind: finetune\nmodel: minilm-l6\ntask: RTE\ntraining: {unfreeze: slowly}", "all, gradual, none"),
        ("kind: finetune\nmodel: minilm-l6\ntask: RTE\ntraining: {layerDecay: 0}", "layerDecay"),
        ("kind: suite\nmodel: minilm-l6\ntasks: [RTE]\nsimilarity: {word: bank}", "needs a word and texts"),
        ("kind: embed\nmodel: minilm-l6\ntexts: a.txt\nvectors: {compare: bank}", "pool: word"),
    ])
    func whatCannotBeIsRefused(text: String, reason: String) {
        let error = #expect(throws: SpecError.self) { try Self.read(text) }
        #expect(error?.message.contains(reason) == true, "\(error?.description ?? "")")
    }
}
