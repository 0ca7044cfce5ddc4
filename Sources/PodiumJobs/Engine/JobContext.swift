internal import Foundation
package import PodiumCore
package import PodiumGraph
package import PodiumPrimitives
internal import Synchronization

/// What a job gets from the process it runs in.
package struct JobContext {
    package let assignment: EngineAssignment
    /// The attempt's folder: everything a job writes lies in it.
    package let folder: String
    package let device: any GraphDevice
    /// The ranks that compute the job together.
    ///
    /// All do the same, but only the first reports and writes.
    package let ranks: RankGroup
    /// Memory of the machine, in bytes, as of now; nil if it cannot be told.
    package let memory: @Sendable () -> MemoryState?
    /// Passes an event on to the worker.
    package let say: @Sendable (EngineEvent) -> Void
    /// Whether the worker asked the job to stop.
    package let shouldStop: @Sendable () -> Bool

    package init(
        assignment: EngineAssignment,
        folder: String,
        device: any GraphDevice,
        ranks: RankGroup = .alone,
        memory: @escaping @Sendable () -> MemoryState? = { MemoryState() },
        say: @escaping @Sendable (EngineEvent) -> Void,
        shouldStop: @escaping @Sendable () -> Bool
    ) {
        self.assignment = assignment
        self.folder = folder
        self.device = device
        self.ranks = ranks
        self.memory = memory
        if ranks.isFirst { self.say = say } else { self.say = { _ in } }
        // Whoever asks this has finished a piece of work.
        let pulse = Pulse(self.say)
        self.shouldStop = {
            pulse.beat()
            return shouldStop()
        }
    }

    package var spec: RunSpec { assignment.spec }

    func log(_ message: String, level: LogLevel = .info) {
        say(.log(level, message))
    }

    /// Ends a job that was asked to stop.
    ///
    /// Ranks stop between two steps, all at the same one (`TrainingLoop`).
    func checkStop() throws {
        if stopsAlone() { throw JobStopped() }
    }

    /// Ends a job that was asked to stop, when the first rank has nothing left to do with the others.
    func checkStopAfterTraining() throws {
        if shouldStop() { throw JobStopped() }
    }

    /// Whether a rank that has no others was asked to stop.
    var stopsAlone: @Sendable () -> Bool {
        if ranks.ranks == 1 { return shouldStop }
        return { false }
    }

    /// The path of a file or folder of this attempt.
    func path(_ name: String) -> String {
        "\(folder)/\(name)"
    }
}

/// Says every now and then that a job gets on.
private final class Pulse: Sendable {
    private static let interval: Duration = .seconds(10)

    private let last = Mutex(ContinuousClock.now)
    private let say: @Sendable (EngineEvent) -> Void

    init(_ say: @escaping @Sendable (EngineEvent) -> Void) { self.say = say }

    func beat() {
        let isDue = last.withLock { last in
            guard last.duration(to: .now) >= Self.interval else { return false }
            last = .now
            return true
        }
        if isDue { say(.moved) }
    }
}

/// A job ended because it was asked to; what it had is in its last checkpoint.
package struct JobStopped: Error {
    package init() {}
}

/// Why a job cannot be done.
package struct JobError: DescribedError, Sendable {
    package let failure: FailureClass
    package let message: String

    package init(_ failure: FailureClass, _ message: String) {
        self.failure = failure
        self.message = message
    }

    package var blame: Blame {
        failure == .infrastructure ? .world : .job
    }
}
