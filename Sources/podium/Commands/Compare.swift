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
            A and B are runs of one task by their numbers, systems as SUITE:SYSTEM (of one suite or of two), or \
            two prediction files with --task and --gold.

            Examples:
              podium compare 12 15
              podium compare 3:minilm-l6 4:minilm-l6     the same system in two suites, over all tasks
              podium compare a.tsv b.tsv --task MRPC --gold MRPC/dev.tsv --examples 10
              podium compare a.json b.json --task squad-v2.0 --gold dev-v2.0.json --json
            """
    )

    @Argument(help: "Run number, SUITE:SYSTEM, or predictions of the first system.")
    var a: String
    @Argument(help: "Run number, SUITE:SYSTEM, or predictions of the second system.")
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
            if let a = ComparedSystems.Reference(a), let b = ComparedSystems.Reference(b) {
                return try await systems(a, b)
            }
            guard let first = Int64(a), let second = Int64(b) else {
                throw Failure(
                    .usage,
                    "two run numbers are needed, or two systems as SUITE:SYSTEM; for files give --task and --gold"
                )
            }
            parts = try await place.withStore { try await comparison.runs(first, second, in: $0) }
        }
        if json {
            try Terminal.data(JSONValue.array(parts.map { $0.json(examples: examples) }).text)
        } else {
            try Terminal.print(parts.map { $0.text(examples: examples) }.joined(separator: "\n\n"))
        }
    }

    private func systems(_ a: ComparedSystems.Reference, _ b: ComparedSystems.Reference) async throws {
        let compared = try await place.withStore { store in
            try await ComparedSystems.load(
                a,
                b,
                from: store,
                provenance: Machine.provenance(),
                dataDirectory: place.dataDirectory
            )
        }
        if json { return try JSONOutput.print(compared.document) }
        try Terminal.print(compared.text())
    }
}
