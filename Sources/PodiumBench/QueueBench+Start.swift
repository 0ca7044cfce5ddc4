internal import Logging
internal import PodiumCore
internal import PodiumScheduler
internal import PodiumStore

extension QueueBench {
    /// From the submission of a run until an idle worker has its files ready and starts the engine, beside the two
    /// commits that it cannot do without: the submission's and the claim's.
    func starting() async throws -> [BenchFigure] {
        let (times, commits) = try await timesToStart(220, of: store, rest: .milliseconds(60)) {
            try await Stopwatch.seconds { for _ in 0..<2 { try await self.store.commitNothing() } }
        }
        // The first ones prepare statements.
        let (known, pairs) = (times.dropFirst(20), commits.dropFirst(20))
        return [(0.5, "p50"), (0.99, "p99")].map { share, name in
            BenchFigure(
                name: "queue/start/\(name)",
                value: Array(known).percentile(share) * 1e3,
                unit: "ms, submitted to started; ceiling: two commits",
                ceiling: Array(pairs).percentile(share) * 1e3
            )
        }
    }

    /// The same for a worker whom no notification reaches.
    func startingUnheard() async throws -> BenchFigure {
        let deaf = try await PostgresStore.open(cluster.address, connections: 4, hearsChanges: false)
        let (times, _) = try await timesToStart(max(20, selection.repeats), of: deaf, rest: .milliseconds(60)) {
            // At any moment between two looks.
            try await Task.sleep(for: .seconds(Double.random(in: 0..<1)))
            return 0
        }
        await deaf.close()
        return BenchFigure(
            name: "queue/poll",
            value: times.max() ?? .nan,
            unit: "s, submitted to started without notifications, longest of \(times.count)"
        )
    }

    /// - Parameters:
    ///   - workers: the store of the worker that starts the runs.
    ///   - rest: before each submission, in which the worker falls asleep.
    ///   - between: measures something before each submission.
    private func timesToStart(
        _ count: Int,
        of workers: PostgresStore,
        rest: Duration,
        between: () async throws -> Double
    ) async throws -> (times: [Double], between: [Double]) {
        let launcher = NotingLauncher()
        let worker = Worker(
            store: workers,
            registration: WorkerRegistration(host: "bench", processID: 0, pool: "cpu", threads: 2, version: version),
            launcher: launcher,
            options: WorkerOptions(dataDirectory: folder),
            log: quiet
        )
        let working = Task { try await worker.run() }
        let one = suite(1)
        var (times, measured): ([Double], [Double]) = ([], [])
        for _ in 0..<count {
            measured.append(try await between())
            try await Task.sleep(for: rest)
            let start = ContinuousClock.now
            _ = try await store.submit(one)
            let started = await launcher.nextStart()
            times.append(start.duration(to: started) / .seconds(1))
        }
        await worker.shutDown()
        try await working.value
        return (times, measured)
    }
}

/// Starts nothing: it says when it was asked to, and that the run is done.
private final class NotingLauncher: Launcher {
    private let starts: AsyncStream<ContinuousClock.Instant>
    private let note: AsyncStream<ContinuousClock.Instant>.Continuation

    init() { (starts, note) = AsyncStream.makeStream() }

    func nextStart() async -> ContinuousClock.Instant {
        for await start in starts { return start }
        return .now
    }

    func run(
        _ request: LaunchRequest,
        started: @Sendable (any EngineControl) async -> Void,
        event: @Sendable (EngineEvent) async -> Void
    ) async -> EngineExit {
        note.yield(.now)
        await started(Control())
        await event(.result(RunResult(score: 0.5), artifacts: []))
        return EngineExit(.exited(0))
    }

    private struct Control: EngineControl {
        func terminate() {}
        func kill() {}
    }
}
