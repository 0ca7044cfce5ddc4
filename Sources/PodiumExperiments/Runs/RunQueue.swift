package import PodiumCore
internal import PodiumPrimitives

/// The runs that a list shows, and how many more there are.
package struct RunQueue {
    package let runs: [RunRecord]
    /// How many runs there are in each state; empty where all of them are shown.
    package let counts: [RunStanding: Int]
    /// Of suites of the runs, those that have one.
    package let seeds: [SeedPlanRecord]

    package init(runs: [RunRecord], counts: [RunStanding: Int] = [:], seeds: [SeedPlanRecord] = []) {
        self.runs = runs
        self.counts = counts
        self.seeds = seeds
    }

    /// - Parameters:
    ///   - suite: nil for the runs of all suites.
    ///   - limit: how many runs to show at most.
    package init(of suite: SuiteID?, includingTerminal: Bool, limit: Int, in store: any JobStore) async throws {
        runs = try await store.runs(suite: suite, includingTerminal: includingTerminal, after: nil, limit: limit)
        seeds = try await store.seedPlans(of: Set(runs.map(\.suite)).sorted())
        guard runs.count == limit else {
            counts = [:]
            return
        }
        counts = try await store.runCounts(suite: suite).filter { includingTerminal || !$0.key.isTerminal }
    }

    /// How many runs are not shown, and how many there are in each state; nil where all are shown.
    package var rest: String? {
        let more = counts.values.reduce(0, +) - runs.count
        guard more > 0 else { return nil }
        let states = RunStanding.allCases.compactMap { state in counts[state].map { "\($0) \(state.rawValue)" } }
        return
            "and \(more) more (all in all \(states.joined(separator: ", "))); --suite narrows the list, --json has all"
    }

    /// How far plans of seeds are, a line each.
    package var plans: [String] {
        seeds.map { record in
            SeedPlanText(record).line(of: runs.first { $0.suite == record.suite }?.suiteName ?? "")
        }
    }

    /// - Parameter now: the time in seconds since 1970, from which the time of running runs follows.
    package func table(now: Double) -> String {
        var table = TextTable([
            ("RUN", .right), ("SUITE", .left), ("NAME", .left), ("ST", .left), ("TRY", .right), ("TIME", .right),
            ("STEP", .right), ("LOSS", .right), ("ETA", .right), ("REASON", .left),
        ])
        for run in runs {
            let progress = run.isRunningOrOver ? run.progress : nil
            table.add([
                "\(run.id)", run.suiteName, run.spec.name, run.standing.code, run.attempt > 0 ? "\(run.attempt)" : "",
                run.elapsed(now: now).map(NumberText.clock) ?? "", progress.map { "\($0.step)/\($0.totalSteps)" } ?? "",
                progress.map { NumberText.fixed($0.loss, digits: 4) } ?? "",
                run.state == .running ? progress.map { NumberText.clock($0.remainingSeconds) } ?? "" : "",
                run.reason.map { "(\($0))" } ?? "",
            ])
        }
        return table.rendered()
    }
}

extension JobStore {
    /// Reads runs a page at a time, so that memory does not grow with the queue.
    package func forEachRun(
        suite: SuiteID?,
        includingTerminal: Bool,
        pageSize: Int = 1000,
        _ body: (RunRecord) throws -> Void
    ) async throws {
        var last: RunRecord?
        while true {
            let page = try await runs(suite: suite, includingTerminal: includingTerminal, after: last, limit: pageSize)
            for run in page { try body(run) }
            last = page.last
            if page.count < pageSize { return }
        }
    }
}
