import ArgumentParser
import PodiumBench
import PodiumCore
import PodiumPrimitives

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures how fast Podium is on this machine.",
        discussion: """
            Every figure stands beside a ceiling that is measured in the same run, so that \
            figures of different machines, or of a busy one, can be compared by their ratio. \
            Names select figures by their beginning.

            Examples:
              podium bench engine minilm-l6
              podium bench scoring --data ~/data --json
            """,
        subcommands: [
            BenchEmbed.self, BenchEngine.self, BenchPretrainingData.self, BenchQueue.self, BenchRanks.self,
            BenchScoring.self,
            BenchTokenizer.self, BenchWeb.self,
        ]
    )
}

/// What every benchmark takes.
struct BenchOptions: ParsableArguments {
    @Argument(help: "Only figures whose names begin so (default: all).")
    var names: [String] = []
    @Option(help: "How often each figure is measured; the median counts.")
    var repeats = 5
    @Flag(help: "One JSON document.")
    var json = false

    func validate() throws {
        guard (1...1000).contains(repeats) else { throw ValidationError("--repeats must lie between 1 and 1000") }
    }

    var selection: BenchSelection { BenchSelection(names: names, repeats: repeats) }

    /// Prints the figures; none at all is wrong usage.
    func print(_ figures: [BenchFigure]) throws {
        guard !figures.isEmpty else {
            throw Failure(.usage, "no figure has a name that begins with \(names.joined(separator: " or "))")
        }
        if json { return try JSONOutput.print(figures) }
        var table = TextTable([
            ("FIGURE", .left), ("VALUE", .right), ("UNIT", .left), ("CEILING", .right), ("RATIO", .right),
        ])
        for figure in figures {
            table.add([
                figure.name, NumberText.short(figure.value), figure.unit,
                figure.ceiling.map(NumberText.short) ?? "–",
                figure.ratio.map { "\(Int(($0 * 100).rounded())) %" } ?? "–",
            ])
        }
        try Terminal.print(table.rendered())
    }
}
