import ArgumentParser
import Foundation
import PodiumCore
import PodiumExperiments

struct BudgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budget",
        abstract: "Limits the hours of computing that projects may use.",
        discussion: """
            An hour is one of one thread, on accelerators of one device. All attempts of a project's runs (project: in the \
            job file) count, also those that were preempted or failed. When a budget is used up, running work saves a \
            checkpoint and goes back to its place without a retry charged, and nothing of the project starts until \
            there is more.

            Examples:
              podium budget
              podium budget set parsing --hours 100
              podium budget set parsing --hours 250 --from 2027-01-01
              podium budget remove parsing
            """,
        subcommands: [BudgetList.self, BudgetSet.self, BudgetRemove.self],
        defaultSubcommand: BudgetList.self
    )
}

struct BudgetList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists budgets, what was used, and what runs and waits."
    )

    @OptionGroup var place: PlaceOptions
    @Flag(help: "One JSON document.")
    var json = false

    func run() async throws {
        let budgets = try await place.withStore { try await $0.budgets() }
        if json { return try JSONOutput.print(budgets) }
        guard !budgets.isEmpty else {
            return Terminal.error("No project has a budget; `podium budget set PROJECT --hours N` sets one.")
        }
        try Terminal.print(BudgetTable(budgets).rendered())
    }
}

struct BudgetSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Sets, raises or lowers a project's budget."
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "The project, as job files name it.")
    var project: String
    @Option(help: "Hours of one thread, in all.")
    var hours: Double
    @Option(
        help:
            "What was used before does not count: 2026-03-01, \"2026-03-01 14:30\", or an age such as 7d (default: now; of a budget that is there, what it was)."
    )
    var from: String?

    func run() async throws {
        let request = try BudgetRequest(
            project: project,
            hours: hours,
            from: from,
            now: Date().timeIntervalSince1970
        )
        let budget = try await place.withStore { store in
            try await store.setBudget(request.project, hours: request.hours, from: request.from)
            return try await store.budgets().filter { $0.project == request.project }
        }
        try Terminal.print(BudgetTable(budget).rendered())
    }
}

struct BudgetRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Takes a project's budget away: it may use what it wants."
    )

    @OptionGroup var place: PlaceOptions
    @Argument(help: "The project.")
    var project: String

    func run() async throws {
        guard try await place.withStore({ try await $0.removeBudget(project) }) else {
            throw Failure(.usage, "project \"\(project)\" has no budget; `podium budget` lists those that have")
        }
    }
}
