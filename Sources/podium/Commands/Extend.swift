import ArgumentParser
import PodiumCore
import PodiumExperiments

struct Extend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Adds seeds to a stored suite.",
        discussion: """
            Every configuration gets the next seeds, in the same suite; leaderboards count them as they end. A suite with a \
            report gets another one behind them.

            Examples:
              podium extend --suite glue-minilm --seeds 5
            """
    )

    @OptionGroup var place: PlaceOptions
    @Option(help: "The suite (number or name).")
    var suite: String
    @Option(help: "How many seeds each configuration gets besides those it has.")
    var seeds: Int

    func validate() throws {
        guard (1...1000).contains(seeds) else { throw ValidationError("--seeds must lie between 1 and 1000") }
    }

    func run() async throws {
        let added = try await place.withStore { store in
            let suite = try await store.requireOneSuite(suite)
            let stored = try await store.runs(suite: suite.id, includingTerminal: true)
            return try await store.extend(suite.id, with: SeedExtension(of: stored, seeds: seeds).runs)
        }
        for id in added.runs.values.sorted() { try Terminal.print("\(id)") }
    }
}
