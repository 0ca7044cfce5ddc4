import ArgumentParser
import Foundation
import PodiumCore
import PodiumExperiments

struct Queue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists runs that wait or run, and why.",
        discussion: """
            ST: PD in the queue, HD held, BL waits for other runs, WT waits to be tried again, R running,
            CD completed, F failed, CA cancelled.

            Examples:
              podium queue
              podium queue --suite quickstart --all
              podium queue --json | jq '.[] | select(.state == "running") | .progress.loss'
            """
    )

    @OptionGroup var place: PlaceOptions
    @Option(help: "Only runs of this suite (number or name).")
    var suite: String?
    @Flag(name: .shortAndLong, help: "Runs that are over as well.")
    var all = false
    @Flag(help: "One JSON document.")
    var json = false

    /// Rows of a table: what a person may still scroll through.
    private static let shownRuns = 1000

    func run() async throws {
        try await place.withStore { store in
            var suiteID: SuiteID?
            if let suite { suiteID = try await store.chosenSuite(suite).id }
            if json { return try await printJSON(suiteID, of: store) }
            let queue = try await RunQueue(of: suiteID, includingTerminal: all, limit: Self.shownRuns, in: store)
            try Terminal.print(queue.table(now: Date().timeIntervalSince1970))
            if let rest = queue.rest { Terminal.error(rest) }
            for plan in queue.plans { Terminal.error(plan) }
            if let pilots = store as? any PilotStore,
                let waiting = PilotTable.waiting(
                    try await pilots.pilotSnapshot(pool: nil, queue: "", threads: 0).submissions
                )
            {
                Terminal.error("\(waiting); podium slurm status")
            }
        }
    }

    /// One array with a line for each run, of which one at a time is held.
    private func printJSON(_ suite: SuiteID?, of store: any JobStore) async throws {
        try Terminal.data("[")
        var held: String?
        try await store.forEachRun(suite: suite, includingTerminal: all) { run in
            // Held back until it is known whether another follows.
            if let held { try Terminal.data(held + ",") }
            held = try JSONOutput.line(run)
        }
        if let held { try Terminal.data(held) }
        try Terminal.data("]")
    }
}

extension JobStore {
    /// The suite that a command reads; says which it is where several have the name.
    func chosenSuite(_ name: String?) async throws -> SuiteRecord {
        let suite = try await requireSuite(name)
        if let doubt = try await ambiguity(of: name, chosen: suite) { Terminal.error("podium: \(doubt)") }
        return suite
    }
}
