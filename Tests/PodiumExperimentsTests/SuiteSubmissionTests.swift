import Foundation
import PodiumCore
import PodiumEval
import PodiumExperiments
import PodiumFiles
import PodiumLibrary
import Testing

/// The answers of a suite's runs as a submission.
struct SuiteSubmissionTests {
    /// Runs that answer test sets of four examples.
    private final class Suite {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-\(UUID().uuidString)")
        var runs: [SuiteHistory.Run] = []
        static let examples = 4

        init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(at: folder) }

        /// Adds a run that gives one answer to every test example.
        func add(
            _ task: BenchmarkTask,
            _ answer: String,
            score: Double,
            seed: UInt64 = 1,
            rate: Double = 5e-5,
            system: String = "base",
            predict: [PredictedSet] = PredictedSet.allCases
        ) throws {
            let id = RunID(rawValue: Int64(runs.count + 1))
            var work = FineTuning(model: .named("base"), task: task, seed: seed)
            work.optimization.learningRate = rate
            work.examples.predict = predict
            var result = RunResult(metrics: [:], score: score, examples: 4)
            let dev = DatasetUse(task: task, split: .dev, origin: .sample, examples: 4, files: [])
            result.datasets = [dev]
            var answers: [TestPrediction] = []
            for set in work.examples.unscoredSets {
                result.datasets.append(
                    DatasetUse(task: set.task, split: set.split, origin: .sample, examples: Self.examples, files: [])
                )
                answers += (0..<Self.examples).map {
                    TestPrediction(task: set.task, split: set.split, example: "\($0)", prediction: answer)
                }
            }
            let rows = [ExamplePrediction(split: .dev, example: "q", prediction: answer, gold: "", score: 0)]
            var written = [try PredictionLog.write(rows, to: "\(folder.path)/\(id).jsonl")]
            if !answers.isEmpty {
                written.append(try PredictionLog.write(answers, to: "\(folder.path)/\(id)-tests.jsonl"))
            }
            written.append(
                Artifact(kind: .model, step: 70, path: "/m", sha256: String(repeating: "a", count: 64), bytes: 1)
            )
            let artifacts = written.enumerated().map { number, artifact in
                ArtifactRecord(
                    id: id.rawValue * 10 + Int64(number),
                    run: id,
                    attempt: 1,
                    token: id.rawValue,
                    artifact: artifact,
                    createdAt: 0
                )
            }
            let spec = RunSpec(name: "\(system)/\(task.rawValue)/\(id)", system: system, work: .finetune(work))
            let record = RunRecord(
                id: id,
                suite: SuiteID(rawValue: 1),
                suiteName: "suite",
                spec: spec,
                state: .succeeded,
                submittedAt: 0
            )
            runs.append(SuiteHistory.Run(record: record, attempts: [], result: result, artifacts: artifacts))
        }

        /// A run of every task.
        func addAll(except left: BenchmarkTask? = nil, system: String = "base") throws {
            for task in BenchmarkTask.glue where task != left {
                try add(task, Self.answer(to: task), score: 0.5, system: system)
            }
        }

        static func answer(to task: BenchmarkTask) -> String {
            switch task.output {
            case .classification(let labels): labels[1]
            default: "6.5"
            }
        }

        var history: SuiteHistory {
            let suite = SuiteRecord(
                id: SuiteID(rawValue: 1),
                name: "suite",
                kind: .suite,
                source: "",
                selection: SelectionRule(),
                submittedAt: 0
            )
            return SuiteHistory(suite: suite, runs: runs)
        }
    }

    private func files(_ submission: SuiteSubmission) throws -> [String: String] {
        let archive = try ZipArchive(reading: submission.bytes)
        return Dictionary(
            uniqueKeysWithValues: archive.files.map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) }
        )
    }

    @Test func aSuiteOverGLUEMakesAllElevenFiles() throws {
        let suite = try Suite()
        try suite.addAll()
        let submission = try SuiteSubmission(suite.history)
        let files = try files(submission)
        #expect(files.count == 11)
        #expect(
            files["MNLI-mm.tsv"] == "index\tprediction\n0\tentailment\n1\tentailment\n2\tentailment\n3\tentailment\n"
        )
        #expect(files["STS-B.tsv"]?.contains("0\t5.000") == true)
        #expect(files["AX.tsv"]?.contains("entailment") == true)
        let sizes = Dictionary(uniqueKeysWithValues: GLUESubmission.files.map { ($0.name, Suite.examples) })
        let errors = GLUESubmission.check(try ZipArchive(reading: submission.bytes), sizes: sizes)
            .filter { $0.severity == .error }
        #expect(errors.isEmpty)
        // Four examples are no official test set.
        #expect(submission.warnings.count == 1)
        let ax = try #require(submission.origins.first { $0.file == "AX.tsv" })
        #expect(ax.run == submission.origins.first { $0.file == "MNLI-m.tsv" }?.run)
        #expect(ax.checkpoint?.step == 70)
        #expect(submission.text.contains("WNLI.tsv"))
        #expect(try submission.originDocument().contains("\"runName\""))
    }

    @Test func theRunIsTheBestOnTheDevelopmentSetOfTheConfigurationWithTheBestMean() throws {
        let suite = try Suite()
        try suite.addAll(except: .mrpc)
        // One lucky seed of a worse configuration has the highest score of all.
        try suite.add(.mrpc, "0", score: 0.95, seed: 1, rate: 5e-5)
        try suite.add(.mrpc, "0", score: 0.1, seed: 2, rate: 5e-5)
        try suite.add(.mrpc, "0", score: 0.7, seed: 1, rate: 3e-5)
        try suite.add(.mrpc, "1", score: 0.8, seed: 2, rate: 3e-5)
        let submission = try SuiteSubmission(suite.history)
        let origin = try #require(submission.origins.first { $0.file == "MRPC.tsv" })
        #expect(origin.developmentScore == 0.8 && origin.seed == 2)
        #expect(origin.configurations == 2 && origin.tries == 4)
        #expect(origin.selection.contains("learningRate 3e-5"))
        #expect(origin.selection.contains("4 tries"))
        #expect(try files(submission)["MRPC.tsv"]?.contains("0\t1\n") == true)
    }

    @Test func whatIsLackingIsNamed() throws {
        let suite = try Suite()
        try suite.addAll(except: .rte)
        try suite.add(.rte, "entailment", score: 0.5, predict: [.dev])
        let error = #expect(throws: ExperimentError.self) { try SuiteSubmission(suite.history) }
        #expect(error?.message.contains("kept no predictions of test sets") == true)
        #expect(error?.message.contains("glue/RTE") == true)
        let missing = try Suite()
        try missing.addAll(except: .rte)
        let other = #expect(throws: ExperimentError.self) { try SuiteSubmission(missing.history) }
        #expect(other?.message.contains("glue/RTE: no run that succeeded") == true)
    }

    @Test func ofSeveralSystemsOneMustBeNamed() throws {
        let suite = try Suite()
        try suite.addAll()
        try suite.addAll(system: "large")
        let error = #expect(throws: ExperimentError.self) { try SuiteSubmission(suite.history) }
        #expect(error?.message.contains("base, large") == true)
        #expect(
            try SuiteSubmission(suite.history, system: "large").origins.allSatisfy { $0.runName.hasPrefix("large") }
        )
        #expect(throws: ExperimentError.self) { try SuiteSubmission(suite.history, system: "small") }
    }

    @Test func answersThatWereChangedAreRefused() throws {
        let suite = try Suite()
        try suite.addAll()
        let path = try #require(suite.runs[2].artifact(.testPredictions)?.path)
        try Data("{}\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: ExperimentError.self) { try SuiteSubmission(suite.history) }
    }

    @Test func squadIsTheTestSetWhereItWasPredictedElseTheDevelopmentSet() throws {
        let suite = try Suite()
        try suite.add(.squadV1, "in Oslo", score: 0.5)
        let tested = try SuiteSubmission(suite.history)
        #expect(String(decoding: tested.bytes, as: UTF8.self).contains(#""3": "in Oslo""#) || tested.bytes.count > 20)
        #expect(tested.warnings.isEmpty)
        let other = try Suite()
        try other.add(.squadV1, "in Rome", score: 0.5, predict: [.dev])
        let developed = try SuiteSubmission(other.history, task: .squadV1)
        #expect(String(decoding: developed.bytes, as: UTF8.self).contains("in Rome"))
        #expect(developed.warnings.count == 1)
    }
}
