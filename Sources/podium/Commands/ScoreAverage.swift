import ArgumentParser
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

    func run() throws {
        let average = try GLUEAverage(rule, files: files)
        let value = try average.requireValue()
        if json {
            try Terminal.data(average.json.text)
        } else {
            try Terminal.print(NumberText.percent(value, digits: 2))
        }
    }
}
