import ArgumentParser
import PodiumCore
import PodiumEval
import PodiumFiles
import PodiumPrimitives

extension SQuADProtocol: ExpressibleByArgument {}

struct ScoreSQuAD: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "squad",
        abstract: "Scores SQuAD answers.",
        discussion: """
            The protocol "official" equals the official scripts bit for bit, their faults included; \
            "corrected" counts missing answers as wrong, never puts a threshold between equal \
            no-answer scores, and lets two answers that normalise to nothing agree in F1.

            Examples:
              podium score squad --version 1.1 --gold dev-v1.1.json --predictions predictions.json
              podium score squad --version 2.0 --gold dev-v2.0.json --predictions predictions.json \\
                --na-probs null_odds.json --protocol corrected
            """
    )

    @Option(help: "Version of the data set: 1.1 or 2.0.")
    var version: String
    @Option(help: "The official data file.", completion: .file(extensions: ["json"]))
    var gold: String
    @Option(help: "Answers by question id.", completion: .file(extensions: ["json"]))
    var predictions: String
    @Option(help: "No-answer probabilities or odds by question id (2.0).", completion: .file(extensions: ["json"]))
    var naProbs: String?
    @Option(help: "A question counts as unanswered above this no-answer score (default: 1).")
    var naProbThreshold: Double?
    @Option(name: .customLong("protocol"), help: "official or corrected.")
    var rules: SQuADProtocol = .official
    @OptionGroup var resampling: ResamplingOptions
    @Flag(help: "One JSON document, as the official scripts print it.")
    var json = false

    func validate() throws {
        guard let naProbThreshold else { return }
        guard naProbs != nil else { throw ValidationError("--na-prob-threshold needs the scores of --na-probs") }
        guard !naProbThreshold.isNaN else { throw ValidationError("--na-prob-threshold must be a number") }
    }

    func run() throws {
        let task = try squadTask(version: version)
        let questions = try InputFile.read(gold) { (bytes) throws(EvalError) in try SQuADReferences(json: bytes) }
            .questions
        let answers = try InputFile.read(predictions) { (bytes) throws(EvalError) in try SQuADPredictions(json: bytes) }
        let odds = try naProbs.map { path in
            try InputFile.read(path) { (bytes) throws(EvalError) in try NoAnswerScores(json: bytes) }
        }
        let score: SQuADScore
        if task == .squadV1 {
            if odds != nil { throw Failure(.usage, "--na-probs belongs to version 2.0; 1.1 has no such questions") }
            score = try .v1(questions, predictions: answers, protocol: rules)
        } else {
            score = try .v2(
                questions,
                predictions: answers,
                noAnswer: odds,
                threshold: naProbThreshold ?? 1,
                protocol: rules
            )
        }
        if json { try Terminal.data(score.json.text) } else { try Terminal.print(try table(score, of: task)) }
        warn(score, task, questions, answers)
    }

    /// With intervals of the two overall metrics; paragraphs are drawn whole.
    private func table(_ score: SQuADScore, of task: BenchmarkTask) throws -> String {
        var table = TextTable([("METRIC", .left), ("VALUE", .right), ("95% INTERVAL", .right)])
        let names = Array(task.metrics.prefix(2))
        let drawn = try ScoreTable(squad: [score], metrics: names, clustered: true)
        let intervals = Dictionary(uniqueKeysWithValues: resampling.bootstrap.intervals(of: drawn).map { ($0, $1) })
        for entry in score.entries {
            let range =
                (intervals[entry.name] ?? nil).map {
                    "\(NumberText.percent($0.low, digits: 2)) to \(NumberText.percent($0.high, digits: 2))"
                } ?? ""
            switch entry.value {
            case .count(let count): table.add([entry.name, "\(count)", ""])
            case .number(let number) where entry.name.hasSuffix("_thresh"): table.add([entry.name, "\(number)", ""])
            case .number(let number): table.add([entry.name, NumberText.percent(number / 100, digits: 2), range])
            case .undefined(let reason): table.add([entry.name, "– (\(reason))", ""])
            }
        }
        return table.rendered()
    }

    private func warn(
        _ score: SQuADScore,
        _ task: BenchmarkTask,
        _ questions: [SQuADReference],
        _ answers: SQuADPredictions
    ) {
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
        for note in notes { Terminal.error("note: \(note)") }
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
