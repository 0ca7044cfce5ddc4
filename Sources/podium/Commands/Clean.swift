import ArgumentParser
import PodiumExperiments
import PodiumStore

struct Clean: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Removes files that nothing needs any more; says first which.",
        discussion: """
            Goes: checkpoints of runs that have been over for a while, folders of attempts that no row names, and \
            examples for pre-training while no pre-training is open (they are made again). Stays: every model, \
            prediction, vector and report that a run has, whatever its age; `podium delete` removes runs.

            Without --apply it only lists. A failed run whose checkpoints are gone starts anew when it is retried.

            Examples:
              podium gc
              podium gc --older-than 30 --apply
            """
    )

    @OptionGroup var place: PlaceOptions
    @Option(name: .customLong("older-than"), help: "Days for which a run must have been over.")
    var days = 7.0
    @Flag(help: "Remove it.")
    var apply = false
    @Flag(help: "One JSON document.")
    var json = false

    func validate() throws {
        guard days >= 0, days.isFinite else {
            throw ValidationError("--older-than must be a number of days, 0 or more")
        }
    }

    func run() async throws {
        let place = try place.resolved()
        let (age, isApplied) = (days * 86_400, apply)
        let (plan, failures) = try await place.withStore { store in
            let plan = try await CleaningPlan.make(dataDirectory: place.dataDirectory, age: age, store: store)
            return (plan, isApplied ? try await plan.apply(store: store) : [])
        }
        if json {
            try JSONOutput.print(plan.items)
        } else {
            if !plan.items.isEmpty { try Terminal.print(plan.table()) }
            Terminal.error("\(apply ? "Removed" : "Would remove") \(plan.summary).")
            if !apply, !plan.items.isEmpty { Terminal.error("`podium gc --apply` does it.") }
        }
        failures.forEach(Terminal.error)
        if failures.contains(where: { $0.contains("cannot be removed") }) {
            throw Failure(.trouble, "not everything could be removed")
        }
    }
}
