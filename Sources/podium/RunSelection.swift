import ArgumentParser
import PodiumCore
import PodiumExperiments

/// The runs that a command changes: by number, of a suite, or all.
struct RunSelection: ParsableArguments {
    @Argument(help: "Run numbers.")
    var runs: [Int64] = []
    @Option(help: "All runs of this suite (number or name).")
    var suite: String?
    @Flag(help: "All runs that are not over.")
    var all = false

    func validate() throws {
        if runs.isEmpty && suite == nil && !all {
            throw ValidationError("name a run, a suite with --suite, or everything with --all")
        }
        if all && (suite != nil || !runs.isEmpty) {
            throw ValidationError("--all means every run: leave out the runs and --suite")
        }
    }

    func found(in store: any JobStore) async throws -> [RunID] {
        guard all else { return try await store.selected(runs, suite: suite) }
        var ids: [RunID] = []
        try await store.forEachRun(suite: nil, includingTerminal: false) { ids.append($0.id) }
        return ids
    }
}
