import ArgumentParser
import PodiumEval
import PodiumExperiments
import PodiumFiles

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
        let scored = try ScoredSQuAD(
            version: version,
            ScoredSQuAD.Files(gold: gold, predictions: predictions, noAnswer: naProbs),
            threshold: naProbThreshold ?? 1,
            rules: rules
        )
        if json {
            try Terminal.data(scored.score.json.text)
        } else {
            try Terminal.print(try scored.text(bootstrap: resampling.bootstrap))
        }
        for note in scored.notes { Terminal.error("note: \(note)") }
    }
}
