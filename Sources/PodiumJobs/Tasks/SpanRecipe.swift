import PodiumBERT
import PodiumCore
import PodiumData
import PodiumEval
import PodiumGraph
import PodiumLibrary
import PodiumPrimitives
import PodiumText

/// SQuAD: the answer is a stretch of the passage, or nothing in v2.0.
struct SpanRecipe: TaskRecipe {
    let task: BenchmarkTask
    private(set) var datasets: [DatasetUse] = []
    private let options: SpanOptions
    private let tokenizer: Tokenizer
    private var training: [SpanWindow] = []
    /// Identifiers of the training questions.
    private var trainingIDs: [String] = []
    private var evaluation = SQuADPart()
    /// Nil where the test set is not asked for, or not there.
    private var test: SQuADPart?
    private(set) var notes: [String] = []

    /// Questions with their windows.
    private struct SQuADPart {
        var passages: [String] = []
        var questions: [SQuADQuestion] = []
        var windows: [SpanWindow] = []
    }

    let head = Head.span

    init(
        _ part: TaskExamples,
        options: SpanOptions,
        training use: TaskRecipes.TrainingPart,
        files: TaskFiles,
        tokenizer: Tokenizer,
        length: Int
    ) throws {
        let task = part.task
        self.task = task
        self.options = options
        self.tokenizer = tokenizer
        func load(_ split: DataSplit, limit: Int?, forTraining: Bool) throws -> SQuADPart {
            let file = try files.read(task, split)
            let content = try SQuADFile(bytes: file.bytes, name: file.path)
            // A test file has no answers that could tell its version.
            if split != .test { try content.check(isOf: task, name: file.path) }
            let questions = content.questions.prefix(limit ?? Int.max)
            datasets.append(files.use(of: file, task: task, split: split, examples: questions.count))
            let (windows, unlocatable) = SpanWindow.windows(
                of: questions,
                passages: content.passages,
                tokenizer: tokenizer,
                maximumLength: length,
                stride: options.docStride,
                maximumQueryLength: options.maxQueryLength,
                forTraining: forTraining
            )
            if unlocatable > 0 {
                let allowed = max(4, questions.count / 100)
                guard unlocatable <= allowed else {
                    throw DataError(
                        .invalidOffset,
                        "\(NumberText.count(unlocatable, "answer")) of \(NumberText.count(questions.count, "question")) "
                            + "not at their answer_start (offsets count characters, not bytes); at most \(allowed) may be so",
                        file: file.path
                    )
                }
                notes.append(
                    "\(file.name): \(NumberText.count(unlocatable, "question")) left out of training: the answer does not "
                        + "stand at its answer_start, or no token lies in it"
                )
            }
            return SQuADPart(passages: content.passages, questions: Array(questions), windows: windows)
        }
        if case .first(let limit) = use {
            let train = try load(.train, limit: limit, forTraining: true)
            training = train.windows
            trainingIDs = train.questions.map(\.id)
        }
        evaluation = try load(.dev, limit: part.evaluationExamples, forTraining: false)
        var unknown = UnknownPieces()
        for window in evaluation.windows { unknown.add(window.sequence.ids, unknown: tokenizer.vocabulary.unknown) }
        if let warning = unknown.warning { notes.append(warning) }
        for set in part.unscoredSets {
            guard try files.has(task, set.split) else {
                notes.append(DataRoot.noTestSet(of: task))
                continue
            }
            test = try load(set.split, limit: nil, forTraining: false)
        }
    }

    var trainingLengths: [Int] { training.map(\.sequence.ids.count) }

    var evaluationLengths: [Int] { (evaluation.windows + (test?.windows ?? [])).map(\.sequence.ids.count) }

    func exampleID(_ number: Int32) -> String { trainingIDs[training[Int(number)].question] }

    func batch(_ examples: ArraySlice<Int32>) -> PackedBatch {
        let chosen = examples.map { training[Int($0)] }
        let sequences = zip(chosen, examples).map { window, number in
            PackedBatch.Sequence(ids: window.sequence.ids, types: window.sequence.types, example: number)
        }
        var batch = PackedBatch(sequences, isTraining: true)
        batch.feed("starts", HostTensor(chosen.map(\.start)))
        batch.feed("ends", HostTensor(chosen.map(\.end)))
        return batch
    }

    // MARK: Scores

    func evaluate(_ predictor: Predictor, progress: () throws -> Void) throws -> Evaluation {
        let answers = try self.answers(evaluation, predictor, progress: progress)
        let references = evaluation.questions.map { question in
            SQuADReference(
                id: question.id,
                answers: question.answers.map(\.text),
                isImpossible: question.isImpossible,
                paragraph: question.passage,
                article: question.article
            )
        }
        let score = try score(references, answers)
        var result = Evaluation(metrics: [:], score: nil, examples: references.count, predictions: [], notes: notes)
        for name in task.metrics { result.metrics[name] = score[name] }
        result.score = score["f1"].map { $0 / 100 }
        result.intervals = try intervals(of: score)
        if task == .squadV2 { try tuneThreshold(references, answers, &result) }
        result.findings = datasets.last { $0.split == .dev }.map { Detectors.data($0).map(RunFinding.init) } ?? []
        let traits = InputTraits.each(
            of: evaluation.questions,
            passages: evaluation.passages,
            windows: evaluation.windows,
            unknown: tokenizer.vocabulary.unknown
        )
        result.predictions = zip(zip(evaluation.questions, traits), score.questions).map { pair, scored in
            let (question, traits) = pair
            return ExamplePrediction(
                split: .dev,
                example: question.id,
                prediction: given(answers[question.id]),
                gold: question.answers.first?.text ?? "",
                score: scored.score.f1,
                group: groups(question),
                traits: traits
            )
        }
        result.documents["predictions.json"] = answers.mapValues(given)
        result.documents["nbest_predictions.json"] = answers.mapValues(\.candidates)
        if task == .squadV2 { result.documents["null_odds.json"] = answers.mapValues(\.nullOdds) }
        return result
    }

    /// What the question shares with others; see `ScoreTable.Clusters`.
    private func groups(_ question: SQuADQuestion) -> String {
        let articles = Set(evaluation.questions.map(\.article)).count
        return ScoreTable.Clusters.drawsArticles(articles)
            ? "article \(question.article + 1)" : "paragraph \(question.passage + 1)"
    }

    func predictTests(
        _ predictor: Predictor,
        into evaluation: inout Evaluation,
        progress: () throws -> Void
    ) throws {
        guard let test else { return }
        let answers = try self.answers(test, predictor, progress: progress)
        let threshold = evaluation.nullThreshold
        evaluation.tests = test.questions.map { question in
            let answer = answers[question.id]
            let isNull = answer.flatMap { answer in threshold.map { $0.isNull(answer.nullOdds) } } ?? false
            return TestPrediction(
                task: task,
                split: .test,
                example: question.id,
                prediction: isNull ? "" : answer?.text ?? ""
            )
        }
    }

    /// Looks for the threshold of null odds that is best on the development set, which the test set is answered with.
    ///
    /// The search is over the best answers that are not null, as `evaluate-v2.0.py` has it with `--na-prob-file`.
    private func tuneThreshold(
        _ references: [SQuADReference],
        _ answers: [String: SpanDecoder.Answer],
        _ result: inout Evaluation
    ) throws {
        let best = try SQuADScore.bestThresholds(
            references,
            predictions: SQuADPredictions(answers.mapValues(\.text)),
            noAnswer: NoAnswerScores(
                references.compactMap { reference in
                    answers[reference.id.description].map { (id: reference.id, score: $0.nullOdds) }
                }
            ),
            protocol: .corrected
        )
        func number(_ name: String) -> Double? {
            guard case .number(let value) = best.first(where: { $0.name == name })?.value else { return nil }
            return value
        }
        var parts: [String] = []
        for name in ["best_exact", "best_f1"] {
            guard let score = number(name) else { continue }
            result.metrics[name] = score
            let threshold = number(name + "_thresh")
            let place = threshold.map { "at \(NumberText.fixed($0, digits: 3))" } ?? "by answering nothing"
            parts.append("\(name) \(NumberText.fixed(score, digits: 2)) \(place)")
            result.nullThreshold = NullThreshold(value: threshold, metric: name, score: score)
        }
        result.notes.append(
            "null threshold tuned on these \(NumberText.count(references.count, "question")), so optimistic: "
                + "\(parts.joined(separator: ", ")); exact and f1 are the official script's at threshold 0"
        )
    }

    /// What the system says: in v2.0 nothing, where that has the higher score.
    private func given(_ answer: SpanDecoder.Answer?) -> String {
        guard let answer, task == .squadV1 || answer.nullOdds <= 0 else { return "" }
        return answer.text
    }

    private func answers(
        _ part: SQuADPart,
        _ predictor: Predictor,
        progress: () throws -> Void
    ) throws -> [String: SpanDecoder.Answer] {
        let sequences = part.windows.enumerated().map { number, window in
            PackedBatch.Sequence(ids: window.sequence.ids, types: window.sequence.types, example: Int32(number))
        }
        let logits = try predictor.logits(sequences) { _ in try progress() }
        var scored = [[SpanDecoder.Scored]](repeating: [], count: part.questions.count)
        for (window, pairs) in zip(part.windows, logits) {
            // Two numbers a token: start, end.
            let start = stride(from: 0, to: pairs.count, by: 2).map { pairs[$0] }
            let end = stride(from: 1, to: pairs.count, by: 2).map { pairs[$0] }
            scored[window.question].append(SpanDecoder.Scored(window: window, start: start, end: end))
        }
        let decoder = SpanDecoder(nBestSize: options.nBestSize, maximumAnswerLength: options.maxAnswerLength)
        var answers: [String: SpanDecoder.Answer] = [:]
        for (question, windows) in zip(part.questions, scored) {
            answers[question.id] = decoder.answer(
                windows,
                passage: part.passages[question.passage],
                tokenizer: tokenizer
            )
        }
        return answers
    }

    private func score(
        _ references: [SQuADReference],
        _ answers: [String: SpanDecoder.Answer]
    ) throws -> SQuADScore {
        let predictions = SQuADPredictions(answers.mapValues(given))
        return task == .squadV2
            ? try SQuADScore.v2(references, predictions: predictions)
            : try SQuADScore.v1(references, predictions: predictions)
    }

    /// Whole articles are drawn, or paragraphs where there are few articles: questions about one are not independent.
    private func intervals(of score: SQuADScore) throws -> [String: ScoreInterval] {
        let names = Array(task.metrics.prefix(2))
        let table = try ScoreTable(squad: [score], metrics: names, clustered: true)
        var result: [String: ScoreInterval] = [:]
        for (name, interval) in zip(names, Bootstrap().intervals(of: table).map(\.interval)) {
            result[name] = interval.map {
                ScoreInterval(low: 100 * $0.low, high: 100 * $0.high, level: $0.level, method: $0.method.rawValue)
            }
        }
        // The score is F1 ÷ 100.
        result["score"] = result["f1"].map {
            ScoreInterval(low: $0.low / 100, high: $0.high / 100, level: $0.level, method: $0.method)
        }
        return result
    }
}
