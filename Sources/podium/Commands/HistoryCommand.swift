import ArgumentParser
import PodiumCore
import PodiumExperiments

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Lists suites and runs of all times, the newest first.",
        discussion: """
            In SYSTEM, MODEL and NAME * stands for any text. Scores are ×100 in tables and options, ×1 in JSON and CSV. \
            docs/sql.md says how to ask more than this with psql, DuckDB or pandas.

            Examples:
              podium history
              podium history --task MRPC --state succeeded --order score
              podium history --system 'minilm*' --since 7d --csv > runs.csv
              podium history --tag paper --suites
              podium history --min-score 85 --json | jq '.runs[].name'
            """
    )

    @OptionGroup var place: PlaceOptions
    @OptionGroup var request: HistoryOptions
    @Flag(help: "Suites only.")
    var suites = false
    @Flag(help: "Runs only.")
    var runs = false
    @Option(help: "newest, oldest, score, system, task or duration.")
    var order: HistoryOrder = .newest
    @Option(help: "Rows of a page.")
    var limit = 50
    @Option(help: "The page, counted from 1.")
    var page = 1
    @Flag(help: "One JSON document: {\"suites\", \"runs\", \"totalRuns\"}.")
    var json = false
    @Flag(help: "Comma-separated values: of runs, or with --suites of suites.")
    var csv = false

    func validate() throws {
        if suites && runs { throw ValidationError("--suites and --runs exclude each other") }
        if json && csv { throw ValidationError("--json and --csv exclude each other") }
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit must be between 1 and 100000") }
        guard (1...1_000_000).contains(page) else { throw ValidationError("--page must be between 1 and 1000000") }
    }

    func run() async throws {
        let part: HistoryPage.Part = suites ? .suites : runs || csv ? .runs : .both
        let found = try await place.withHistory(request.request) { store, filter in
            try await HistoryPage.load(filter, part: part, order: order, page: page, limit: limit, from: store)
        }
        if json { return try JSONOutput.print(found) }
        if csv { return try Terminal.stream(Array(found.csv().utf8)) }
        try Terminal.print(found.text())
    }
}

/// Which runs and suites are meant.
struct HistoryOptions: ParsableArguments {
    @Option(help: "Of this suite (number or name; a name means all of that name). Can be given several times.")
    var suite: [String] = []
    @Option(help: "On this task: MRPC, squad-v1.1, …")
    var task: String?
    @Option(help: "Of this system.")
    var system: String?
    @Option(help: "Started from this model.")
    var model: String?
    @Option(help: "Runs of this name.")
    var name: String?
    @Option(help: "pretrain, finetune, evaluate or report.")
    var kind: String?
    @Option(help: "In this state: succeeded, failed, running, … Can be given several times.")
    var state: [String] = []
    @Option(help: "Of suites with this tag.")
    var tag: String?
    @Option(help: "Submitted since then: 2026-03-01, \"2026-03-01 14:30\", or an age: 7d, 12h, 30m.")
    var since: String?
    @Option(help: "Submitted before.")
    var until: String?
    @Option(help: "With at least this score, ×100.")
    var minScore: Double?
    @Option(help: "With at most this score, ×100.")
    var maxScore: Double?
    @Flag(help: "Archived suites as well.")
    var archived = false

    var request: HistoryRequest {
        var request = HistoryRequest()
        request.suites = suite
        request.task = task
        request.system = system
        request.model = model
        request.name = name
        request.kind = kind
        request.states = state
        request.tag = tag
        request.since = since
        request.until = until
        request.minimumScore = minScore
        request.maximumScore = maxScore
        request.includesArchived = archived
        return request
    }
}

extension HistoryOrder: ExpressibleByArgument {}
