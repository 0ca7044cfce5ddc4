import ArgumentParser
import PodiumCore
import PodiumExperiments
import PodiumStore

struct Drain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lets workers take no more runs.",
        discussion: """
            What they run goes on to its end, unless --preempt lets it save a checkpoint and go back to the queue. The page \
            Workers of the dashboard has their numbers.

            Examples:
              podium drain 3                      from now on
              podium drain --all --in 7200        a maintenance window that begins in two hours
              podium drain 3 --preempt            and its runs make way now
              podium drain 3 --undo
            """
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "Worker numbers.")
    var workers: [Int64] = []
    @Flag(help: "All workers that are there.")
    var all = false
    @Option(name: .customLong("in"), help: "Begin in so many seconds.")
    var delay = 0.0
    @Flag(help: "Runs of these workers save a checkpoint and go back to the queue now.")
    var preempt = false
    @Flag(help: "Let them take runs again.")
    var undo = false

    func validate() throws {
        if workers.isEmpty != all { throw ValidationError("name workers by number, or all of them with --all") }
        if delay < 0 || !delay.isFinite { throw ValidationError("--in is a number of seconds from now on") }
        if undo && (preempt || delay > 0) { throw ValidationError("--undo stands alone") }
    }

    func run() async throws {
        let drained = try await place.resolved().withStore { store in
            let ids =
                all
                ? try await store.workers(limit: 10_000).filter { $0.endedAt == nil && $0.leaseUntil != nil }.map(\.id)
                : workers.map { WorkerID(rawValue: $0) }
            return try await store.drain(ids, afterSeconds: undo ? nil : delay, preempting: preempt)
        }
        for id in drained { try Terminal.print("\(id)") }
        if drained.isEmpty { throw Failure(.failed, "there is no such worker, or it has left") }
    }
}
