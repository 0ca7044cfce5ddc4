import ArgumentParser
import Foundation
import PodiumCore
import PodiumEval
import PodiumExperiments
import PodiumFiles
import PodiumPrimitives

extension GLUEAverage.Rule: ExpressibleByArgument {}

struct ScoreAverage: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "glue-average",
        abstract: "Averages task scores by a named rule.",
        discussion: """
            glue        mean over nine tasks, metrics inside a task first, AX left out
            bert-paper  flat mean of nine numbers, MNLI twice, WNLI left out

            The files are what `podium score glue --json` prints, MNLI with both its sets. An \
            average that lacks a task is refused.

            Example:
              podium score glue-average --protocol glue cola.json sst2.json mrpc.json …
            """
    )

    @Option(name: .customLong("protocol"), help: "glue or bert-paper.")
    var rule: GLUEAverage.Rule
    @Argument(help: "Score files.", completion: .file(extensions: ["json"]))
    var files: [String]
    @Flag(help: "One JSON document.")
    var json = false

    private struct ScoreFile: Decodable {
        var task: String
        var n: Int
        var metrics: [String: Double?]
    }

    func run() throws {
        let average = try GLUEAverage(rule, of: files.map(read))
        switch average.outcome {
        case .value(let value):
            let document = JSONValue.object([.init("protocol", .string(rule.rawValue)), .init("score", .number(value))])
            if json { return try Terminal.data(document.text) }
            try Terminal.print(NumberText.percent(value, digits: 2))
        case .incomplete(let missing):
            let names = missing.map(\.displayName).joined(separator: ", ")
            throw Failure(.usage, "the average \(rule.rawValue) needs scores that are missing or partial: \(names)")
        case .undefined(let task, let reason):
            throw Failure(.failed, "the average \(rule.rawValue) has no value: \(task.displayName): \(reason)")
        }
    }

    private func read(_ path: String) throws -> GLUEScore {
        let file: ScoreFile
        do {
            file = try JSONDecoder().decode(ScoreFile.self, from: Data(InputFile.bytes(path)))
        } catch is DecodingError {
            throw Failure(.usage, "\(path): not a score that `podium score glue --json` printed")
        }
        let task = try GLUEInput.task(named: file.task)
        let metrics = file.metrics.sorted { $0.key < $1.key }.map { name, value in
            NamedMetric(name: name, value: value.map { .value($0) } ?? .undefined(reason: "\(name) is null in \(path)"))
        }
        return GLUEScore(task: task, n: file.n, metrics: metrics)
    }
}
