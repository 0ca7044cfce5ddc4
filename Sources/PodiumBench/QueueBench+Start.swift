internal import Logging
internal import PodiumCore
internal import PodiumScheduler
internal import PodiumStore

extension QueueBench {
    /// From the submission of a run until an idle worker has its files ready and starts the engine.
    func starting() async throws -> [BenchFigure] {
        let launcher = NotingLauncher()
        let worker = Worker(
            store: store,
            registration: WorkerRegistration(host: "bench", processID: 0, pool: "cpu", threads: 2, version: version),
            launcher: launcher,
            options: WorkerOptions(dataDirectory: folder),
            log: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        )
        let working = Task { await worker.run() }
        let one = suite(1)
        var times: [Double] = []
        for number in 0..<220 {
            // The worker is asleep by then.
            try await Task.sleep(for: .milliseconds(60))
            let start = ContinuousClock.now
            _ = try await store.submit(one)
            let started = await launcher.nextStart()
            // The first ones prepare statements.
            if number >= 20 { times.append(start.duration(to: started) / .seconds(1)) }
        }
        await worker.shutDown()
        await working.value
        return [
            BenchFigure(name: "queue/start/p50", value: times.percentile(0.5) * 1e3, unit: "ms, submitted to started"),
            BenchFigure(name: "queue/start/p99", value: times.percentile(0.99) * 1e3, unit: "ms, submitted to started"),
        ]
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
