import ArgumentParser
import Foundation
import PodiumCore
import PodiumData
import PodiumEval

struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows where two systems differ, and whether the difference is real.",
        discussion: """
            A and B are runs of one task by their numbers, or two prediction files with --task and --gold.

            Examples:
              podium compare 12 15
              podium compare a.tsv b.tsv --task MRPC --gold MRPC/dev.tsv --examples 10
              podium compare a.json b.json --task squad-v2.0 --gold dev-v2.0.json --json
            """
    )

    @Argument(help: "Run number or predictions of the first system.")
    var a: String
    @Argument(help: "Run number or predictions of the second system.")
    var b: String
    @Option(help: "The task of two files: MRPC, squad-v1.1, …")
    var task: String?
    @Option(help: "The labelled data of two files.", completion: .file())
    var gold: String?
    @Option(help: "How many examples to list in each direction.")
    var examples = 5
    @OptionGroup var resampling: ResamplingOptions
    @OptionGroup var place: PlaceOptions
    @Flag(help: "One JSON document.")
    var json = false

    func validate() throws {
        guard (task == nil) == (gold == nil) else { throw ValidationError("--task and --gold go together") }
        guard examples >= 0 else { throw ValidationError("--examples must not be negative") }
    }

    func run() async throws {
        let parts: [ComparedSet]
        if let task, let gold {
            guard let known = BenchmarkTask(named: task) else { throw Failure(.usage, "\"\(task)\" is no task") }
            parts = [try known.isSQuAD ? answers(known, gold) : labels(known, gold)]
        } else {
            parts = try await runs()
        }
        if json {
            Terminal.print(JSONValue.array(parts.map { $0.json(examples: examples) }).text)
        } else {
            Terminal.print(parts.map { $0.text(examples: examples) }.joined(separator: "\n\n"))
        }
    }

    private func labels(_ task: BenchmarkTask, _ path: String) throws -> ComparedSet {
        let input = try GLUEInput(task: task, path: path)
        let rows = { (path: String) in
            try InputFile.read(path) { (bytes) throws(EvalError) in try PredictionsFile.read(bytes) }
        }
        var slices: [String: [PredictionDiff.SliceKey]] = [:]
        if task == .ax {
            slices = try InputFile.read(path) { (bytes) throws(EvalError) in
                try DiagnosticCategories.slices(tsv: bytes)
            }
        }
        for text in input.texts {
            let words = [text.first, text.second ?? ""].map { $0.split(separator: " ").count }.reduce(0, +)
            slices[text.id, default: []].append(PredictionDiff.lengthBucket(words: words))
        }
        return try .labels(
            task: task,
            split: URL(fileURLWithPath: path).lastPathComponent,
            gold: input.gold,
            first: rows(a),
            second: rows(b),
            slices: slices,
            bootstrap: resampling.bootstrap
        )
    }

    private func answers(_ task: BenchmarkTask, _ path: String) throws -> ComparedSet {
        let questions = try InputFile.read(path) { (bytes) throws(EvalError) in try SQuADReferences(json: bytes) }
            .questions
        let read = { (path: String) in
            try InputFile.read(path) { (bytes) throws(EvalError) in try SQuADPredictions(json: bytes) }
        }
        let (first, second) = (try read(a), try read(b))
        let scores = try [first, second].map { answers in
            try task == .squadV1
                ? SQuADScore.v1(questions, predictions: answers, protocol: .corrected)
                : SQuADScore.v2(questions, predictions: answers, protocol: .corrected)
        }
        let table = try ScoreTable(squad: scores, metrics: task.metrics, clustered: true)
        return ComparedSet(
            title: "\(task.displayName), \(URL(fileURLWithPath: path).lastPathComponent)",
            diff: try .squad(questions, first: first, second: second, version: task),
            paired: PairedComparison(table, bootstrap: resampling.bootstrap)
        )
    }

    /// Both runs' predictions as the store has them, one part per evaluation set.
    private func runs() async throws -> [ComparedSet] {
        guard let first = Int64(a), let second = Int64(b) else {
            throw Failure(.usage, "two run numbers are needed; for files give --task and --gold")
        }
        let (task, lists) = try await place.withStore { store in
            var tasks: [BenchmarkTask] = []
            var lists: [[ExamplePrediction]] = []
            for number in [first, second] {
                let run = try await store.requireRun(number)
                let found = try await store.predictions(of: run.id)
                guard let task = run.spec.task, !found.isEmpty else {
                    throw Failure(.usage, "run \(number) has no predictions (it is \(run.state.rawValue))")
                }
                tasks.append(task)
                lists.append(found)
            }
            guard tasks[0] == tasks[1] else {
                throw Failure(
                    .usage,
                    "run \(first) is of \(tasks[0].displayName), run \(second) of \(tasks[1].displayName)"
                )
            }
            return (tasks[0], lists)
        }
        return try Set(lists[0].map(\.split)).sorted().map { split in
            let sides = lists.map { $0.filter { $0.split == split } }
            if task.isSQuAD { return try .spans(task: task, first: sides[0], second: sides[1]) }
            return try .labels(
                task: task,
                split: split,
                gold: sides[0].map { LabelledRow(id: $0.example, label: $0.gold) },
                first: sides[0].map { LabelledRow(id: $0.example, label: $0.prediction) },
                second: sides[1].map { LabelledRow(id: $0.example, label: $0.prediction) },
                slices: [:],
                bootstrap: resampling.bootstrap
            )
        }
    }
}
