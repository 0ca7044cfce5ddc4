package import PodiumCore
internal import PodiumData
package import PodiumEval
package import PodiumFiles

/// Compares two systems: from prediction files, or from the history of two runs.
package struct Comparison {
    /// A file's content and its name for messages.
    package struct File {
        package var name: String
        package var bytes: [UInt8]

        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }

        /// Reads a file, unpacked if it is a gzip file.
        package init(reading path: String) throws(FileError) {
            self.init(name: path, bytes: try InputFile.bytes(path))
        }

        fileprivate var lastComponent: String { String(name.split(separator: "/").last ?? "") }

        /// Reads the content; errors name the file.
        fileprivate func read<Value>(_ body: ([UInt8]) throws(EvalError) -> Value) throws(EvalError) -> Value {
            try InputFile.named(name, bytes, body)
        }
    }

    private let bootstrap: Bootstrap

    package init(bootstrap: Bootstrap) {
        self.bootstrap = bootstrap
    }

    /// Two prediction files of one task.
    package func files(task: BenchmarkTask, gold: File, a: File, b: File) throws -> ComparedSet {
        try task.isSQuAD ? answers(task, gold, a, b) : labels(task, gold, a, b)
    }

    private func labels(_ task: BenchmarkTask, _ gold: File, _ a: File, _ b: File) throws -> ComparedSet {
        let input = try GLUEInput(task: task, bytes: gold.bytes, name: gold.name)
        var slices: [String: [PredictionDiff.SliceKey]] = [:]
        if task == .ax {
            slices = try gold.read { (bytes) throws(EvalError) in try DiagnosticCategories.slices(tsv: bytes) }
        }
        for text in input.texts {
            let words = [text.first, text.second ?? ""].map { $0.split(separator: " ").count }.reduce(0, +)
            slices[text.id, default: []].append(PredictionDiff.lengthBucket(words: words))
        }
        // Paired here already, so that an error names the file it is about.
        let predictions = try Sides(a: a, b: b).map { (file) throws(EvalError) in
            try file.read { (bytes) throws(EvalError) in
                let rows = try PredictionsFile.read(bytes)
                _ = try GLUEExamples(
                    task: task,
                    rows: input.gold,
                    predicted: try LabelledRow.pair(gold: input.gold, predictions: rows).map(\.predicted)
                )
                return rows
            }
        }
        return try .labels(
            task: task,
            split: gold.lastComponent,
            gold: input.gold,
            predictions: predictions,
            slices: slices,
            bootstrap: bootstrap
        )
    }

    private func answers(_ task: BenchmarkTask, _ gold: File, _ a: File, _ b: File) throws -> ComparedSet {
        let questions = try gold.read { (bytes) throws(EvalError) in try SQuADReferences(json: bytes) }.questions
        let answers = try Sides(a: a, b: b).map { (file) throws(EvalError) in
            try file.read { (bytes) throws(EvalError) in
                let answers = try SQuADPredictions(json: bytes)
                for question in questions { _ = try answers.answer(to: question.id) }
                return answers
            }
        }
        return try .answers(
            task: task,
            split: gold.lastComponent,
            questions: questions,
            answers: answers,
            bootstrap: bootstrap
        )
    }

    /// Two runs' predictions as the store has them, one part per evaluation set.
    package func runs(_ first: Int64, _ second: Int64, in store: any JobStore) async throws -> [ComparedSet] {
        var tasks: [BenchmarkTask] = []
        var lists: [[ExamplePrediction]] = []
        for number in [first, second] {
            let run = try await store.requireRun(number)
            let found = try await store.predictions(of: run.id)
            guard let task = run.spec.task, !found.isEmpty else {
                throw ExperimentError(
                    .invalidRequest,
                    "run \(number) has no predictions (it is \(run.state.rawValue))"
                )
            }
            tasks.append(task)
            lists.append(found)
        }
        guard tasks[0] == tasks[1] else {
            throw ExperimentError(
                .invalidRequest,
                "run \(first) is of \(tasks[0].displayName), run \(second) of \(tasks[1].displayName)"
            )
        }
        let both = Sides(a: lists[0], b: lists[1])
        return try Set(both.a.map(\.split)).sorted().map { split in
            let part = both.map { $0.filter { $0.split == split } }
            if tasks[0].isSQuAD { return try .spans(task: tasks[0], predictions: part, bootstrap: bootstrap) }
            return try .labels(
                task: tasks[0],
                split: split.rawValue,
                gold: part.a.map { LabelledRow(id: $0.example, label: $0.gold) },
                predictions: part.map { $0.map { LabelledRow(id: $0.example, label: $0.prediction) } },
                slices: [:],
                bootstrap: bootstrap
            )
        }
    }
}
