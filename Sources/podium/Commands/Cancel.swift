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
              podium cancel --all
            """
    )

    @OptionGroup var place: PlaceOptions
    @OptionGroup var selection: RunSelection

    func run() async throws {
        let (asked, cancelled) = try await place.withStore { store in
            let ids = try await selection.found(in: store)
            return (ids.count, try await store.cancel(ids))
        }
        for id in cancelled { try Terminal.print("\(id)") }
        let over = asked - cancelled.count
        if over > 0 { Terminal.error("\(over) \(over == 1 ? "was" : "were") over already") }
    }
}
