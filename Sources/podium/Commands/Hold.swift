import ArgumentParser
import PodiumCore
import PodiumExperiments

struct Hold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keeps runs out of the queue until they are released.",
        discussion: """
            A held run keeps its place. A run that is running goes on; should it come back to the queue, it is held there.

            Examples:
              podium hold 12 13
              podium hold --suite glue-minilm
              podium hold --all                    nothing new starts until podium release --all
            """
    )

    @OptionGroup var place: PlaceOptions
    @OptionGroup var selection: RunSelection

    func run() async throws {
        let (asked, held) = try await place.withStore { store in
            let ids = try await selection.found(in: store)
            return (ids.count, try await store.hold(ids))
        }
        for id in held { try Terminal.print("\(id)") }
        let rest = asked - held.count
        if rest > 0 { Terminal.error("\(rest) \(rest == 1 ? "was" : "were") over or held already") }
    }
}

struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lets held runs into the queue again.",
        discussion: """
            They go back to the places that they had.

            Examples:
              podium release 12 13
              podium release --suite glue-minilm
              podium release --all
            """
    )

    @OptionGroup var place: PlaceOptions
    @OptionGroup var selection: RunSelection

    func run() async throws {
        let released = try await place.withStore { store in
            try await store.release(try await selection.found(in: store))
        }
        for id in released { try Terminal.print("\(id)") }
        if released.isEmpty { throw Failure(.failed, "none of these runs is held") }
    }
}
