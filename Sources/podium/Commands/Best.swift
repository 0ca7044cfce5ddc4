import ArgumentParser
import PodiumCore
import PodiumExperiments

struct Best: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the best score of every system on a task, across all suites.",
        discussion: """
            Scores on other data, splits or parts of them stand in tables of their own. Beside every score \
            stand its seeds and the number of configurations that were tried for it.

            Examples:
              podium best MRPC
              podium best squad-v1.1 --json
              podium best RTE --since 30d --system 'minilm*'
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "The task: MRPC, glue/RTE, squad-v1.1, …")
    var task: String
    @Option(help: "Only systems of this name; * stands for any text.")
    var system: String?
    @Option(help: "Only suites with this tag.")
    var tag: String?
    @Option(help: "Only runs submitted since then: 2026-03-01, or an age such as 30d.")
    var since: String?
    @Flag(help: "Archived suites as well.")
    var archived = false
    @Flag(help: "One JSON document.")
    var json = false

    func run() async throws {
        var request = HistoryRequest()
        request.task = task
        request.system = system
        request.tag = tag
        request.since = since
        request.includesArchived = archived
        let ranking = try await place.withHistory(request) { store, filter in
            guard let task = filter.task else { throw Failure(.usage, "name a task") }
            return BestRanking(task, try await store.configurations(filter))
        }
        if json { return try JSONOutput.print(ranking) }
        try Terminal.print(ranking.text())
    }
}

struct TrendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trend",
        abstract: "Shows how a system's scores went from suite to suite.",
        discussion: """
            Of every suite the system's best configuration counts, by its mean over seeds.

            Examples:
              podium trend minilm-l6
              podium trend minilm-l6 --task MRPC --csv
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "The system's name.")
    var system: String
    @Option(help: "Only this task.")
    var task: String?
    @Option(help: "Only suites submitted since then: 2026-03-01, or an age such as 30d.")
    var since: String?
    @Flag(help: "Archived suites as well.")
    var archived = false
    @Flag(help: "One JSON document.")
    var json = false
    @Flag(help: "Comma-separated values.")
    var csv = false

    func validate() throws {
        if json && csv { throw ValidationError("--json and --csv exclude each other") }
    }

    func run() async throws {
        var request = HistoryRequest()
        request.task = task
        request.system = system
        request.since = since
        request.includesArchived = archived
        let trend = try await place.withHistory(request) { store, filter in
            Trend(system, try await store.configurations(filter))
        }
        if json { return try JSONOutput.print(trend) }
        if csv { return try Terminal.stream(Array(trend.csv().utf8)) }
        try Terminal.print(trend.text())
    }
}
