import ArgumentParser
import PodiumExperiments

struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints a run's log.",
        discussion: """
            Examples:
              podium logs 12
              podium logs 12 -f        until the run is over
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "The run's number.")
    var run: Int64
    @Flag(name: .shortAndLong, help: "Go on printing until the run is over.")
    var follow = false

    func run() async throws {
        try await place.withStore { store in
            try await LogReader(of: run, in: store).read(follows: follow) { try Terminal.print($0.text) }
        }
    }
}
