import ArgumentParser
import PodiumCore
import PodiumExperiments

struct Priority: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Moves runs in the queue.",
        discussion: """
            Each step of priority puts a run ahead of those submitted up to an hour before it, so a run that has waited \
            long enough starts before a more urgent one that came later. `front` and `back` move runs before or behind \
            everything that waits now, in their order among each other.

            Examples:
              podium priority 5 12 13
              podium priority 0 --suite glue-minilm
              podium priority front 12
              podium priority back --suite glue-minilm
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(
        help: "A number from -1000 to 1000 (higher goes first, 0 is usual; -- before a negative one), front or back."
    )
    var priority: QueueMove
    @OptionGroup var selection: RunSelection

    func run() async throws {
        let moved = try await place.withStore { store in
            try await store.reorder(try await selection.found(in: store), priority)
        }
        for id in moved { try Terminal.print("\(id)") }
        if moved.isEmpty { Terminal.error("these runs are over or there already") }
    }
}

extension QueueMove: ExpressibleByArgument {
    public init?(argument: String) {
        switch argument {
        case "front": self = .front
        case "back": self = .back
        default:
            guard let number = Int(argument), Self.priorities.contains(number) else { return nil }
            self = .priority(number)
        }
    }
}
