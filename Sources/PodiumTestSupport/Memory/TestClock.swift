import Synchronization

/// A clock that stands still until a test advances it.
///
/// Sleeping tasks wake in the order of their deadlines. Real time passes only while woken tasks run.
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

    /// Lets time pass: every sleeper that is due wakes, in the order of deadlines, and gets to its next sleep.
    package func advance(by duration: Duration) async {
        let end = now.advanced(by: duration)
        // Tasks that a test has just started may not have got to their first sleep.
        await waitForSleeper(.milliseconds(100))
        while await wakeNext(before: end) {}
        state.withLock { $0.now = max($0.now, end) }
        await Self.letOthersRun()
    }

    /// Lets time pass from one sleeper to the next until something holds; false when it does not within `limit`.
    package func advance(
        upTo limit: Duration = .seconds(600),
        until holds: () async throws -> Bool
    ) async rethrows -> Bool {
        let end = now.advanced(by: limit)
        while true {
            await Self.letOthersRun()
            if try await holds() { return true }
            if await wakeNext(before: end) { continue }
            // Nobody sleeps until then. What is still at work gets real time for it.
            let deadline = ContinuousClock.now + .seconds(3)
            while !hasSleeper(before: end), ContinuousClock.now < deadline {
                await Self.letOthersRun()
                if try await holds() { return true }
            }
            if !hasSleeper(before: end) {
                state.withLock { $0.now = max($0.now, end) }
                return try await holds()
            }
        }
    }

    /// Wakes the first sleeper and waits until somebody sleeps in its place; false when none is due by then.
    private func wakeNext(before end: Instant) async -> Bool {
        let (due, left) = state.withLock { state -> (Sleeper?, Int) in
            let first = state.sleepers.enumerated().min {
                ($0.element.deadline, $0.element.number) < ($1.element.deadline, $1.element.number)
            }
            guard let first, first.element.deadline <= end else { return (nil, 0) }
            state.now = max(state.now, first.element.deadline)
            state.sleepers.remove(at: first.offset)
            return (first.element, state.sleepers.count)
        }
        guard let due else { return false }
        due.continuation.resume()
        // A task that ends does not sleep again: then the wait is over after a while of real time.
        let deadline = ContinuousClock.now + .milliseconds(50)
        while state.withLock({ $0.sleepers.count }) <= left, ContinuousClock.now < deadline {
            await Self.letOthersRun()
        }
        return true
    }

    private func hasSleeper(before end: Instant) -> Bool {
        state.withLock { state in state.sleepers.contains { $0.deadline <= end } }
    }

    private func waitForSleeper(_ limit: Duration) async {
        let deadline = ContinuousClock.now + limit
        repeat { await Self.letOthersRun() } while state.withLock(\.sleepers.isEmpty) && ContinuousClock.now < deadline
    }

    /// Leaves the processor to other tasks for an instant of real time.
    private static func letOthersRun() async {
        try? await ContinuousClock().sleep(for: .microseconds(300))
    }
}
