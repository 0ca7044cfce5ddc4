import ArgumentParser
import Foundation
import PodiumCore
import PodiumExperiments
import PodiumPrimitives

struct Queue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists runs that wait or run, and why.",
        discussion: """
            ST: PD in the queue, BL waits for other runs, WT waits to be tried again, R running,
            CD completed, F failed, CA cancelled.

            Examples:
              podium queue
              podium queue --suite quickstart --all
              podium queue --json | jq '.[] | select(.state == "running") | .progress.loss'
            """
    )

    @OptionGroup var place: PlaceOptions
    @Option(help: "Only runs of this suite (number or name).")
    var suite: String?
    @Flag(name: .shortAndLong, help: "Runs that are over as well.")
    var all = false
    @Flag(help: "One JSON document.")
    var json = false

    func run() async throws {
        try await place.withStore { store in
            let suite = try await suite.asyncMap { try await store.chosenSuite($0).id }
            if json { return try await printJSON(suite, of: store) }
            let runs = try await store.runs(suite: suite, includingTerminal: all, after: nil, limit: Self.shownRuns)
            try Terminal.print(Self.table(runs, now: Date().timeIntervalSince1970))
            guard runs.count == Self.shownRuns else { return }
            let counts = try await store.runCounts(suite: suite).filter { all || !$0.key.isTerminal }
            let more = counts.values.reduce(0, +) - runs.count
            guard more > 0 else { return }
            let states = RunState.allCases.compactMap { state in counts[state].map { "\($0) \(state.rawValue)" } }
            Terminal.error(
                "and \(more) more (all in all \(states.joined(separator: ", "))); --suite narrows the list, --json has all"
            )
        }
    }

    /// Rows of a table: what a person may still scroll through.
    private static let shownRuns = 1000

    /// One array, a page of runs at a time: memory does not grow with the queue.
    private func printJSON(_ suite: SuiteID?, of store: any JobStore) async throws {
        try Terminal.data("[")
        var held: String?
        var last: RunRecord?
        while true {
            let page = try await store.runs(suite: suite, includingTerminal: all, after: last, limit: Self.shownRuns)
            for run in page {
                // Held back until it is known whether another follows.
                if let held { try Terminal.data(held + ",") }
                held = try JSONOutput.text(run)
            }
            last = page.last
            if page.count < Self.shownRuns { break }
        }
        if let held { try Terminal.data(held) }
        try Terminal.data("]")
    }

    static func table(_ runs: [RunRecord], now: Double) -> String {
        var table = TextTable([
            ("RUN", .right), ("SUITE", .left), ("NAME", .left), ("ST", .left), ("TRY", .right), ("TIME", .right),
            ("STEP", .right), ("LOSS", .right), ("ETA", .right), ("REASON", .left),
        ])
        for run in runs {
            let elapsed = run.startedAt.map { (run.endedAt ?? now) - $0 }
            let progress = run.state == .running || run.state.isTerminal ? run.progress : nil
            table.add([
                "\(run.id)", run.suiteName, run.spec.name, run.state.code, run.attempt > 0 ? "\(run.attempt)" : "",
                elapsed.map(NumberText.clock) ?? "", progress.map { "\($0.step)/\($0.totalSteps)" } ?? "",
                progress.map { NumberText.fixed($0.loss, digits: 4) } ?? "",
                run.state == .running ? progress.map { NumberText.clock($0.remainingSeconds) } ?? "" : "",
                run.reason.map { "(\($0))" } ?? "",
            ])
        }
        return table.rendered()
    }
}

extension Optional {
    func asyncMap<Result>(_ transform: (Wrapped) async throws -> Result) async throws -> Result? {
        guard let value = self else { return nil }
        return try await transform(value)
    }
}

extension JobStore {
    /// The suite that a command reads; says which it is where several have the name.
    func chosenSuite(_ name: String?) async throws -> SuiteRecord {
        let suite = try await requireSuite(name)
        if let doubt = try await ambiguity(of: name, chosen: suite) { Terminal.error("podium: \(doubt)") }
        return suite
    }
}
