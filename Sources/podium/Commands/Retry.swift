import ArgumentParser
import PodiumCore
import PodiumExperiments

struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Queues failed or cancelled runs again.",
        discussion: """
            Runs that waited for them go on waiting and start when they succeed. A run that was held is released.

            Examples:
              podium retry 12
              podium retry --suite quickstart                  everything in it that failed or was cancelled
              podium retry --suite quickstart --failed-only    what was cancelled stays so
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "Run numbers.")
    var runs: [Int64] = []
    @Option(help: "All failed and cancelled runs of this suite (number or name).")
    var suite: String?
    @Flag(help: "Leave cancelled runs alone.")
    var failedOnly = false

    func validate() throws {
        if runs.isEmpty && suite == nil { throw ValidationError("name a run, or a suite with --suite") }
    }

    func run() async throws {
        let queued = try await place.withStore { store in
            var ids = try await store.selected(runs, suite: suite)
            if failedOnly { ids = try await store.runs(ids).filter { $0.state == .failed }.map(\.id) }
            return try await store.retry(ids)
        }
        for id in queued { try Terminal.print("\(id)") }
        if queued.isEmpty {
            let states = failedOnly ? "has failed" : "has failed or was cancelled"
            throw Failure(.failed, "none of these runs \(states), so nothing was queued")
        }
    }
}
