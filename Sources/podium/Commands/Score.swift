import ArgumentParser
import PodiumEval
import PodiumExperiments
import PodiumFiles

struct Score: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Scores predictions as the official evaluators do.",
        discussion: """
            Examples:
              podium score glue --task MRPC --gold MRPC/dev.tsv --predictions p.tsv
              podium score squad --version 2.0 --gold dev-v2.0.json --predictions p.json --na-probs odds.json
              podium score glue-average --protocol glue scores/*.json
            """,
        subcommands: [ScoreGLUE.self, ScoreSQuAD.self, ScoreAverage.self]
    )
}

/// How intervals are drawn.
struct ResamplingOptions: ParsableArguments {
    @Option(help: "Bootstrap resamples behind the intervals.")
    var resamples = 10_000
    @Option(help: "Seed of the resampling; the same seed gives the same intervals.")
    var seed: UInt64 = 1

    var bootstrap: Bootstrap { Bootstrap(resamples: resamples, seed: seed) }

    func validate() throws {
        guard (1...10_000_000).contains(resamples) else {
            throw ValidationError("--resamples must lie between 1 and 10000000")
        }
    }
}

struct ScoreGLUE: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "glue",
        abstract: "Scores a GLUE task's development set.",
        discussion: """
            Predictions are label strings: a header index<TAB>prediction, then a row per example, \
            numbered from 0. For MNLI as one task give both sets.

            Examples:
              podium score glue --task MRPC --gold MRPC/dev.tsv --predictions mrpc.tsv --json
              podium score glue --task MNLI --gold MNLI/dev_matched.tsv --predictions m.tsv \\
                --gold-mismatched MNLI/dev_mismatched.tsv --predictions-mismatched mm.tsv
            """
    )

    @Option(help: "CoLA, SST-2, MRPC, STS-B, QQP, MNLI, QNLI, RTE, WNLI or AX.")
    var task: String
    @Option(help: "The official labelled file.", completion: .file(extensions: ["tsv"]))
    var gold: String
    @Option(help: "The predictions.", completion: .file(extensions: ["tsv"]))
    var predictions: String
    @Option(help: "MNLI's mismatched set.", completion: .file(extensions: ["tsv"]))
    var goldMismatched: String?
    @Option(help: "Predictions for MNLI's mismatched set.", completion: .file(extensions: ["tsv"]))
    var predictionsMismatched: String?
    @OptionGroup var resampling: ResamplingOptions
    @Flag(help: "One JSON document.")
    var json = false

    func validate() throws {
        guard (goldMismatched == nil) == (predictionsMismatched == nil) else {
            throw ValidationError("--gold-mismatched and --predictions-mismatched go together")
        }
    }

    func run() throws {
        var mismatched: ScoredGLUE.Files?
        if let goldMismatched, let predictionsMismatched {
            mismatched = ScoredGLUE.Files(gold: goldMismatched, predictions: predictionsMismatched)
        }
        let scored = try ScoredGLUE(
            task: task,
            ScoredGLUE.Files(gold: gold, predictions: predictions),
            mismatched: mismatched,
            bootstrap: resampling.bootstrap
        )
        if json { return try Terminal.data(scored.json.text) }
        try Terminal.print(scored.text)
        for finding in scored.findings { Terminal.error("note: \(finding.message)") }
    }
}
