import ArgumentParser
import PodiumCore
import PodiumExperiments

struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ends runs before they are done.",
        discussion: """
            A run in the queue ends at once. A running one is asked to stop and killed after 30 seconds.

            Examples:
              podium cancel 12 13
              podium cancel --suite quickstart
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "Run numbers.")
    var runs: [Int64] = []
    @Option(help: "All runs of this suite (number or name).")
    var suite: String?

    func validate() throws {
        if runs.isEmpty && suite == nil { throw ValidationError("name a run, or a suite with --suite") }
    }

    func run() async throws {
        let (asked, cancelled) = try await place.withStore { store in
            let ids = try await store.selected(runs, suite: suite)
            return (ids.count, try await store.cancel(ids))
        }
        for id in cancelled { try Terminal.print("\(id)") }
        let over = asked - cancelled.count
        if over > 0 { Terminal.error("\(over) \(over == 1 ? "was" : "were") over already") }
    }
}

struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Queues failed or cancelled runs again.",
        discussion: """
            Runs that waited for them go on waiting and start when they succeed.

            Examples:
              podium retry 12
              podium retry --suite quickstart      everything in it that failed
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "Run numbers.")
    var runs: [Int64] = []
    @Option(help: "All failed and cancelled runs of this suite (number or name).")
    var suite: String?

    func validate() throws {
        if runs.isEmpty && suite == nil { throw ValidationError("name a run, or a suite with --suite") }
    }

    func run() async throws {
        let queued = try await place.withStore { store in
            try await store.retry(try await store.selected(runs, suite: suite))
        }
        for id in queued { try Terminal.print("\(id)") }
        if queued.isEmpty {
            throw Failure(.failed, "none of these runs has failed or was cancelled, so nothing was queued")
        }
    }
}
