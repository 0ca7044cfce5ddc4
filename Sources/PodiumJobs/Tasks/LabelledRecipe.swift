import PodiumBERT
import PodiumCore
import PodiumData
import PodiumEval
import PodiumGraph
import PodiumLibrary
import PodiumPrimitives
import PodiumText

/// A task of sentences or sentence pairs: all of GLUE.
struct LabelledRecipe: TaskRecipe {
    let task: BenchmarkTask
    private(set) var datasets: [DatasetUse] = []
    private var training: [Example] = []
    private var evaluation: [(split: DataSplit, examples: [Example])] = []
    private var tests: [(set: TaskExamples.UnscoredSet, examples: [Example])] = []
    private var findings: [Finding] = []
    /// How the head's classes stand to the task's labels; nil for regression.
    private let classes: ClassOrder?
    private(set) var notes: [String] = []
    /// Set where the model's vocabulary does not know much of the texts.
    private var unknownPieces: String?

    private struct Example {
        var sequence: PackedBatch.Sequence
        var id: String
        /// As the file has it.
        var label: String
        /// Nil for training examples.
        var traits: InputTraits?
    }

    init(
        _ part: TaskExamples,
        training use: TaskRecipes.TrainingPart,
        files: TaskFiles,
        model: ModelDirectory,
        length: Int
    ) throws {
        let task = part.task
        self.task = task
        let tokenizer = model.tokenizer
        let trains = if case .first = use { true } else { false }
        if case .classification(let labels) = task.output {
            classes = try ClassOrder(task: task, labels: labels, model: model, trains: trains)
        } else {
            classes = nil
            if !trains { try ClassOrder.checkRegression(model) }
        }
        var texts: [DataSplit: [[String]]] = [:]
        func load(
            _ split: DataSplit,
            _ kind: GLUEFile.Split,
            of task: BenchmarkTask = part.task,
            limit: Int?
        ) throws -> [Example] {
            let file = try files.read(task, split)
            let content = try GLUEFile.read(task: task, split: kind, bytes: file.bytes, name: file.path)
            var rows = content.examples
            if !content.skippedLines.isEmpty {
                let lines = ShortList.text(content.skippedLines.map(String.init))
                notes.append(
                    "\(file.name): \(NumberText.count(content.skippedLines.count, "row")) without the header's columns "
                        + "left out (lines \(lines))"
                )
            }
            if let limit { rows = Array(rows.prefix(limit)) }
            datasets.append(files.use(of: file, task: task, split: split, examples: rows.count))
            texts[split] = rows.map { [$0.first, $0.second ?? ""] }
            return rows.enumerated().map { number, text in
                let encoded = EncodedSequence(text, tokenizer: tokenizer, maximumLength: length)
                return Example(
                    sequence: PackedBatch.Sequence(ids: encoded.ids, types: encoded.types, example: Int32(number)),
                    id: text.id,
                    label: text.label ?? "",
                    traits: split == .train
                        ? nil : InputTraits(text, encoded: encoded, unknown: tokenizer.vocabulary.unknown)
                )
            }
        }
        if case .first(let limit) = use { training = try load(.train, .train, limit: limit) }
        for split in DataRoot.evaluationSplits(of: task) {
            evaluation.append((split, try load(split, .dev, limit: part.evaluationExamples)))
            if let training = texts[.train], let rows = texts[split] {
                findings += [Detectors.leaks(training: training, evaluation: rows)].compactMap(\.self)
            }
        }
        if let use = datasets.last { findings += Detectors.data(use) }
        var unknown = UnknownPieces()
        for example in training + evaluation.flatMap(\.examples) {
            unknown.add(example.sequence.ids, unknown: tokenizer.vocabulary.unknown)
        }
        unknownPieces = unknown.warning
        for set in part.unscoredSets { tests.append((set, try load(set.split, .test, of: set.task, limit: nil))) }
    }

    /// Label strings; a class's index is its place.
    private var labels: [String]? { classes?.labels }

    var classifier: Classifier {
        Classifier(names: labels, problem: labels == nil ? .regression : .singleLabel)
    }

    var warnings: [String] { (classes?.warnings ?? []) + [unknownPieces].compactMap(\.self) }

    var head: Head { labels.map { .classification(labels: $0.count) } ?? .regression }

    var trainingLengths: [Int] { training.map(\.sequence.ids.count) }

    var evaluationLengths: [Int] {
        (evaluation.map(\.examples) + tests.map(\.examples)).flatMap { $0.map(\.sequence.ids.count) }
    }

    func exampleID(_ number: Int32) -> String { training[Int(number)].id }

    func batch(_ examples: ArraySlice<Int32>) -> PackedBatch {
        let chosen = examples.map { training[Int($0)] }
        var batch = PackedBatch(chosen.map(\.sequence), isTraining: true)
        if let labels {
            let indices = chosen.map { Int32(labels.firstIndex(of: $0.label) ?? -1) }
            batch.feed("labels", HostTensor(indices))
        } else {
            batch.feed("targets", HostTensor(chosen.map { Float($0.label) ?? 0 }))
        }
        return batch
    }

    // MARK: Scores

    func evaluate(_ predictor: Predictor, progress: () throws -> Void) throws -> Evaluation {
        var predictions: [ExamplePrediction] = []
        var scores: [GLUEScore] = []
        var sets: [GLUEExamples] = []
        for (split, examples) in evaluation {
            let logits = try predictor.logits(examples.map(\.sequence)) { _ in try progress() }
            let rows = zip(examples, logits).map { prediction($0, logits: $1, split: split) }
            predictions += rows
            let gold = examples.map { LabelledRow(id: $0.id, label: $0.label) }
            scores.append(
                try GLUEScore.score(
                    task: task,
                    gold: gold,
                    predictions: rows.map { LabelledRow(id: $0.example, label: $0.prediction) }
                )
            )
            sets.append(try GLUEExamples(task: task, rows: gold, predicted: rows.map(\.prediction)))
        }
        let suspicious = findings + sets.flatMap(Detectors.predictions)
        let score = task == .mnli ? try GLUEScore.mnli(matched: scores[0], mismatched: scores[1]) : scores[0]
        var result = Evaluation(metrics: [:], score: score.score.value, examples: score.n, predictions: predictions)
        result.notes = notes
        result.intervals = Self.stored(try score.intervals(of: sets))
        result.findings = suspicious.map(RunFinding.init)
        result.notes += warnings
        for metric in score.metrics {
            switch metric.value {
            case .value(let value): result.metrics[metric.name] = value
            case .undefined(let reason): result.notes.append("\(metric.name) is undefined: \(reason)")
            }
        }
        return result
    }

    func predictTests(
        _ predictor: Predictor,
        into evaluation: inout Evaluation,
        progress: () throws -> Void
    ) throws {
        for (set, examples) in tests {
            let logits = try predictor.logits(examples.map(\.sequence)) { _ in try progress() }
            let rows = zip(examples, logits).map { prediction($0, logits: $1, split: set.split) }
            evaluation.tests += rows.map {
                TestPrediction(task: set.task, split: set.split, example: $0.example, prediction: $0.prediction)
            }
            // The diagnostic set is there with and without labels.
            guard examples.allSatisfy({ !$0.label.isEmpty }) else { continue }
            let gold = examples.map { LabelledRow(id: $0.id, label: $0.label) }
            let sides = try GLUEExamples(task: set.task, rows: gold, predicted: rows.map(\.prediction))
            let score = GLUEScore(task: set.task, n: sides.count, metrics: sides.metrics)
            var further = SetScore(
                task: set.task,
                split: set.split,
                examples: score.n,
                metrics: [:],
                score: score.score.value,
                intervals: Self.stored(try score.intervals(of: [sides]))
            )
            for metric in score.metrics { further.metrics[metric.name] = metric.value.value }
            evaluation.furtherSets.append(further)
        }
    }

    private static func stored(_ intervals: [(name: String, interval: Interval?)]) -> [String: ScoreInterval] {
        var result: [String: ScoreInterval] = [:]
        for (name, interval) in intervals {
            result[name] = interval.map {
                ScoreInterval(low: $0.low, high: $0.high, level: $0.level, method: $0.method.rawValue)
            }
        }
        return result
    }

    private func prediction(_ example: Example, logits: [Float], split: DataSplit) -> ExamplePrediction {
        if let labels {
            // The first of equal logits, as argmax has it.
            let best = logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
            return ExamplePrediction(
                split: split,
                example: example.id,
                prediction: labels[best],
                gold: example.label,
                score: labels[best] == example.label ? 1 : 0,
                traits: example.traits
            )
        }
        let value = Double(logits[0])
        let error = value - (Double(example.label) ?? 0)
        return ExamplePrediction(
            split: split,
            example: example.id,
            prediction: "\(value)",
            gold: example.label,
            score: -error * error,
            traits: example.traits
        )
    }
}
