import PodiumCore
import PodiumScheduler
import PodiumTestSupport
import Synchronization
import Testing

/// A launcher whose engines say and do what a test tells them.
final class ScriptedLauncher: Launcher {
    private let state = Mutex<[ScriptedEngine]>([])

    /// All engines so far, in the order of their start.
    var engines: [ScriptedEngine] { state.withLock { $0 } }

    func run(
        _ request: LaunchRequest,
        started: @Sendable (any EngineControl) async -> Void,
        event: @Sendable (EngineEvent) async -> Void
    ) async -> EngineExit {
        let engine = ScriptedEngine(request)
        state.withLock { $0.append(engine) }
        await started(engine)
        for await step in engine.steps {
            switch step {
            case .event(let said): await event(said)
            case .exit(let exit): return exit
            }
        }
        return EngineExit(.notStarted("the test is over"))
    }
}

/// One engine; it notes the signals that it gets and obeys none by itself.
final class ScriptedEngine: EngineControl {
    enum Step: Sendable {
        case event(EngineEvent)
        case exit(EngineExit)
    }

    let request: LaunchRequest
    let steps: AsyncStream<Step>
    private let continuation: AsyncStream<Step>.Continuation
    private let received = Mutex<[String]>([])
    private let hasEnded = Atomic(false)

    init(_ request: LaunchRequest) {
        self.request = request
        (steps, continuation) = AsyncStream.makeStream()
    }

    var signals: [String] { received.withLock { $0 } }

    /// Whether it was told how to end.
    var isOver: Bool { hasEnded.load(ordering: .acquiring) }

    func terminate() { received.withLock { $0.append("terminate") } }

    func pause() { received.withLock { $0.append("pause") } }
    func resume() { received.withLock { $0.append("resume") } }

    /// As the kernel does: the process is gone at once.
    func kill() {
        received.withLock { $0.append("kill") }
        exit(.signaled(9))
    }

    func say(_ event: EngineEvent) { continuation.yield(.event(event)) }

    func exit(_ status: EngineExit.Status) {
        hasEnded.store(true, ordering: .releasing)
        continuation.yield(.exit(EngineExit(status)))
    }

    func succeed(score: Double = 0.5) {
        say(.result(RunResult(score: score), artifacts: []))
        exit(.exited(0))
    }
}
