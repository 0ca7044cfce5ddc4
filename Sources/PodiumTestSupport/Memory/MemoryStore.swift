import PodiumCore
import Synchronization

/// A job store in memory, for tests of everything that needs one: it passes the same conformance suite as PostgreSQL.
///
/// One lock around all of its state makes every call a transaction.
package final class MemoryStore: JobStore {
    /// How long after its lease's end a worker is declared lost, as in PostgreSQL's store.
    static let rescueGraceSeconds = 2.0
    /// How far one step of priority moves a run ahead, in seconds.
    static let priorityBoost = 3600.0

    /// What a store that is out of reach throws.
    package struct Unreachable: Error {}

    /// What a store that lacks a part of itself throws.
    package struct Damaged: StoreFault {
        package var isPermanent: Bool { true }
    }

    /// A submission that contradicts itself.
    struct Invalid: Error {
        var message: String
    }

    private let state = Mutex(State())
    let now: @Sendable () -> Double

    /// - Parameter now: seconds since 1970; the store's clock.
    package init(now: @escaping @Sendable () -> Double) {
        self.now = now
    }

    /// A store whose time is the test's.
    package convenience init(clock: TestClock) {
        self.init { clock.seconds }
    }

    /// While true every call throws `Unreachable`, as a database that is down would.
    package func setUnreachable(_ isUnreachable: Bool) {
        state.withLock { $0.fault = isUnreachable ? Unreachable() : nil }
    }

    /// From here on every call throws `Damaged`, or only those that store what engines say.
    package func damage(onlyMeasurements: Bool = false) {
        state.withLock { state in
            if onlyMeasurements { state.isMissingMeasurements = true } else { state.fault = Damaged() }
        }
    }

    /// Reads.
    func read<R>(_ body: (State) throws -> R) throws -> R {
        try state.withLock { state in
            if let fault = state.fault { throw fault }
            return try body(state)
        }
    }

    /// Changes the state, and wakes whoever listens when runs changed.
    ///
    /// As PostgresStore, it wakes nobody for a claim that found nothing: that would be the worker that made it. An error leaves
    /// everything as it was.
    func write<R>(_ body: (inout State, _ now: Double) throws -> R) throws -> R {
        let time = now()
        let (result, listeners) = try state.withLock { state in
            if let fault = state.fault { throw fault }
            var copy = state
            let result = try body(&copy, time)
            copy.noteChanges(since: state, at: time)
            let hasNews = copy.changes.count != state.changes.count
            state = copy
            return (result, hasNews ? Array(state.listeners.values) : [])
        }
        for listener in listeners { listener.yield() }
        return result
    }

    package func notifications() async throws -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = try write { state, _ in
            state.nextListener += 1
            state.listeners[state.nextListener] = continuation
            return state.nextListener
        }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { $0.listeners[number] = nil } }
        return stream
    }
}
