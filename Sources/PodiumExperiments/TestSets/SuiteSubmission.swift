internal import Foundation
package import PodiumCore
internal import PodiumEval
internal import PodiumFiles
internal import PodiumLibrary
internal import PodiumPrimitives

/// A suite's answers as a benchmark's server takes them, with where each came from.
///
/// Of every task it takes one run: of the configuration with the best mean development score, the run with the best
/// development score. Test sets have no part in the choice.
package struct SuiteSubmission {
    package let bytes: [UInt8]
    /// In the order of the archive.
    package let origins: [AnswerOrigin]
    package private(set) var warnings: [String]
    private let suite: SuiteRecord
    private let system: String

    /// - Parameters:
    ///   - system: nil for the suite's only one.
    ///   - task: a version of SQuAD; nil for GLUE, or SQuAD where the suite has no other task.
    package init(_ history: SuiteHistory, system: String? = nil, task: BenchmarkTask? = nil) throws {
        let reported = history.reported
        let runs = reported.runs.filter { $0.record.spec.task != nil }
        suite = history.suite
        self.system = try Self.system(system, of: runs, suite: history.suite.name)
        let own = runs.filter { [system = self.system] in $0.record.spec.system == system }
        let tasks = BenchmarkTask.allCases.filter { task in own.contains { $0.record.spec.task == task } }
        guard let squad = try Self.squad(task, among: tasks) else {
            (bytes, origins, warnings) = try Self.archive(reported, system: self.system)
            return
        }
        (bytes, origins, warnings) = try Self.answers(reported, system: self.system, task: squad)
    }

    /// The answers of a suite that a user named; a name that several suites have is told in a warning.
    package static func load(
        _ suite: String?,
        from store: any JobStore,
        system: String?,
        task: String?
    ) async throws -> SuiteSubmission {
        let record = try await store.requireSuite(suite)
        guard let history = try await SuiteHistory.load(record.id, from: store, curvePoints: 0) else {
            throw ExperimentError(.invalidRequest, "suite \(record.id) is gone")
        }
        var submission = try SuiteSubmission(history, system: system, task: try task.map(Self.task))
        if let doubt = try await store.ambiguity(of: suite, chosen: record) { submission.warnings.insert(doubt, at: 0) }
        return submission
    }

    /// Writes the answers, and beside them where they came from.
    package func write(to path: String, withOrigin: Bool) throws {
        try AtomicFile.write(bytes, to: path)
        if withOrigin { try AtomicFile.write(Array(try originDocument().utf8), to: path + ".origin.json") }
    }

    /// A task by the name that a user gave it.
    static func task(named name: String) throws -> BenchmarkTask {
        guard let task = BenchmarkTask(named: name), task.isSQuAD else {
            throw ExperimentError(
                .invalidRequest,
                "--task \(name): a submission is GLUE's archive (name no task), or of squad-v1.1 or squad-v2.0"
            )
        }
        return task
    }

    private static func system(_ wanted: String?, of runs: [SuiteHistory.Run], suite: String) throws -> String {
        var names: [String] = []
        for run in runs where !names.contains(run.record.spec.system) { names.append(run.record.spec.system) }
        if let wanted {
            guard names.contains(wanted) else {
                throw ExperimentError(
                    .invalidRequest,
                    "suite \(suite) has no system \"\(wanted)\"; it has \(names.joined(separator: ", "))"
                )
            }
            return wanted
        }
        guard names.count == 1 else {
            throw ExperimentError(
                .invalidRequest,
                names.isEmpty
                    ? "suite \(suite) has no run on a task"
                    : "suite \(suite) has several systems; name one with --system: \(names.joined(separator: ", "))"
            )
        }
        return names[0]
    }

    private static func squad(_ wanted: BenchmarkTask?, among tasks: [BenchmarkTask]) throws -> BenchmarkTask? {
        if let wanted {
            guard tasks.contains(wanted) else {
                throw ExperimentError(.invalidRequest, "the suite has no runs on \(wanted.rawValue)")
            }
            return wanted
        }
        guard tasks.allSatisfy(\.isSQuAD) else { return nil }
        guard tasks.count == 1 else {
            throw ExperimentError(
                .invalidRequest,
                "the suite has both versions of SQuAD; name one with --task squad-v1.1 or squad-v2.0"
            )
        }
        return tasks[0]
    }

    // MARK: GLUE

    private static func archive(
        _ history: SuiteHistory,
        system: String
    ) throws -> ([UInt8], [AnswerOrigin], [String]) {
        var predictions: [String: [LabelledRow]] = [:]
        var sizes: GLUESubmission.Sizes = [:]
        var origins: [AnswerOrigin] = []
        var lacking: [String] = []
        for task in BenchmarkTask.glue {
            let files = GLUESubmission.files.filter { $0.task == task || (task == .mnli && $0.task == .ax) }
            guard let choice = Choice(history, system: system, task: task) else {
                lacking.append("\(task.rawValue): no run that succeeded")
                continue
            }
            let answers = try choice.run.testAnswers()
            for file in files {
                let uses = (choice.run.result?.datasets ?? []).filter {
                    GLUESubmission.file(task: $0.task ?? task, split: $0.split) == file && !$0.isEvaluation
                        && $0.split != .train
                }
                guard let use = uses.first else {
                    lacking.append("\(file.name): run \(choice.run.record.id) did not predict it")
                    continue
                }
                sizes[file.name] = use.examples
                predictions[file.name] = answers.filter { $0.task == file.task && $0.split == use.split }
                    .map { LabelledRow(id: $0.example, label: $0.prediction) }
                origins.append(choice.origin(of: file.name, task: file.task, data: use))
            }
        }
        guard lacking.isEmpty else {
            throw ExperimentError(
                .failed,
                "the answers of \(system) make no whole submission:\n" + lacking.map { "  \($0)\n" }.joined()
                    + "a suite over glue with predict: [dev, test, ax] leaves all of them"
            )
        }
        let archive = try GLUESubmission.write(predictions, sizes: sizes)
        let others = GLUESubmission.files.filter { sizes[$0.name] != $0.rows }
        let warnings =
            others.isEmpty
            ? []
            : [
                "not the official test sets, so the server would refuse: "
                    + others.map { "\($0.name) (\(sizes[$0.name] ?? 0) examples, not \($0.rows))" }.joined(
                        separator: ", "
                    )
            ]
        return (archive.bytes, origins, warnings)
    }

    // MARK: SQuAD

    private static func answers(
        _ history: SuiteHistory,
        system: String,
        task: BenchmarkTask
    ) throws -> ([UInt8], [AnswerOrigin], [String]) {
        guard let choice = Choice(history, system: system, task: task) else {
            throw ExperimentError(.failed, "no run of \(system) on \(task.rawValue) succeeded")
        }
        let datasets = choice.run.result?.datasets ?? []
        var pairs: [(id: String, answer: String)] = []
        var warnings: [String] = []
        let use: DatasetUse?
        if let test = datasets.first(where: { $0.split == .test }) {
            use = test
            pairs = try choice.run.testAnswers().map { ($0.example, $0.prediction) }
        } else {
            use = datasets.first(where: \.isEvaluation)
            pairs = try choice.run.developmentAnswers().map { ($0.example, $0.prediction) }
            warnings.append("these are the answers to the development set: the run did not predict a test set")
        }
        guard let use, !pairs.isEmpty else {
            throw ExperimentError(.failed, "run \(choice.run.record.id) left no answers")
        }
        let questions = pairs.map { SQuADReference(id: $0.id, answers: [], isImpossible: false) }
        let bytes = try SQuADSubmission.write(
            questions,
            predictions: SQuADPredictions(pairs.map { (id: ExactText($0.id), answer: ExactText($0.answer)) })
        )
        return (bytes, [choice.origin(of: "predictions.json", task: task, data: use)], warnings)
    }

    // MARK: Where answers came from

    private struct Document: Encodable {
        var suite: Int64
        var suiteName: String
        var system: String
        var answers: [AnswerOrigin]
    }

    /// JSON that says of every answer which run, checkpoint and choice it came from.
    package func originDocument() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let document = Document(suite: suite.id.rawValue, suiteName: suite.name, system: system, answers: origins)
        return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
    }

    /// The same as a table for people.
    package var text: String {
        var table = TextTable([
            ("FILE", .left), ("RUN", .right), ("CHECKPOINT", .left), ("DEV", .right), ("CHOSEN AS", .left),
        ])
        for origin in origins {
            let step = origin.checkpoint.map { "step \($0.step ?? 0), \($0.sha256.prefix(12))" } ?? "–"
            let score = origin.developmentScore.map { NumberText.percent($0, digits: 2) } ?? "–"
            table.add([origin.file, "\(origin.run)", step, score, origin.selection])
        }
        return table.rendered()
    }
}
