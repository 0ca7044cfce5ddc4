import ArgumentParser
import PodiumCore
import PodiumEval
import PodiumExperiments
import PodiumFiles
import PodiumPrimitives

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
        let task = try GLUEInput.task(named: task)
        var sets = [try examples(task, gold, predictions)]
        var score = GLUEScore(task: task, n: sets[0].count, metrics: sets[0].metrics)
        if let goldMismatched, let predictionsMismatched {
            guard task == .mnli else { throw Failure(.usage, "only MNLI has a mismatched set") }
            sets.append(try examples(task, goldMismatched, predictionsMismatched))
            let second = GLUEScore(task: task, n: sets[1].count, metrics: sets[1].metrics)
            score = try .mnli(matched: score, mismatched: second)
        }
        let intervals = try score.intervals(of: sets, bootstrap: resampling.bootstrap)
        let findings =
            sets.flatMap(Detectors.predictions)
            + sets.compactMap { Detectors.size(of: task, split: .dev, n: $0.count) }
        if json { return try Terminal.data(document(score, intervals, findings).text) }
        try Terminal.print(table(score, intervals))
        for finding in findings { Terminal.error("note: \(finding.message)") }
    }

    private func examples(_ task: BenchmarkTask, _ gold: String, _ predictions: String) throws -> GLUEExamples {
        let input = try GLUEInput(task: task, bytes: try InputFile.bytes(gold), name: gold)
        return try InputFile.read(predictions) { (bytes) throws(EvalError) in try input.examples(predictions: bytes) }
    }

    private func document(
        _ score: GLUEScore,
        _ intervals: [(name: String, interval: Interval?)],
        _ findings: [Finding]
    ) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("task", .string(score.task.shortName)), .init("n", .integer(score.n)),
            .init("metrics", .object(score.metrics.map { .init($0.name, $0.value.json) })),
            .init("score", score.score.json),
            .init("intervals", .object(intervals.map { .init($0.name, $0.interval?.json ?? .null) })),
        ]
        let undefined = score.metrics.compactMap { metric in
            metric.value.reason.map { JSONValue.Member(metric.name, .string($0)) }
        }
        if !undefined.isEmpty { members.append(.init("undefined", .object(undefined))) }
        let notes = findings.map { finding in
            JSONValue.object([
                .init("code", .string(finding.code.rawValue)), .init("message", .string(finding.message)),
            ])
        }
        members.append(.init("findings", .array(notes)))
        return .object(members)
    }

    private func table(_ score: GLUEScore, _ intervals: [(name: String, interval: Interval?)]) -> String {
        var table = TextTable([("METRIC", .left), ("VALUE", .right), ("95% INTERVAL", .right), ("METHOD", .left)])
        let values = score.metrics.map(\.value) + [score.score]
        for (value, entry) in zip(values, intervals) {
            let range =
                entry.interval.map {
                    "\(NumberText.percent($0.low, digits: 2)) to \(NumberText.percent($0.high, digits: 2))"
                } ?? "–"
            let number = value.value.map { NumberText.percent($0, digits: 2) } ?? "– (\(value.reason ?? "undefined"))"
            table.add([entry.name, number, range, entry.interval?.method.rawValue ?? "–"])
        }
        return "\(score.task.displayName), \(NumberText.count(score.n, "example"))\n\(table.rendered())"
    }
}
