import ArgumentParser
import Foundation
import PodiumCore
import PodiumExperiments
import PodiumPrimitives

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
        if !dryRun {
            for run in deletion.runs { remove("\(place.dataDirectory)/artifacts/run-\(run)") }
        }
        if json { return try JSONOutput.print(deletion) }
        for kept in deletion.kept { Terminal.error("Run \(kept.run) is kept: \(kept.reason)") }
        let there = deletion.artifacts.filter { $0.removedAt == nil }
        let bytes = there.reduce(0) { $0 + $1.artifact.bytes }
        let what =
            "\(count(deletion.runs.count, "run")), \(count(deletion.suites.count, "suite")), "
            + "\(count(there.count, "artifact")) of \(NumberText.fixed(Double(bytes) / 0x1p20, digits: 1)) MiB"
        try Terminal.print(dryRun ? "Would delete \(what)" : "Deleted \(what)")
        if deletion.runs.isEmpty { throw Failure(.failed, "none of these runs can be deleted") }
    }

    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// Files are removed after their rows: what is left over after a crash is named by no row.
    private func remove(_ path: String) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            Terminal.error("\(path) cannot be removed: \(error.localizedDescription)")
        }
    }
}
