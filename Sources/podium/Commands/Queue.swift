import ArgumentParser
import Foundation
import PodiumCore
import PodiumExperiments
import PodiumFormat

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
        let runs = try await place.withStore { store in
            try await store.runs(
                suite: try await suite.asyncMap { try await store.requireSuite($0).id },
                includingTerminal: all
            )
        }
        if json { return try JSONOutput.print(runs) }
        Terminal.print(Self.table(runs, now: Date().timeIntervalSince1970))
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
                elapsed.map(clockText) ?? "", progress.map { "\($0.step)/\($0.totalSteps)" } ?? "",
                progress.map { decimal($0.loss, 4) } ?? "",
                run.state == .running ? progress.map { clockText($0.remainingSeconds) } ?? "" : "",
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
