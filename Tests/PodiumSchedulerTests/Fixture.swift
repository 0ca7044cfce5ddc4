import FoundationEssentials
import Logging
import PodiumCore
import PodiumScheduler
import PodiumTestSupport
import Synchronization

/// A store, a clock, and workers without processes.
final class Fixture: Sendable {
    let clock = TestClock()
    let store: MemoryStore
    let launcher = ScriptedLauncher()
    let folder = "/tmp/podium-scheduler-\(UUID().uuidString.prefix(8))"

    init() {
        store = MemoryStore(clock: clock)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    static let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    func worker(
        threads: Int = 2,
        lifetime: WorkerLifetime = WorkerLifetime(),
        exchange: (any ArtifactExchange)? = nil,
        works: (any WorkRecognition)? = nil
    ) -> Worker {
        Worker(
            store: store,
            registration: WorkerRegistration(
                host: "here",
                processID: 1,
                pool: "cpu",
                threads: threads,
                version: "test"
            ),
            launcher: launcher,
            options: WorkerOptions(dataDirectory: folder, lifetime: lifetime, exchange: exchange, works: works),
            clock: clock,
            log: Self.log
        )
    }

    /// Runs a worker while `body` lasts, then shuts it down; engines that still run obey.
    func withWorker(
        threads: Int = 2,
        exchange: (any ArtifactExchange)? = nil,
        works: (any WorkRecognition)? = nil,
        _ body: (Worker) async throws -> Void
    ) async throws {
        let worker = worker(threads: threads, exchange: exchange, works: works)
        let isOver = Flag()
        Task {
            try await worker.run()
            isOver.set()
        }
        let result: Result<Void, any Error>
        do { result = .success(try await body(worker)) } catch { result = .failure(error) }
        await worker.shutDown()
        for engine in launcher.engines where !engine.isOver {
            // It obeys the order, so it must have it.
            _ = await clock.advance { !engine.signals.isEmpty }
            engine.exit(.exited(143))
        }
        _ = await clock.advance { isOver.isSet }
        try result.get()
    }

    func submit(_ names: String..., change: (inout RunSpec) -> Void = { _ in }) async throws -> [RunID] {
        let runs = names.map { name in
            var spec = RunSpec(
                name: name,
                system: "tiny",
                work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc))
            )
            spec.resources.threads = 1
            spec.retry = RetryPolicy(limit: 1, backoffSeconds: 200)
            change(&spec)
            return PlannedRun(spec: spec)
        }
        let suite = try await store.submit(Submission(name: "suite", kind: .suite, source: "", runs: runs))
        return names.compactMap { suite.runs[$0] }
    }

    func state(_ run: RunID) async throws -> RunState? {
        try await store.run(run)?.state
    }

    /// Lets time pass until a run is in a state; false if it never is.
    func reaches(_ state: RunState, _ run: RunID) async throws -> Bool {
        try await clock.advance { try await self.state(run) == state }
    }

    /// Lets time pass until so many engines were started.
    func engines(_ count: Int) async -> [ScriptedEngine] {
        _ = await clock.advance { launcher.engines.count >= count }
        return launcher.engines
    }
}

/// Set once.
final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}
