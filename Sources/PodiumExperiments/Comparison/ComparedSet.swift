package import PodiumCore
package import PodiumEval
internal import PodiumPrimitives

/// Two systems on one evaluation set.
package struct ComparedSet {
    package let title: String
    /// What the difference is a difference of.
    package let quantity: String
    /// What an example must gain or lose to count as flipped.
    package let flipQuantity: String
    package let diff: PredictionDiff
    /// B minus A.
    package let paired: PairedComparison
    /// What a reader should know before trusting the numbers.
    package var notes: [String] = []

    /// - Parameter predictions: for exactly the gold rows.
    package static func labels(
        task: BenchmarkTask,
        split: String,
        gold: [LabelledRow],
        predictions: Sides<[LabelledRow]>,
        slices: [String: [PredictionDiff.SliceKey]],
        bootstrap: Bootstrap
    ) throws(EvalError) -> ComparedSet {
        let examples = try predictions.map { (rows) throws(EvalError) in
            let pairs = try LabelledRow.pair(gold: gold, predictions: rows)
            return try GLUEExamples(task: task, rows: gold, predicted: pairs.map(\.predicted))
        }
        let isClasses = if case .classification = task.output { true } else { false }
        return ComparedSet(
            title: "\(task.displayName), \(split)",
            quantity: meanText(examples.a.metrics.map(\.name)),
            flipQuantity: isClasses ? "right answers" : "a tenth of the scale",
            diff: try .glue(task: task, gold: gold, predictions: predictions, slices: slices),
            paired: try .bMinusA(examples, bootstrap: bootstrap)
        )
    }

    /// Answers to SQuAD's questions, scored by the corrected protocol: a missing answer is a wrong one.
    package static func answers(
        task: BenchmarkTask,
        split: String,
        questions: [SQuADReference],
        answers: Sides<SQuADPredictions>,
        bootstrap: Bootstrap
    ) throws(EvalError) -> ComparedSet {
        let scores = try answers.map { (answers) throws(EvalError) in
            task == .squadV1
                ? try SQuADScore.v1(questions, predictions: answers, protocol: .corrected)
                : try SQuADScore.v2(questions, predictions: answers, protocol: .corrected)
        }
        let metrics = Array(task.metrics.prefix(2))
        return ComparedSet(
            title: "\(task.displayName), \(split)",
            quantity: "\(meanText(metrics)), by the corrected protocol",
            flipQuantity: "exact match",
            diff: try .squad(questions, answers: answers, scores: scores),
            paired: try .bMinusA(scores, metrics: metrics, bootstrap: bootstrap),
            notes: notes("A", scores.a) + notes("B", scores.b)
        )
    }

    /// Stored answers with their F1, whole articles drawn; a question that only one run answered is refused.
    package static func spans(
        task: BenchmarkTask,
        predictions: Sides<[ExamplePrediction]>,
        bootstrap: Bootstrap
    ) throws(EvalError) -> ComparedSet {
        let other = Dictionary(predictions.b.map { ($0.example, $0) }) { $1 }
        var examples: [PredictionDiff.Example] = []
        for one in predictions.a {
            guard let two = other[one.example], predictions.b.count == predictions.a.count else {
                throw EvalError(
                    .mismatchedExamples,
                    "the runs did not answer the same questions of \(task.displayName)"
                )
            }
            examples.append(
                PredictionDiff.Example(
                    id: one.example,
                    gold: one.gold,
                    first: one.prediction,
                    second: two.prediction,
                    firstScore: one.score,
                    secondScore: two.score
                )
            )
        }
        let scores = Sides(a: examples.map(\.firstScore), b: examples.map(\.secondScore))
        let articles = predictions.a.compactMap(\.group)
        let groups = articles.count == examples.count ? articles : nil
        return ComparedSet(
            title: "\(task.displayName), dev",
            quantity: "F1",
            flipQuantity: "half of F1's scale",
            diff: PredictionDiff(examples, areIndependent: false),
            paired: try .bMinusA(scores, metric: "f1", groups: groups, bootstrap: bootstrap),
            notes: groups == nil
                ? ["the runs stored no articles, so questions are drawn one by one: the interval is too narrow"] : []
        )
    }

    private static func meanText(_ metrics: [String]) -> String {
        let names = metrics.map { BenchmarkTask.metricTitle($0) }
        return names.count == 1 ? names[0] : "mean of " + names.joined(separator: " and ")
    }

    private static func notes(_ side: String, _ score: SQuADScore) -> [String] {
        var notes: [String] = []
        if !score.missing.isEmpty {
            notes.append(
                "\(side) has no answer to \(NumberText.count(score.missing.count, "question")): counted as wrong"
            )
        }
        if score.extraPredictions > 0 {
            let count = NumberText.count(score.extraPredictions, "answer")
            notes.append("\(side) has \(count) to no question of the set: they change nothing")
        }
        return notes
    }
}

extension BenchmarkTask {
    /// A metric's JSON name in words.
    fileprivate static func metricTitle(_ name: String) -> String {
        switch name {
        case "accuracy": "accuracy"
        case "f1": "F1"
        case "exact", "exact_match": "exact match"
        case "matthews": "Matthews' correlation"
        case "pearson": "Pearson's correlation"
        case "spearman": "Spearman's correlation"
        default: name
        }
    }
}
