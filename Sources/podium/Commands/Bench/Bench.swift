import ArgumentParser

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
        subcommands: [BenchEngine.self, BenchQueue.self, BenchScoring.self, BenchTokenizer.self]
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

    func selects(_ name: String) -> Bool { names.isEmpty || names.contains { name.hasPrefix($0) } }

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
                figure.name, BenchFigure.short(figure.value), figure.unit,
                figure.ceiling.map(BenchFigure.short) ?? "–",
                figure.ratio.map { "\(Int(($0 * 100).rounded())) %" } ?? "–",
            ])
        }
        Terminal.print(table.rendered())
    }
}

/// One measured number beside what the machine could do at most.
struct BenchFigure: Encodable {
    /// Stable, from the general to the particular: `scoring/squad-v1.1`.
    var name: String
    var value: Double
    var unit: String
    /// In the same unit, measured in the same run; nil for figures that are descriptions, such as memory.
    var ceiling: Double?
    /// Figure ÷ ceiling.
    var ratio: Double? { ceiling.map { value / $0 } }

    private enum CodingKeys: String, CodingKey {
        case name, value, unit, ceiling, ratio
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(value, forKey: .value)
        try container.encode(unit, forKey: .unit)
        try container.encode(ceiling, forKey: .ceiling)
        try container.encode(ratio, forKey: .ratio)
    }

    /// Three significant digits, or a whole number.
    static func short(_ value: Double) -> String {
        guard value.magnitude < 100 else { return "\(Int(value.rounded()))" }
        let scale = value.magnitude < 1 ? 1000.0 : value.magnitude < 10 ? 100 : 10
        return "\((value * scale).rounded() / scale)"
    }
}

/// Wall-clock measurement.
enum Stopwatch {
    /// Seconds of one call.
    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        try ContinuousClock().measure(body) / .seconds(1)
    }

    /// Seconds of one call that waits.
    static func seconds(_ body: () async throws -> Void) async rethrows -> Double {
        try await ContinuousClock().measure(body) / .seconds(1)
    }

    /// The median of several calls.
    static func median(of repeats: Int, _ body: () throws -> Void) rethrows -> Double {
        var all: [Double] = []
        for _ in 0..<repeats { all.append(try seconds(body)) }
        return median(all)
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
