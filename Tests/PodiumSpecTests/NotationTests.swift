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

/// How values and structure may be written.
struct NotationTests {
    @Test(arguments: ["5e-5", "0.00005", "5.0E-5", "+5e-05", "50e-6", ".00005", "5.e-5"])
    func spellingsOfANumberAreOneNumber(text: String) throws {
        let run = try #require(try reader.submission(from: finetune + "training: {learningRate: \(text)}").runs.first)
        #expect(run.spec.work.optimization?.learningRate == 5e-5)
    }

    @Test(arguments: [
        ("../data", "/data"), ("./data/", "/jobs/data"), ("a/./b//../data", "/jobs/a/data"), ("/x/../data", "/data"),
        ("../../../data", "/data"), ("~/../bob/data", "/home/bob/data"), ("'~'", "/home/ada"), ("..", "/"),
    ])
    func spellingsOfAPathAreOnePath(written: String, path: String) throws {
        let run = try #require(try reader.submission(from: finetune + "data: {root: \(written)}").runs.first)
        #expect(run.spec.work.examples?.data == .root(path))
    }

    @Test func ofARelativeFolderNothingIsKnownAbove() throws {
        let reader = SpecReader(
            file: "job.yaml",
            folder: ".",
            home: "/home/ada",
            modelNames: ["minilm-l6"],
            presets: []
        )
        for (written, path) in [("data", "data"), ("../data", "../data"), ("a/../../data", "../data")] {
            let run = try #require(try reader.submission(from: finetune + "data: {root: \(written)}").runs.first)
            #expect(run.spec.work.examples?.data == .root(path))
        }
    }

    @Test func spellingsInASweepAreOneRun() throws {
        let runs = try reader.submission(from: finetune + "sweep: {learningRate: [5e-5, 0.00005, 5.0E-5, 3e-5]}").runs
        #expect(
            runs.map(\.spec.name) == [
                "minilm-l6/glue/MRPC/learningRate=5e-5/seed-1", "minilm-l6/glue/MRPC/learningRate=3e-5/seed-1",
                "report",
            ]
        )
    }

    @Test(arguments: [
        ("epochs: 1:30", "must be a number"), ("batchSize: 1:30", "must be a whole number"),
        ("batchSize: 0x20", "must be a whole number"), ("batchSize: 0o40", "must be a whole number"),
        ("batchSize: 040", "must be a whole number"), ("batchSize: 1_000", "must be a whole number"),
        ("epochs: .inf", "must be a number"), ("epochs: 1e999", "must be a number"),
        ("epochs: 0x1p3", "must be a number"), ("epochs: 1e", "must be a number"),
        ("epochs: 1e10000", "must be a number"),
        ("epochs: .", "must be a number"), ("epochs: 1.2.3", "must be a number"), ("epochs: ١", "must be a number"),
        ("epochs: ~", "has no value"), ("epochs: , batchSize: 4", "has no value"), ("epochs: null", "has no value"),
        ("batchSize: \"32\"", "must be a whole number"), ("batchSize: 99999999999999999999", "must be a whole number"),
        ("biasCorrection: yes", "must be true or false"), ("biasCorrection: 1", "must be true or false"),
        ("schedule: ~", "has no value"), ("maxDuration: 1:30", "90s"), ("maxDuration: ١٢s", "90s"),
        ("maxDuration: -5s", "90s"), ("maxDuration: 99999999999s", "longer than thirty years"),
        ("maxDuration: 1e30", "90s"),
    ])
    func otherReadingsOfWordsAreRefused(entry: String, says: String) throws {
        let error = #expect(throws: SpecError.self) { try reader.submission(from: finetune + "training: {\(entry)}") }
        #expect(error?.message.contains(says) == true, "\(error as Any)")
        #expect(error?.line == 5)
    }

    @Test(arguments: [("1e3", 1000), ("32.0", 32), ("16", 16)])
    func wholeNumbersMayBeWrittenAsNumbers(text: String, value: Int) throws {
        let run = try #require(try reader.submission(from: finetune + "training: {batchSize: \(text)}").runs.first)
        #expect(run.spec.work.optimization?.batchSize == value)
    }

    @Test(arguments: ["model", "task", "data", "name", "seed", "resources", "training", "sweep", "select", "retry"])
    func nullIsNeverAValue(key: String) {
        let lines = (finetune + "data: sample\n").split(separator: "\n").filter { !$0.hasPrefix(key + ":") }
        for null in ["~", "null", ""] {
            let text = (lines + ["\(key): \(null)"]).joined(separator: "\n")
            #expect(throws: SpecError.self, "\(key): \(null)") { try reader.submission(from: text) }
        }
    }

    @Test func aByteOrderMarkIsNoPartOfTheFile() throws {
        #expect(try reader.submission(from: "\u{FEFF}" + finetune).name == "s")
    }

    @Test func mergeKeysBringWhatTheMappingHasNot() throws {
        let submission = try reader.submission(
            from: """
                name: s
                kind: suite
                x-shared: &shared {epochs: 2, batchSize: 8}
                x-more: &more {epochs: 7, learningRate: 1e-5}
                systems:
                  - &a {name: a, model: minilm-l6, training: {<<: *shared}}
                  - {<<: *a, name: b, training: {batchSize: 4, <<: [*shared, *more]}}
                tasks: [RTE]
                """
        )
        let training = submission.runs.compactMap(\.spec.work.optimization)
        #expect(training.map(\.epochs) == [2, 2])
        #expect(training.map(\.batchSize) == [8, 4])
        #expect(training.map(\.learningRate) == [5e-5, 1e-5])
        #expect(submission.runs.map(\.spec.system) == ["a", "b", "s"])
    }

    @Test func anOverrideChangesOneKeyOfAMergedMapping() throws {
        let text = """
            x-base: &base {training: {epochs: 2, batchSize: 8}}
            name: s
            kind: finetune
            task: MRPC
            model: minilm-l6
            <<: *base
            """
        let run = try #require(try reader.submission(from: text, overrides: ["training.epochs=1"]).runs.first)
        #expect(run.spec.work.optimization?.epochs == 1 && run.spec.work.optimization?.batchSize == 8)
    }

    @Test func aMergeOfNoMappingIsRefused() {
        #expect(throws: SpecError.self) { try reader.submission(from: finetune + "training: {<<: 3}") }
    }

    @Test func keysGivenTwiceAreRefusedWithTheirPlace() {
        let error = #expect(throws: SpecError.self) {
            try reader.submission(from: finetune + "training: {epochs: 1, epochs: 3}")
        }
        #expect(error?.line == 5 && error?.message.contains("epochs is given twice") == true, "\(error as Any)")
    }

    @Test func whatTheCommandLineSaysHasNoPlaceInTheFile() {
        let error = #expect(throws: SpecError.self) {
            try reader.submission(from: finetune, overrides: ["training.epochs=none"])
        }
        #expect(error?.line == nil && error?.message.contains("training.epochs must be a number") == true)
    }

    @Test(arguments: ["17", "-3", "007"])
    func suitesAreNotNamedLikeNumbers(name: String) {
        let error = #expect(throws: SpecError.self) {
            try reader.submission(from: "name: \(name)\nkind: finetune\ntask: MRPC\nmodel: minilm-l6")
        }
        #expect(error?.line == 1 && error?.message.contains("number") == true, "\(error as Any)")
    }
}
