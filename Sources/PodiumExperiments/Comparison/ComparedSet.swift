package import PodiumCore
package import PodiumEval

/// Two systems on one evaluation set.
package struct ComparedSet {
    package let title: String
    package let diff: PredictionDiff
    /// B minus A where whole scores could be resampled; nil for stored spans, of which only F1 is known.
    package let paired: PairedComparison?

    package static func labels(
        task: BenchmarkTask,
        split: String,
        gold: [LabelledRow],
        first: [LabelledRow],
        second: [LabelledRow],
        slices: [String: [PredictionDiff.SliceKey]],
        bootstrap: Bootstrap
    ) throws(EvalError) -> ComparedSet {
        var columns: [GLUEExamples] = []
        for rows in [second, first] {
            let pairs = try LabelledRow.pair(gold: gold, predictions: rows)
            columns.append(try GLUEExamples(task: task, rows: gold, predicted: pairs.map(\.predicted)))
        }
        return ComparedSet(
            title: "\(task.displayName), \(split)",
            diff: try .glue(task: task, gold: gold, first: first, second: second, slices: slices),
            paired: PairedComparison(try ScoreTable(columns), bootstrap: bootstrap)
        )
    }

    /// Stored answers with their F1; a question that only one run answered is refused.
    package static func spans(
        task: BenchmarkTask,
        first: [ExamplePrediction],
        second: [ExamplePrediction]
    ) throws(EvalError) -> ComparedSet {
        let other = Dictionary(second.map { ($0.example, $0) }) { $1 }
        var examples: [PredictionDiff.Example] = []
        for one in first {
            guard let two = other[one.example], second.count == first.count else {
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
        return ComparedSet(title: "\(task.displayName), dev, by F1", diff: PredictionDiff(examples), paired: nil)
    }
}
