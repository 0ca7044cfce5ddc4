import ArgumentParser
import Foundation
import PodiumBench

struct BenchScoring: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scoring",
        abstract: "SQuAD scoring and paired resampling on whole development sets.",
        discussion: """
            Needs the official development sets. The predictions are made from the references: \
            right, nearly right, reordered, empty, too long. The ceiling of SQuAD scoring is \
            reading the same bytes once; of resampling, drawing its random numbers alone.

            With --scripts the official evaluators score the same files in turns with Podium; \
            /against-script says how many times as fast Podium is. Their time includes the start of \
            the interpreter, ours is reading and scoring.

            Examples:
              podium bench scoring --data ~/data
              podium bench scoring --data ~/data --scripts ~/squad      with evaluate-v1.1.py and -v2.0.py
            """
    )

    @OptionGroup var options: BenchOptions
    @Option(help: "A folder in the official layout (glue/, squad/).", completion: .directory)
    var data: String = ProcessInfo.processInfo.environment["PODIUM_TEST_DATA"] ?? "."

    @Option(help: "The folder of the official scripts.", completion: .directory)
    var scripts: String?
    @Option(help: "The interpreter that runs them.")
    var python = "python3"

    func run() async throws {
        let bench = ScoringBench(selection: options.selection, data: data, scripts: scripts, python: python)
        try options.print(try await bench.figures())
    }
}
