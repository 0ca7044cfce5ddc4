import ArgumentParser
import PodiumCore
import PodiumExperiments
import PodiumJobs
import PodiumReport

struct LeaderboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leaderboard",
        abstract: "Ranks the systems of a suite, task by task.",
        discussion: """
            Scores are ×100 in tables and ×1 in JSON; ± is half of a 95 % interval.

            Examples:
              podium leaderboard                          the newest suite
              podium leaderboard --suite quickstart --format md
              podium leaderboard --suite 12 --suite 15    two suites in one table
              podium leaderboard --board out-v1.1.json    a public board: the ranks that its test set leaves open

            --board reads the SQuAD leaderboard's JSON, or a table in the form of reports/published/*.yaml.
              podium leaderboard --format json | jq .
            """
    )

    @OptionGroup var place: PlaceOptions
    @Option(help: "The suite (number or name); the newest if left out. Can be given several times.")
    var suite: [String] = []
    @Option(help: "A public leaderboard in place of a suite.", completion: .file())
    var board: String?
    @Option(help: "Rows of each table of --board.")
    var limit = 20
    @Option(help: "table, json, csv, md or latex.")
    var format: Leaderboard.Format = .table

    func validate() throws {
        guard board != nil else { return }
        guard suite.isEmpty else { throw ValidationError("--board and --suite exclude each other") }
        guard format == .table || format == .json else {
            throw ValidationError("--board has the formats table and json")
        }
        guard limit > 0 else { throw ValidationError("--limit must be greater than 0") }
    }

    func run() async throws {
        if let board {
            let found = try PublishedBoard(bytes: try InputFile.bytes(board), name: board)
            return format == .json ? try JSONOutput.print(found) : try Terminal.print(found.text(limit: limit))
        }
        let history = try await place.withStore { store in
            var records: [SuiteRecord] = []
            for name in suite.isEmpty ? [nil] : suite.map(Optional.some) {
                let record = try await store.chosenSuite(name)
                if !records.contains(record) { records.append(record) }
            }
            return try await SuiteHistory.leaderboard(records, from: store)
        }
        let report = try SuiteReport(history).current(
            provenance: Machine.provenance(),
            extent: .leaderboard
        )
        guard !report.tasks.isEmpty else {
            throw Failure(.failed, "suite \(history.suite.name) has no run that is scored on a task")
        }
        try Terminal.print(try LeaderboardText.render(report, format))
    }
}

extension Leaderboard.Format: ExpressibleByArgument {}
