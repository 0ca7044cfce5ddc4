package import PodiumCore

/// Decides what happens to one attempt; carries nothing out.
///
/// ```
///            cancel, shutdown, time limit          kill delay passed
/// running ──────────────────────────────▶ stopping ─────────────────▶ killed
///    │  └──lease lost──▶ abandoned (killed)   │                          │
///    └──────────────────────engine exits──────┴──────────────────────────┘
///                                   ▼
///                     finished with an outcome, or discarded
/// ```
///
/// A result that the engine reported counts, whatever was asked of it meanwhile.
package struct AttemptSupervision: Sendable {
    package enum Input: Sendable, Equatable {
        case event(EngineEvent)
        case exited(EngineExit)
        /// The user asked for the end of the run; a heartbeat brought it.
        case cancelOrdered
        /// A write was refused, or the worker was declared dead.
        case leaseLost
        /// The worker leaves in good order.
        case shutdown
        case timeLimitReached
        case killDelayPassed
    }

    package enum Action: Sendable, Equatable {
        /// Put it into the store, guarded by the lease.
        case record(EngineEvent)
        /// Ask the engine's process group to stop (SIGTERM), and report `killDelayPassed` in a while.
        case terminate
        /// End the engine's process group (SIGKILL).
        case kill
        /// The attempt is over: end it in the store.
        case finish(Conclusion)
        /// The attempt is over and belongs to somebody else: write nothing.
        case discard
    }

    /// How an attempt ends; the worker turns a result into an outcome with its predictions.
    package enum Conclusion: Sendable, Equatable {
        case succeeded(RunResult, artifacts: [Artifact])
        case failed(FailureClass, message: String)
        case cancelled
        case released
    }

    private enum StopReason: Equatable { case cancel, release, timeout, abandon }

    private let timeLimitSeconds: Double?
    private var stopReason: StopReason?
    private var result: (RunResult, artifacts: [Artifact])?
    private var failure: (FailureClass, String)?

    package init(timeLimitSeconds: Double? = nil) {
        self.timeLimitSeconds = timeLimitSeconds
    }

    package mutating func receive(_ input: Input) -> [Action] {
        switch input {
        case .event(let event): receive(event)
        case .cancelOrdered: stop(.cancel)
        case .shutdown: stop(.release)
        case .timeLimitReached: stop(.timeout)
        case .killDelayPassed: stopReason == nil ? [] : [.kill]
        case .leaseLost: abandon()
        case .exited(let exit): [end(exit)]
        }
    }

    private mutating func receive(_ event: EngineEvent) -> [Action] {
        guard stopReason != .abandon else { return [] }
        switch event {
        case .result(let result, let artifacts):
            self.result = (result, artifacts)
            return []
        case .failed(let failure, let message):
            self.failure = (failure, message)
            return [.record(.log(.error, message))]
        case .environment, .started, .progress, .log, .artifact, .removed:
            return [.record(event)]
        }
    }

    private mutating func stop(_ reason: StopReason) -> [Action] {
        // A cancellation outranks a shutdown: a run that is to be cancelled is not queued again.
        guard stopReason != .abandon, stopReason != .cancel else { return [] }
        let isFirst = stopReason == nil
        if isFirst || reason == .cancel { stopReason = reason }
        return isFirst ? [.terminate] : []
    }

    private mutating func abandon() -> [Action] {
        guard stopReason != .abandon else { return [] }
        stopReason = .abandon
        return [.kill]
    }

    private func end(_ exit: EngineExit) -> Action {
        if stopReason == .abandon { return .discard }
        if let (result, artifacts) = result, exit.status == .exited(0) {
            return .finish(.succeeded(result, artifacts: artifacts))
        }
        switch stopReason {
        case .cancel: return .finish(.cancelled)
        case .release: return .finish(.released)
        case .timeout:
            let limit = timeLimitSeconds.map { " of \(Int($0)) s" } ?? ""
            return .finish(.failed(.timeout, message: "the attempt ran past its time limit\(limit)"))
        case .abandon, nil: break
        }
        if let (failure, message) = failure { return .finish(.failed(failure, message: message)) }
        return .finish(.failed(exit.failure, message: exit.description))
    }
}
