package import PodiumCore

/// Whether an engine gets anywhere, told by what it says; knows no time but counts the looks at it.
///
/// Heartbeats and log lines prove that processes live, not that they compute: a rank that waits for a dead one, a device that no
/// longer answers. What counts is a step that was not there before, a finished piece of work, something made. Before the training
/// is set up, log lines count as well: nothing else is said then.
package struct ProgressWatch: Sendable {
    /// Looks without a movement between them that make a stall.
    package static let looks = 10

    private var isSetUp = false
    private var step: Int?
    private var hasMoved = true
    private var idleLooks = 0

    package init() {}

    package mutating func observe(_ event: EngineEvent) {
        switch event {
        case .progress(let progress):
            if progress.step != step { hasMoved = true }
            step = progress.step
            isSetUp = true
        case .started:
            isSetUp = true
            hasMoved = true
        case .moved, .artifact, .environment, .result, .failed: hasMoved = true
        case .log: if !isSetUp { hasMoved = true }
        case .removed: break
        }
    }

    /// A tenth of the deadline has passed; true when the engine has not moved for all of it.
    package mutating func look() -> Bool {
        idleLooks = hasMoved ? 0 : idleLooks + 1
        hasMoved = false
        return idleLooks >= Self.looks
    }

    /// Time that the engine was not allowed to use does not count.
    package mutating func restart() {
        hasMoved = true
    }
}
