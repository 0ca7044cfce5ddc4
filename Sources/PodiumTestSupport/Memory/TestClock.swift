import FoundationEssentials
import Glibc
import Synchronization

/// A clock that stands still until a test advances it.
///
/// Sleeping tasks wake in the order of their deadlines. Real time passes only while woken tasks run: the clock goes on when the task
/// that it woke sleeps again, or when the process has nothing left to do. So a loaded machine, which keeps a task waiting for a
/// processor, does not let the clock run ahead of it.
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
        /// The task that sleeps.
        var task: Int?
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
        let task = withUnsafeCurrentTask { $0?.hashValue }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelled.remove(number) != nil { return .failure(CancellationError()) }
                    if deadline <= state.now { return .success(()) }
                    state.sleepers.append(
                        Sleeper(number: number, task: task, deadline: deadline, continuation: continuation)
                    )
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
            let patience = ContinuousClock.now + .milliseconds(50)
            let deadline = ContinuousClock.now + .seconds(10)
            while !hasSleeper(before: end), ContinuousClock.now < deadline {
                await Self.letOthersRun()
                if try await holds() { return true }
                if ContinuousClock.now > patience, Self.isIdle() { break }
            }
            if !hasSleeper(before: end) {
                state.withLock { $0.now = max($0.now, end) }
                return try await holds()
            }
        }
    }

    /// Wakes the first sleeper and waits until it sleeps again or has ended; false when none is due by then.
    private func wakeNext(before end: Instant) async -> Bool {
        let due = state.withLock { state -> Sleeper? in
            let first = state.sleepers.enumerated().min {
                ($0.element.deadline, $0.element.number) < ($1.element.deadline, $1.element.number)
            }
            guard let first, first.element.deadline <= end else { return nil }
            state.now = max(state.now, first.element.deadline)
            return state.sleepers.remove(at: first.offset)
        }
        guard let due else { return false }
        due.continuation.resume()
        // A task that ends does not sleep again. It has ended when, after a while, no thread has anything to do.
        let patience = ContinuousClock.now + .milliseconds(50)
        let limit = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < limit {
            await Self.letOthersRun()
            if state.withLock({ state in state.sleepers.contains { $0.task == due.task } }) { break }
            if ContinuousClock.now > patience, Self.isIdle() { break }
        }
        return true
    }

    /// Whether no other thread has anything to do for a millisecond.
    ///
    /// It keeps its own thread, so that no timer of a test wakes one.
    private static func isIdle() -> Bool {
        for _ in 1...5 {
            if hasRunnableThread() { return false }
            usleep(200)
        }
        return true
    }

    /// Whether a thread of the process other than the caller's runs, waits for a processor, or waits for a disk.
    private static func hasRunnableThread() -> Bool {
        let files = FileManager.default
        // "process/task/thread".
        let own = try? files.destinationOfSymbolicLink(atPath: "/proc/thread-self").split(separator: "/").last
        let threads = (try? files.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return threads.contains { thread in
            guard thread[...] != own, let file = fopen("/proc/self/task/\(thread)/stat", "r") else { return false }
            defer { fclose(file) }
            var line = [CChar](repeating: 0, count: 256)
            guard fgets(&line, Int32(line.count), file) != nil else { return false }
            // "number (name) state …", where the name may hold anything.
            let text = line.prefix { $0 != 0 }
            guard let end = text.lastIndex(of: CChar(UInt8(ascii: ")"))), text.count > end + 2 else { return false }
            return text[end + 2] == CChar(UInt8(ascii: "R")) || text[end + 2] == CChar(UInt8(ascii: "D"))
        }
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
