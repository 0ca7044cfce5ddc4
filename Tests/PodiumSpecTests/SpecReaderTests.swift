import PodiumCore
import PodiumSpec
import Testing

private let reader = SpecReader(
    file: "job.yaml",
    folder: "/jobs",
    home: "/home/ada",
    modelNames: ["minilm-l6"],
    presets: ["tiny", "mini"]
)

@Suite("Reading job files")
struct SpecReaderTests {
    @Test func suiteIsSystemsTimesTasksTimesConfigurationsTimesSeedsAndAReport() throws {
        let submission = try reader.submission(
            from: """
                name: s
                kind: suite
                systems:
                  - {name: a, model: minilm-l6}
                  - {name: b, model: ./b}
                tasks: [glue, squad-v1.1]
                sweep: {learningRate: [5e-5, 3e-5], seed: {count: 3}}
                """
        )
        #expect(submission.runs.count == 2 * 10 * 2 * 3 + 1)
        let names = Set(submission.runs.map(\.spec.name))
        #expect(names.count == submission.runs.count)
        #expect(names.contains("b/glue/MRPC/learningRate=3e-5/seed-3"))
        let report = try #require(submission.runs.last)
        #expect(report.spec.kind == .report)
        #expect(report.dependencies.count == 120)
        #expect(report.dependencies.allSatisfy { $0.condition == .afterAny })
    }

    @Test func mistakesAreToldTogether() throws {
        let error = #expect(throws: SpecError.self) {
            try reader.submission(
                from: """
                    name: s
                    kind: suite
                    systems:
                      - {name: a, model: minilm-l6, training: {epoch: 3}}
                    tasks: [glue/MRCP, squad-v1.1]
                    training:
                      batchSize: many
                      learningRate: 1e-5
                    resources:
                      threads: 0
                      memroy: 2GiB
                    retries: 3
                    """
            )
        }
        let lines = error?.description.split(separator: "\n") ?? []
        #expect(lines.first?.hasPrefix("job.yaml:12:1: error: unknown key \"retries\"") == true)
        let further = lines.dropFirst()
        #expect(
            further.map { $0.prefix { $0 != " " } } == [
                "job.yaml:4:44:", "job.yaml:5:9:", "job.yaml:7:14:", "job.yaml:10:12:", "job.yaml:11:3:",
            ]
        )
        #expect(further.first?.contains("epochs") == true)
    }

    @Test func aMistakeOfAWholeMappingHidesNoOther() throws {
        let error = #expect(throws: SpecError.self) {
            try reader.submission(
                from: """
                    name: s
                    kind: suite
                    model: minilm-l6
                    tasks: [glue/MRPC]
                    seeds: {start: 5, step: 5, atMost: 25}
                    training: {epochs: -1}
                    """
            )
        }
        #expect(error?.line == 5 && error?.further.map(\.line) == [6])
    }

    @Test func whatIsMissingWithoutTheMistakeIsNoMistakeOfItsOwn() throws {
        let head = "name: p\nkind: pretrain\nmodel: {preset: tiny}\n"
        for rest in ["budget: {flops: -1}", "budget: {wall: soon}", "corpus: {shards: [1]}"] {
            let error = #expect(throws: SpecError.self) { try reader.submission(from: head + rest) }
            #expect(error?.line == 4 && error?.further == [], "\(rest): \(error?.description ?? "")")
        }
        // Two are two.
        let error = #expect(throws: SpecError.self) {
            try reader.submission(from: head + "budget: {flops: -1}\nresources: {threads: 0}")
        }
        #expect(error?.line == 4 && error?.further.map(\.line) == [5], "\(error?.description ?? "")")
    }

    @Test(arguments: [
        ("num_train_epochs: 3", "epochs"), ("per_device_train_batch_size: 32", "batchSize"),
        ("max_seq_length: 128", "maxSequenceLength"), ("maxSeqLength: 128", "maxSequenceLength"),
        ("warmup-ratio: 0.1", "warmupProportion"),
    ])
    func namesOfOtherToolsAreTranslated(entry: String, meant: String) throws {
        let error = #expect(throws: SpecError.self) {
            try reader.submission(
                from: "name: s\nkind: finetune\nmodel: minilm-l6\ntask: glue/MRPC\ntraining:\n  \(entry)\n"
            )
        }
        #expect(error?.message.contains("; here it is \(meant) (") == true)
    }

    @Test(arguments: [
        ("maxSequenceLength: 32", "; it goes under training: training: {maxSequenceLength: …}"),
        ("num_train_epochs: 3", "; it goes under training: training: {epochs: …}"),
        ("training: {task: glue/RTE}", "; it is a key of the file itself, beside training"),
        ("training: {seed: 3}", "; it is a key of the file itself, beside training"),
        ("sead: 3", "; did you mean \"seed\"?"),
    ])
    func aKeyInTheWrongPlaceIsToldWhereItGoes(line: String, advice: String) throws {
        let error = #expect(throws: SpecError.self) {
            try reader.submission(from: "name: s\nkind: finetune\nmodel: minilm-l6\ntask: glue/MRPC\n\(line)\n")
        }
        #expect(error?.message.hasSuffix(advice) == true, "\(error?.message ?? "accepted")")
    }

    @Test func everyTranslationIsAKey() {
        let known = Set(Hyperparameter.all.map(\.key))
        #expect(ForeignKey.names.values.allSatisfy(known.contains))
    }

    @Test func runsStartFromThoseAboveThem() throws {
        let error = #expect(throws: SpecError.self) {
            try reader.submission(
                from: """
                    name: s
                    kind: suite
                    pretrain:
                      - {name: second, model: {run: first}, corpus: sample}
                      - {name: first, model: {preset: tiny}, corpus: sample}
                    """
            )
        }
        #expect(
            error?.message == "no run \"first\" stands before this one in the file; runs start from those above them"
        )
    }

    @Test func whatFollowsFromAMistakeIsNotToldAsAnother() throws {
        let error = #expect(throws: SpecError.self) {
            try reader.submission(
                from: """
                    name: s
                    kind: suite
                    pretrain:
                      - {name: language model, model: {preset: tiny}, corpus: sample}
                    systems:
                      - {name: a, model: {run: language-model}}
                    tasks: [glue/MRPC]
                    """
            )
        }
        #expect(error?.line == 4 && error?.further == [])
    }

    @Test func theNarrowerPlaceWins() throws {
        let submission = try reader.submission(
            from: """
                name: s
                kind: suite
                training: {epochs: 1, batchSize: 4, learningRate: 1e-5}
                taskTraining: {squad-v1.1: {epochs: 2, maxSequenceLength: 200}}
                systems:
                  - {name: a, model: minilm-l6, training: {batchSize: 8}, taskTraining: {glue/MRPC: {batchSize: 2}}}
                tasks: [glue/MRPC, squad-v1.1]
                """
        )
        let mrpc = submission.runs[0].spec.work
        let training = try #require(mrpc.optimization)
        #expect(training.epochs == 1 && training.batchSize == 2 && training.learningRate == 1e-5)
        #expect(mrpc.engine?.maxSequenceLength == 128)
        let squad = submission.runs[1].spec.work
        #expect(squad.optimization?.epochs == 2 && squad.optimization?.batchSize == 8)
        #expect(squad.engine?.maxSequenceLength == 200)
    }

    @Test func fineTuningWaitsForItsPreTraining() throws {
        let submission = try reader.submission(
            from: """
                name: s
                kind: suite
                pretrain:
                  - {name: p, model: {preset: tiny}, training: {maxDuration: 90s}}
                model: {run: p, checkpoint: last}
                tasks: [glue/RTE]
                """
        )
        #expect(submission.runs.map(\.spec.name) == ["p", "p/glue/RTE/seed-1", "report"])
        #expect(submission.runs[1].dependencies == [Dependency(parent: "p", condition: .afterSuccess)])
        #expect(submission.runs[0].spec.work.optimization?.length == .seconds(90))
    }

    @Test func overridesReplaceWhatTheFileSays() throws {
        let submission = try reader.submission(
            from: "{name: s, kind: suite, model: minilm-l6, tasks: [glue], training: {epochs: 3}}",
            overrides: ["training.epochs=1", "tasks=[glue/MRPC]", "resources.threads=1"]
        )
        #expect(submission.runs.count == 2)
        #expect(submission.runs[0].spec.work.optimization?.epochs == 1)
        #expect(submission.runs[0].spec.resources.threads == 1)
    }

    @Test func clippingIsGlobalUnlessNamed() throws {
        func clipping(_ training: String) throws -> Clipping? {
            try reader.submission(from: Self.training(training)).runs[0].spec.work.optimization?.clipping
        }
        #expect(try clipping("epochs: 1") == .global)
        #expect(try clipping("clipping: global") == .global)
        #expect(try clipping("clipping: bert2018") == .bert2018)
    }

    @Test func pathsStartAtTheFilesFolder() throws {
        func model(_ text: String) throws -> ModelReference? {
            try reader.submission(from: "{name: s, kind: finetune, task: MRPC, model: \(text)}").runs[0].spec.model
        }
        #expect(try model("./m") == .path("/jobs/m"))
        #expect(try model("~/m") == .path("/home/ada/m"))
        #expect(try model("/m") == .path("/m"))
        #expect(try model("{path: m}") == .path("/jobs/m"))
        #expect(try model("minilm-l6") == .named("minilm-l6"))
    }

    @Test func memoryAndTimeHaveUnits() throws {
        let spec = try reader.submission(
            from: """
                {name: s, kind: finetune, task: MRPC, model: minilm-l6,
                 resources: {memory: 4GiB, timeLimit: 2h}, retry: {limit: 0, backoff: 1m}}
                """
        ).runs[0].spec
        #expect(spec.resources.memory == 4_294_967_296)
        #expect(spec.resources.timeLimitSeconds == 7200)
        #expect(spec.retry == RetryPolicy(limit: 0, backoffSeconds: 60))
    }

    static let wrong: [(yaml: String, line: Int?, column: Int?, says: String)] = [
        ("", 1, 1, "empty"),
        ("name: s\nkind: [", 3, nil, "not YAML"),
        ("name: s\n\tkind: suite", 2, nil, "not YAML"),
        ("- a\n- b", 1, 1, "must be a mapping"),
        ("name: s\nkind: siute", 2, 7, "did you mean \"suite\"?"),
        ("name: s", 1, 1, "kind is missing"),
        ("kind: suite", 1, 1, "name is missing"),
        ("name: a/b\nkind: suite", 1, 7, "letters, digits"),
        ("name: s\nkind: suite\ntask: MRPC", 3, 1, "no key \"task\""),
        ("name: s\nkind: suite\nmodel: minilm-l6\ntaks: [glue]", 4, 1, "did you mean \"task\"?"),
        ("name: s\nkind: suite\nmodel: minilm-l7\ntasks: [glue]", 3, 8, "did you mean \"minilm-l6\"?"),
        ("name: s\nkind: suite\nmodel: tiny\ntasks: [glue]", 3, 8, "{preset: tiny}"),
        ("name: s\nkind: suite\nmodel: minilm-l6\ntasks: [glue/MRCP]", 4, 9, "did you mean \"glue/MRPC\"?"),
        ("name: s\nkind: suite\nmodel: minilm-l6\ntasks: []", 4, 8, "empty list"),
        ("name: s\nkind: suite\nmodel: minilm-l6\ntasks: [glue, MRPC]", 4, 15, "listed twice"),
        ("name: s\nkind: suite\nmodel: minilm-l6", 1, 1, "tasks is missing"),
        ("name: s\nkind: finetune\nmodel: minilm-l6", 1, 1, "task is missing"),
        ("name: s\nkind: finetune\ntask: MRPC", 1, 1, "model is missing"),
        (training("lerningRate: 1e-5"), 5, 12, "did you mean \"learningRate\"?"),
        (training("learningRate: fast"), 5, 26, "must be a number"),
        (training("learningRate: .nan"), 5, 26, "must be a number"),
        (training("learningRate: 1e-60"), 5, 26, "above 0"),
        (training("dropout: 0.99999999999"), 5, 21, "below 1"),
        (training("learningRate: -1"), 5, 26, "above 0 and at most 1"),
        (training("batchSize: 0"), 5, 23, "from 1 to 65536"),
        (training("batchSize: 3.5"), 5, 23, "whole number"),
        (training("epochs: 0"), 5, 20, "above 0 and at most 10000"),
        (training("schedule: cosine"), 5, 22, "bert2018"),
        (training("clipping: bert2019"), 5, 22, "did you mean \"bert2018\"?"),
        (training("warmupProportion: 1.5"), 5, 30, "at least 0 and below 1"),
        (training("biasCorrection: maybe"), 5, 28, "true or false"),
        (training("maxDuration: soon"), 5, 25, "90s"),
        ("name: s\nkind: finetune\ntask: MRPC\nmodel: minilm-l6\nresources: {memory: lots}", 5, 21, "4GiB"),
        ("name: s\nkind: finetune\ntask: MRPC\nmodel: minilm-l6\nresources: {device: gpu}", 5, 21, "cpu"),
        ("name: s\nkind: finetune\ntask: MRPC\nmodel: minilm-l6\nseed: {count: 0}", 5, 15, "from 1 to 1000"),
        ("name: s\nkind: finetune\ntask: MRPC\nmodel: minilm-l6\nseed: [1, 1]", 5, 11, "listed twice"),
        ("name: s\nkind: finetune\ntask: MRPC\nmodel: {run: p}", 4, 14, "no run \"p\""),
        ("name: s\nkind: finetune\ntask: MRPC\nmodel: {run: p, path: q}", 4, 8, "exactly one"),
        ("name: s\nkind: finetune\ntask: MRPC\nmodel: minilm-l6\ndata: real", 5, 7, "{root: FOLDER}"),
        ("name: s\nkind: finetune\ntask: MRPC\nmodel: minilm-l6\nsweep: {learningRate: 1e-5}", 5, 23, "list"),
        ("name: s\nkind: suite\nmodel: {run: p}\npretrain: [{model: {preset: tiny}}]\ntasks: [RTE]", 4, 12, "name"),
        ("name: s\nkind: pretrain\nmodel: {preset: tniy}", 3, 17, "did you mean \"tiny\"?"),
    ]

    private static func training(_ entry: String) -> String {
        "name: s\nkind: finetune\ntask: MRPC\nmodel: minilm-l6\ntraining: {\(entry)}"
    }

    @Test(arguments: wrong)
    func wrongFilesAreRefusedAtTheRightPlace(yaml: String, line: Int?, column: Int?, says: String) throws {
        let error = #expect(throws: SpecError.self) { try reader.submission(from: yaml) }
        let found = try #require(error)
        #expect(found.line == line, "\(found)")
        if let column { #expect(found.column == column, "\(found)") }
        #expect(found.message.contains(says), "\(found)")
    }

    @Test func overridesThatMakeNoSenseAreRefused() {
        for override in ["epochs", "=1", "a..b=1", "name.first=x", "training.epochs=none"] {
            #expect(throws: SpecError.self, "--set \(override)") {
                try reader.submission(
                    from: "{name: s, kind: finetune, task: MRPC, model: minilm-l6}",
                    overrides: [override]
                )
            }
        }
    }
}
