import ArgumentParser
import PodiumCore
import PodiumExperiments

struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Deletes runs that are over, with all that is stored of them.",
        discussion: """
            Rows and files go: results, predictions, logs, models, reports. What a run that stays rests \
            on is kept, as are runs that are not over.

            Examples:
              podium delete --suite quickstart --dry-run     says what would go
              podium delete --suite 3
              podium delete 12 13
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "Run numbers.")
    var runs: [Int64] = []
    @Option(help: "All runs of this suite (number or name).")
    var suite: String?
    @Flag(help: "Say what would be deleted, and delete nothing.")
    var dryRun = false
    @Flag(help: "One JSON document.")
    var json = false

    func validate() throws {
        if runs.isEmpty && suite == nil { throw ValidationError("name a run, or a suite with --suite") }
    }

    func run() async throws {
        let deletion = try await place.withStore { store in
            try await store.delete(try await store.selected(runs, suite: suite), isRehearsal: dryRun)
        }
        if !dryRun { deletion.removeFiles(dataDirectory: place.dataDirectory).forEach(Terminal.error) }
        if json { return try JSONOutput.print(deletion) }
        for kept in deletion.kept { Terminal.error("Run \(kept.run) is kept: \(kept.reason)") }
        try Terminal.print("\(dryRun ? "Would delete" : "Deleted") \(deletion.summary)")
        if deletion.runs.isEmpty { throw Failure(.failed, "none of these runs can be deleted") }
    }
}
