import Foundation
import PodiumCore
import PodiumSpec
import Testing

/// Budgets, phases, objectives and checkpoints of pre-training in job files.
struct PretrainingSpecTests {
    private static let reader = SpecReader(
        file: "job.yaml",
        folder: "/jobs",
        home: "/home/ada",
        modelNames: ["minilm-l6"],
        presets: ["tiny"]
    )
    private static let head = "name: s\nkind: pretrain\nmodel: {preset: tiny}\n"

    private func work(_ rest: String) throws -> Pretraining {
        let submission = try Self.reader.submission(from: Self.head + rest)
        return try #require(submission.runs.first?.spec.work.pretraining)
    }

    private func refusal(_ rest: String) -> SpecError? {
        #expect(throws: SpecError.self, "\(rest)") { try Self.reader.submission(from: Self.head + rest) }
    }

    @Test func aBudgetIsTheLengthOfTheTrainingAndKeepsCheckpoints() throws {
        let wall = try work("budget: {wall: 20m}")
        #expect(wall.optimization.length == .seconds(1200))
        #expect(wall.checkpointsAt == [0.06, 0.12, 0.25, 0.5, 1])
        let flops = try work("budget: {flops: 5e14, checkpointsAt: [10 %, 0.5, 100%]}")
        #expect(flops.optimization.length == .flops(5e14))
        #expect(flops.checkpointsAt == [0.1, 0.5, 1])
        #expect(try work("training: {maxDuration: 20m}").checkpointsAt == nil)
    }

    @Test(arguments: [
        ("budget: {wall: 20m, flops: 5e14}", "either wall or flops"),
        ("budget: {checkpointsAt: [50 %]}", "either wall or flops"),
        ("budget: {energy: 3}", "unknown key"),
        ("budget: {flops: 5e14}\ntraining: {maxSteps: 7}", "training.maxSteps says when training ends"),
        ("budget: {flops: 5e14}\ntraining: {epochs: 7}", "training.epochs says when training ends"),
        ("training: {maxFlops: 1e12, maxSteps: 7}", "give one of maxDuration, maxFlops, maxSteps and epochs"),
        ("budget: {flops: 0}", "above 0"),
        ("budget: {flops: 5e14, checkpointsAt: [120 %]}", "a share above 0 and at most 1"),
        ("budget: {flops: 5e14, checkpointsAt: [50 %, 0.5]}", "twice"),
        ("budget: {flops: 5e14, checkpointsAt: []}", "at least one value"),
        ("training: {objectives: [mlm, next-token]}", "use one of them"),
        ("training: {objectives: [next-token]}", "no state that depends on one side"),
        ("training: {objectives: [next-token], architecture: context-free}", "no state that depends on one side"),
        ("training: {objectives: [mlm, mlm]}", "twice"),
        ("training: {objectives: [nps]}", "nsp"),
        ("training: {objectives: mlm}", "must be a list"),
        ("phases: [{maxSequenceLength: 128, fraction: 0.9}]", "add up to 0.9"),
        ("phases: [{maxSequenceLength: 128}]", "needs a maxSequenceLength and a fraction"),
        ("phases: [{maxSequenceLength: 128, fraction: 1}]\ntraining: {maxSequenceLength: 64}", "each of the phases"),
        ("phases: [{maxSequenceLength: 128, fraction: 1}]\ncorpus: {shards: d}", "name the text as corpus"),
        ("corpus: {shards: d}\ntraining: {vocabularySize: 500}", "where the corpus's shards were prepared"),
        ("corpus: {folder: d}", "unknown key"),
        ("corpus: {}", "needs either shards or task"),
    ])
    func whatMakesNoSenseIsRefusedWithItsPlace(rest: String, says: String) {
        let error = refusal(rest)
        #expect(error?.message.contains(says) == true, "\(rest): \(error as Any)")
        #expect(error?.line != nil)
    }

    @Test func aSuitesBudgetAndCorpusAreOfAllItsPretraining() throws {
        let text = """
            name: s
            kind: suite
            corpus: text.txt
            budget: {flops: 1e12}
            pretrain:
              - {name: p, model: {preset: tiny}}
              - {name: q, model: {preset: tiny}, corpus: other.txt, budget: {wall: 5m}}
            """
        let works = try Self.reader.submission(from: text).runs.compactMap(\.spec.work.pretraining)
        #expect(works.map(\.corpus) == [.files(["/jobs/text.txt"]), .files(["/jobs/other.txt"])])
        #expect(works.map(\.optimization.length) == [.flops(1e12), .seconds(300)])
        let error = #expect(throws: SpecError.self) {
            try Self.reader.submission(from: "name: s\nkind: suite\nmodel: minilm-l6\ntasks: [RTE]\nbudget: {wall: 5m}")
        }
        #expect(error?.message.contains("is for pretrain, and the file has none") == true)
    }

    @Test func phasesAreResolvedAsTheReleaseHasThem() throws {
        let work = try work(
            """
            phases:
              - {maxSequenceLength: 128, fraction: 90 %, batchSize: 256}
              - {maxSequenceLength: 512, fraction: 0.1}
            training: {batchSize: 64}
            """
        )
        #expect(
            work.phases == [
                PretrainingPhase(
                    maxSequenceLength: 128,
                    maxPredictionsPerSequence: 20,
                    batchSize: 256,
                    fraction: 0.9
                ),
                PretrainingPhase(
                    maxSequenceLength: 512,
                    maxPredictionsPerSequence: 77,
                    batchSize: 64,
                    fraction: 0.1
                ),
            ]
        )
        #expect(work.engine.maxSequenceLength == 512 && work.masking.maxPredictionsPerSequence == 77)
        let spec = RunSpec(name: "n", system: "s", work: .pretrain(work))
        #expect(try JSONDecoder().decode(RunSpec.self, from: JSONEncoder().encode(spec)) == spec)
    }

    @Test func objectivesFollowTheArchitecture() throws {
        #expect(try work("").objectives == [.maskedTokens, .nextSentence])
        #expect(try work("training: {architecture: left-to-right}").objectives == [.nextToken])
        #expect(try work("training: {architecture: shallow-bidirectional}").objectives == [.nextToken])
        #expect(try work("training: {architecture: context-free}").objectives == [.maskedTokens])
        #expect(try work("training: {objectives: [mlm]}").objectives == [.maskedTokens])
        let text = "name: s\nkind: pretrain\nmodel: ./m\n"
        let run = try Self.reader.submission(from: text).runs[0]
        #expect(run.spec.work.pretraining?.objectives == nil)
    }

    @Test func shardsAreACorpus() throws {
        let work = try work("corpus: {shards: examples}")
        #expect(work.corpus == .shards("/jobs/examples"))
        let spec = RunSpec(name: "n", system: "s", work: .pretrain(work))
        #expect(try JSONDecoder().decode(RunSpec.self, from: JSONEncoder().encode(spec)) == spec)
    }

    @Test(arguments: [
        ("at 50 %", CheckpointSelector.share(0.5)), ("at 6%", .share(0.06)), ("at 0.25", .share(0.25)), ("last", .last),
    ])
    func aRunStartsFromAShareOfAnother(text: String, selector: CheckpointSelector) throws {
        let submission = try Self.reader.submission(
            from: """
                name: s
                kind: suite
                pretrain: [{name: p, model: {preset: tiny}, budget: {flops: 1e12}}]
                model: {run: p, checkpoint: \(text)}
                tasks: [RTE]
                """
        )
        let spec = submission.runs[1].spec
        #expect(spec.model == .run("p", checkpoint: selector))
        let wanted: ArtifactSelector =
            switch selector {
            case .last: .last
            case .share(let share): .share(atLeast: share)
            }
        #expect(spec.inputs == [RunInput(name: "model", parent: "p", kind: .model, selector: wanted)])
        #expect(try JSONDecoder().decode(RunSpec.self, from: JSONEncoder().encode(spec)) == spec)
    }

    @Test(arguments: ["at 0 %", "at 101 %", "at half", "at", "50 %", "at 5 % %", "at %", "at -5 %"])
    func noShareIsGuessed(text: String) {
        #expect(CheckpointSelector(text) == nil)
    }
}
