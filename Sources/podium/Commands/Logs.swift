import ArgumentParser
import PodiumCore
import PodiumExperiments
import PodiumPrimitives

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
            var place = try await store.lastChange()
            let record = try await store.requireRun(run)
            let id = record.id
            var isOver = record.state.isTerminal
            var last: Int64 = 0
            var rounds = 0
            while true {
                // The feed is read before the lines are, so that none written in between is missed.
                if !isOver {
                    while true {
                        let changes = try await store.changes(after: place, suite: record.suite, limit: 1000)
                        for change in changes where change.run == id { isOver = change.to.isTerminal }
                        guard let newest = changes.last else { break }
                        place = newest.id
                    }
                    // Whoever keeps a transaction open on the server holds the feed up, but not the user.
                    rounds += 1
                    if rounds % 10 == 0 { isOver = try await store.run(id)?.state.isTerminal ?? true }
                }
                while true {
                    let lines = try await store.logLines(of: id, after: last, limit: 1000)
                    for line in lines {
                        let level = line.level == .info ? "" : "\(line.level.rawValue): "
                        try Terminal.print("\(LocalTime.text(line.at)) [\(line.attempt)] \(level)\(line.message)")
                        last = line.sequence
                    }
                    if lines.count < 1000 { break }
                }
                if !follow || isOver { return }
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }
}
