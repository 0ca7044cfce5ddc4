package import PodiumCore
package import PodiumEval
internal import PodiumFiles
internal import PodiumPrimitives

/// A score of SQuAD answers, and what a reader must know of it.
package struct ScoredSQuAD {
    /// The files as the user named them.
    package struct Files {
        package var gold: String
        package var predictions: String
        /// No-answer scores of version 2.0.
        package var noAnswer: String?

        package init(gold: String, predictions: String, noAnswer: String? = nil) {
            self.gold = gold
            self.predictions = predictions
            self.noAnswer = noAnswer
        }
    }

    package let task: BenchmarkTask
    package let score: SQuADScore
    package let notes: [String]

    /// - Parameters:
    ///   - version: the data set's version as the user writes it.
    ///   - threshold: a question counts as unanswered above this no-answer score.
    package init(version: String, _ files: Files, threshold: Double, rules: SQuADProtocol) throws {
        task = try Self.task(version: version)
        let questions = try InputFile.read(files.gold) { (bytes) throws(EvalError) in try SQuADReferences(json: bytes) }
            .questions
        let answers = try InputFile.read(files.predictions) { (bytes) throws(EvalError) in
            try SQuADPredictions(json: bytes)
        }
        let odds = try files.noAnswer.map { path in
            try InputFile.read(path) { (bytes) throws(EvalError) in try NoAnswerScores(json: bytes) }
        }
        if task == .squadV1 {
            if odds != nil {
                throw ExperimentError(
                    .invalidRequest,
                    "--na-probs belongs to version 2.0; 1.1 has no such questions"
                )
            }
            score = try .v1(questions, predictions: answers, protocol: rules)
        } else {
            score = try .v2(
                questions,
                predictions: answers,
                noAnswer: odds,
                threshold: threshold,
                protocol: rules
            )
        }
        notes = Self.notes(on: score, of: task, questions, answers)
    }

    /// SQuAD's version as the user writes it.
    private static func task(version: String) throws -> BenchmarkTask {
        switch version {
        case "1.1", "v1.1": .squadV1
        case "2.0", "v2.0": .squadV2
        default:
            throw ExperimentError(
                .invalidRequest,
                "\"\(version)\" is no version of SQuAD; there are 1.1 and 2.0"
            )
        }
    }

    private static func notes(
        on score: SQuADScore,
        of task: BenchmarkTask,
        _ questions: [SQuADReference],
        _ answers: SQuADPredictions
    ) -> [String] {
        var notes = [
            Detectors.size(of: task, split: .dev, n: score.questions.count)?.message,
            Detectors.literalNoAnswers(questions, predictions: answers)?.message,
        ].compactMap(\.self)
        if !score.missing.isEmpty {
            notes.append("\(NumberText.count(score.missing.count, "question")) without a prediction")
        }
        if score.extraPredictions > 0 {
            notes.append(
                "\(NumberText.count(score.extraPredictions, "prediction")) for no question of the file, without effect"
            )
        }
        return notes
    }

    /// A table with intervals of the two overall metrics; paragraphs are drawn whole.
    package func text(bootstrap: Bootstrap) throws -> String {
        var table = TextTable([("METRIC", .left), ("VALUE", .right), ("95% INTERVAL", .right)])
        let names = Array(task.metrics.prefix(2))
        let drawn = try ScoreTable(squad: [score], metrics: names, clustered: true)
        let intervals = Dictionary(uniqueKeysWithValues: bootstrap.intervals(of: drawn).map { ($0, $1) })
        for entry in score.entries {
            let range = (intervals[entry.name] ?? nil)?.percentText ?? ""
            switch entry.value {
            case .count(let count): table.add([entry.name, "\(count)", ""])
            case .number(let number) where entry.name.hasSuffix("_thresh"): table.add([entry.name, "\(number)", ""])
            case .number(let number): table.add([entry.name, NumberText.percent(number / 100, digits: 2), range])
            case .undefined(let reason): table.add([entry.name, "– (\(reason))", ""])
            }
        }
        return table.rendered()
    }
}
