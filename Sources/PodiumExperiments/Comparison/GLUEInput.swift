package import PodiumCore
package import PodiumData
package import PodiumEval

/// Gold data and predictions of a GLUE task as files.
package struct GLUEInput {
    package let task: BenchmarkTask
    package let texts: [LabelledText]
    /// The examples' labels, numbered by row as the predictions are.
    package let gold: [LabelledRow]

    /// Reads a labelled file in the official layout.
    package init(task: BenchmarkTask, bytes: [UInt8], name: String) throws {
        self.task = task
        texts = try GLUEFile.read(task: task, split: .dev, bytes: bytes, name: name).examples
        gold = try texts.map { text in
            guard let label = text.label else {
                throw ExperimentError(
                    .invalidRequest,
                    "\(name): the file has no labels; test sets can be scored by GLUE's server only"
                )
            }
            return LabelledRow(id: text.id, label: label)
        }
    }

    /// Reads a predictions file and pairs it with the gold labels.
    package func examples(predictions bytes: [UInt8]) throws(EvalError) -> GLUEExamples {
        let pairs = try LabelledRow.pair(gold: gold, predictions: try PredictionsFile.read(bytes))
        guard !pairs.isEmpty else { throw EvalError(.mismatchedExamples, "there is nothing to score") }
        return try GLUEExamples(task: task, rows: gold, predicted: pairs.map(\.predicted))
    }

    /// The GLUE task of a name as the user writes it.
    package static func task(named name: String) throws -> BenchmarkTask {
        guard let task = BenchmarkTask(named: name), !task.isSQuAD else {
            let known = (BenchmarkTask.glue + [.ax]).map(\.shortName).joined(separator: ", ")
            throw ExperimentError(.invalidRequest, "\"\(name)\" is no GLUE task; there are \(known)")
        }
        return task
    }
}
