import Synchronization

/// A clock that stands still until a test advances it.
///
/// Sleeping tasks wake in the order of their deadlines. Nothing here waits in real time.
package final class TestClock: Clock, Sendable {
    package struct Instant: InstantProtocol {
        /// Since the clock was made.
        package var offset: Duration

        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
    }

    private struct Sleeper {
        var number: Int
        var deadline: Instant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var sleepers: [Sleeper] = []
        /// Sleeps that were cancelled before they began to wait.
        var cancelled: Set<Int> = []
        var next = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var now: Instant { state.withLock(\.now) }
    package var minimumResolution: Duration { .nanoseconds(1) }

    /// Seconds since 1970 of a day in 2027: what a store on this clock calls now.
    package var seconds: Double {
        let (seconds, attoseconds) = now.offset.components
        return 1_800_000_000 + Double(seconds) + Double(attoseconds) * 1e-18
    }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelled.remove(number) != nil { return .failure(CancellationError()) }
                    if deadline <= state.now { return .success(()) }
                    state.sleepers.append(Sleeper(number: number, deadline: deadline, continuation: continuation))
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.number == number }) else {
                    state.cancelled.insert(number)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Lets time pass: every sleeper that is due wakes, and what it starts in turn is given the chance to run.
    package func advance(by duration: Duration) async {
        await Self.letOthersRun()
        let end = now.advanced(by: duration)
        while true {
            let due = state.withLock { state -> Sleeper? in
                let first = state.sleepers.enumerated().min { $0.element.deadline < $1.element.deadline }
                guard let first, first.element.deadline <= end else {
                    state.now = max(state.now, end)
                    return nil
                }
                state.now = max(state.now, first.element.deadline)
                return state.sleepers.remove(at: first.offset)
            }
            guard let due else { return await Self.letOthersRun() }
            due.continuation.resume()
            await Self.letOthersRun()
        }
    }

    /// Advances in small steps until something holds; false when it does not within `limit`.
    package func advance(
        upTo limit: Duration = .seconds(600),
        until holds: () async throws -> Bool
    ) async rethrows -> Bool {
        let end = now.advanced(by: limit)
        while true {
            await Self.letOthersRun()
            if try await holds() { return true }
            if now >= end { return false }
            await advance(by: .milliseconds(100))
        }
    }

    /// Suspends until the other tasks of this process have nothing left to do but wait, as far as that can be told.
    private static func letOthersRun() async {
        for _ in 0..<12 { await Task.detached(priority: .background) { await Task.yield() }.value }
    }
}
