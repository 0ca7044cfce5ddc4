import Foundation
import PodiumCore
import PodiumSpec
import Testing

/// `kind: embed`, and systems that start from a fine-tuning of the same file.
struct StartsAndVectorsTests {
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

    @Test func vectorsAreOneRunWithoutAReport() throws {
        let submission = try Self.read(
            """
            kind: embed
            model: minilm-l6
            texts: [a.txt, ~/b.txt]
            vectors: {pool: word, layers: [-1, -4], combine: sum, format: safetensors, normalize: true}
            training: {maxSequenceLength: 64, precision: bf16}
            """
        )
        #expect(submission.runs.count == 1)
        let spec = try #require(submission.runs.first?.spec)
        let work = try #require(spec.work.embedding)
        #expect(work.texts == ["/jobs/a.txt", "/home/ada/b.txt"])
        #expect(work.options.pool == .word && work.options.layers == [-1, -4])
        #expect(work.options.combination == .sum && work.options.format == .safetensors && work.options.normalize)
        #expect(work.engine.maxSequenceLength == 64 && work.engine.precision == .bf16)
        #expect(try JSONDecoder().decode(RunSpec.self, from: JSONEncoder().encode(spec)) == spec)
    }

    @Test(arguments: [
        ("model: minilm-l6", "texts is missing"),
        ("model: {preset: tiny}\ntexts: a.txt", "fresh tiny weights"),
        ("model: minilm-l6\ntexts: a.txt\nvectors: {layers: 0}", "vectors.layers"),
        ("model: minilm-l6\ntexts: a.txt\nvectors: {format: npy, combine: separate}", "combine the layers"),
        ("model: minilm-l6\ntexts: a.txt\nvectors: {pool: men}", "did you mean \"mean\""),
        ("model: minilm-l6\ntexts: a.txt\ntraining: {epochs: 3}", "applies to nothing"),
        ("model: minilm-l6\ntexts: a.txt\ntask: MRPC", "no key \"task\""),
    ])
    func vectorsThatCannotBeAreRefused(text: String, reason: String) {
        let error = #expect(throws: SpecError.self) { try Self.read("kind: embed\n" + text) }
        #expect(error?.message.contains(reason) == true, "\(error?.description ?? "")")
    }

    private static let warm = """
        kind: suite
        finetune:
          - {name: mnli, model: minilm-l6, task: MNLI, training: {epochs: 1}, seed: 7}
        systems:
          - {name: warm, model: {run: mnli}}
        tasks: [RTE]
        training: {batchSize: 16}
        """

    @Test func aSystemWaitsForTheFineTuningThatItStartsFrom() throws {
        let submission = try Self.read(Self.warm)
        #expect(submission.runs.map(\.spec.name) == ["mnli", "warm/glue/RTE/seed-1", "report"])
        let start = try #require(submission.runs[0].spec.work.fineTuning)
        #expect(start.examples.task == .mnli && start.seed == 7)
        #expect(start.optimization.epochs == 1 && start.optimization.batchSize == 16)
        #expect(submission.runs[1].dependencies == [Dependency(parent: "mnli", condition: .afterSuccess)])
        #expect(submission.runs[1].spec.inputs.map(\.parent) == ["mnli"])
        #expect(submission.runs[2].dependencies.map(\.parent) == ["mnli", "warm/glue/RTE/seed-1"])
    }

    @Test(arguments: [
        ("  - {name: a, model: minilm-l6}", "task is missing"),
        ("  - {name: a, model: minilm-l6, task: glue}", "several tasks"),
        ("  - {name: a, model: minilm-l6, task: RTE, seed: [1, 2]}", "one run of \"a\""),
        ("  - {name: a, model: {run: b}, task: RTE}", "no run \"b\""),
    ])
    func startsThatCannotBeAreRefused(entry: String, reason: String) {
        let text = "kind: suite\nfinetune:\n\(entry)\nsystems:\n  - {name: w, model: {run: a}}\ntasks: [RTE]\n"
        let error = #expect(throws: SpecError.self) { try Self.read(text) }
        #expect(error?.message.contains(reason) == true, "\(error?.description ?? "")")
    }
}
