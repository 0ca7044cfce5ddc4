import PodiumCore
import PodiumData
import PodiumEval

/// Gold data and predictions of a GLUE task as files.
struct GLUEInput {
    let task: BenchmarkTask
    let path: String
    let texts: [LabelledText]
    /// The examples' labels, numbered by row as the predictions are.
    let gold: [LabelledRow]

    /// Reads a labelled file in the official layout.
    init(task: BenchmarkTask, path: String) throws {
        self.task = task
        self.path = path
        texts = try GLUEFile.examples(task: task, split: .dev, bytes: InputFile.bytes(path), name: path)
        gold = try texts.map { text in
            guard let label = text.label else {
                throw Failure(.usage, "\(path): the file has no labels; test sets can be scored by GLUE's server only")
            }
            return LabelledRow(id: text.id, label: label)
        }
    }

    /// Reads a predictions file and pairs it with the gold labels.
    func examples(predictions path: String) throws -> GLUEExamples {
        try InputFile.read(path) { (bytes) throws(EvalError) in
            let pairs = try LabelledRow.pair(gold: gold, predictions: try PredictionsFile.read(bytes))
            guard !pairs.isEmpty else { throw EvalError(.mismatchedExamples, "there is nothing to score") }
            return try GLUEExamples(task: task, rows: gold, predicted: pairs.map(\.predicted))
        }
    }

    /// The GLUE task of a name as the user writes it.
    static func task(named name: String) throws -> BenchmarkTask {
        guard let task = BenchmarkTask(named: name), !task.isSQuAD else {
            let known = (BenchmarkTask.glue + [.ax]).map(\.shortName).joined(separator: ", ")
            throw Failure(.usage, "\"\(name)\" is no GLUE task; there are \(known)")
        }
        return task
    }
}

/// SQuAD's version as the user writes it.
func squadTask(version: String) throws -> BenchmarkTask {
    switch version {
    case "1.1", "v1.1": .squadV1
    case "2.0", "v2.0": .squadV2
    default: throw Failure(.usage, "\"\(version)\" is no version of SQuAD; there are 1.1 and 2.0")
    }
}
