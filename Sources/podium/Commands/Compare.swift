import ArgumentParser
import Foundation
import PodiumCore
import PodiumData
import PodiumEval
import PodiumExperiments
import PodiumFiles

struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows where two systems differ, and whether the difference is real.",
        discussion: """
            A and B are runs of one task by their numbers, or two prediction files with --task and --gold.

            Examples:
              podium compare 12 15
              podium compare a.tsv b.tsv --task MRPC --gold MRPC/dev.tsv --examples 10
              podium compare a.json b.json --task squad-v2.0 --gold dev-v2.0.json --json
            """
    )

    @Argument(help: "Run number or predictions of the first system.")
    var a: String
    @Argument(help: "Run number or predictions of the second system.")
    var b: String
    @Option(help: "The task of two files: MRPC, squad-v1.1, …")
    var task: String?
    @Option(help: "The labelled data of two files.", completion: .file())
    var gold: String?
    @Option(help: "How many examples to list in each direction.")
    var examples = 5
    @OptionGroup var resampling: ResamplingOptions
    @OptionGroup var place: PlaceOptions
    @Flag(help: "One JSON document.")
    var json = false

    func validate() throws {
        guard (task == nil) == (gold == nil) else { throw ValidationError("--task and --gold go together") }
        guard examples >= 0 else { throw ValidationError("--examples must not be negative") }
    }

    func run() async throws {
        let comparison = Comparison(bootstrap: resampling.bootstrap)
        let parts: [ComparedSet]
        if let task, let gold {
            guard let known = BenchmarkTask(named: task) else { throw Failure(.usage, "\"\(task)\" is no task") }
            parts = [
                try comparison.files(
                    task: known,
                    gold: .init(reading: gold),
                    a: .init(reading: a),
                    b: .init(reading: b)
                )
            ]
        } else {
            guard let first = Int64(a), let second = Int64(b) else {
                throw Failure(.usage, "two run numbers are needed; for files give --task and --gold")
            }
            parts = try await place.withStore { try await comparison.runs(first, second, in: $0) }
        }
        if json {
            try Terminal.data(JSONValue.array(parts.map { $0.json(examples: examples) }).text)
        } else {
            try Terminal.print(parts.map { $0.text(examples: examples) }.joined(separator: "\n\n"))
        }
    }
}
