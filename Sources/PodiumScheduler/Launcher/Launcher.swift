package import PodiumCore

/// Starts the engine of an attempt somewhere and says how it ended: a child process here, a job of a batch system.
///
/// The supervision of attempts knows nothing else of where engines run.
package protocol Launcher: Sendable {
    /// Why the machines that it stands for cannot all start engines, in words; nil where they can, as far as can be told beforehand.
    func fault() async -> String?
    /// Runs an engine to its end.
    ///
    /// - Parameters:
    ///   - started: gets the means to end the engine, once, before its first event.
    ///   - event: gets what the engine says, in order.
    /// - Returns: when the engine and everything that it started are gone. An engine that could not be started is an
    ///   exit too.
    func run(
        _ request: LaunchRequest,
        started: @Sendable (any EngineControl) async -> Void,
        event: @Sendable (EngineEvent) async -> Void
    ) async -> EngineExit
}

extension Launcher {
    package func fault() async -> String? { nil }
}

/// What a launcher must know of an attempt.
package struct LaunchRequest: Sendable, Equatable {
    package var lease: Lease
    /// For people: the run's name inside its suite.
    package var name: String
    /// The attempt's folder, with `assignment.json` in it.
    package var folder: String
    package var resources: Resources

    package init(lease: Lease, name: String, folder: String, resources: Resources) {
        self.lease = lease
        self.name = name
        self.folder = folder
        self.resources = resources
    }
}

/// The means to end a running engine; asking one that is gone does nothing.
package protocol EngineControl: Sendable {
    /// Asks it to save what it has and to stop.
    func terminate()
    /// Ends it at once.
    func kill()
    /// Stops it where it stands, until `resume`. Engines out of the worker's reach run on.
    func pause()
    func resume()
}

extension EngineControl {
    package func pause() {}
    package func resume() {}
}
