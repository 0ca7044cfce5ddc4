package import PodiumCore

/// Decides what happens to one attempt; carries nothing out.
///
/// ```
///   cancel, shutdown, time limit, no progress      kill delay passed
/// running ──────────────────────────────▶ stopping ─────────────────▶ killed
///    │  └──lease lost──▶ abandoned (killed)   │                          │
///    └──────────────────────engine exits──────┴──────────────────────────┘
///                                   ▼
///                     finished with an outcome, or discarded
/// ```
///
/// While nobody knows whether the lease still holds, the engine is paused: when another worker may have the run, this one does
/// not compute it, and when the lease turns out to hold, nothing is lost.
///
/// A result that the engine reported counts, whatever was asked of it meanwhile.
package struct AttemptSupervision: Sendable {
    package enum Input: Sendable, Equatable {
        case event(EngineEvent)
        case exited(EngineExit)
        /// The user asked for the end of the run; a heartbeat brought it.
        case cancelOrdered
        /// A more urgent run needs the place; a heartbeat brought it.
        case preemptOrdered
        /// A write was refused, or the worker was declared dead.
        case leaseLost
        /// The worker leaves in good order.
        case shutdown
        /// The worker's own time is over, of which the attempt had that much.
        case workerTimeOver(secondsWorked: Double, ofSeconds: Double)
        case timeLimitReached
        /// The engine got nowhere for as long as it may.
        case progressDeadlinePassed
        case killDelayPassed
        /// The lease may have run out: the store has not confirmed it for too long.
        case leaseDoubted
        /// The store has confirmed the lease after all.
        case leaseConfirmed
    }

    package enum Action: Sendable, Equatable {
        /// Put it into the store, guarded by the lease.
        case record(EngineEvent)
        /// Ask the engine's process group to stop (SIGTERM), and report `killDelayPassed` in a while.
        case terminate
        /// End the engine's process group (SIGKILL).
        case kill
        /// Stop the engine's process group where it stands (SIGSTOP); one of several ranks at its next step.
        case pause
        /// Let it go on.
        case resume
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
        case preempted
    }

    private enum StopReason: Equatable { case cancel, preempt, release, outlast(Double), timeout, stall, abandon }

    private let timeLimitSeconds: Double?
    private let progressDeadlineSeconds: Double?
    private var isPaused = false
    private var hasSaved = false
    private var stopReason: StopReason?
    private var result: (RunResult, artifacts: [Artifact])?
    private var failure: (FailureClass, String)?

    package init(timeLimitSeconds: Double? = nil, progressDeadlineSeconds: Double? = nil) {
        self.timeLimitSeconds = timeLimitSeconds
        self.progressDeadlineSeconds = progressDeadlineSeconds
    }

    package mutating func receive(_ input: Input) -> [Action] {
        switch input {
        case .event(let event): receive(event)
        case .cancelOrdered: stop(.cancel)
        case .preemptOrdered: stop(.preempt)
        case .shutdown: stop(.release)
        // Who had half of a worker's time and cannot save would start anew for ever.
        case .workerTimeOver(let worked, let whole): stop(worked >= whole / 2 ? .outlast(worked) : .release)
        case .timeLimitReached: stop(.timeout)
        case .progressDeadlinePassed: stop(.stall)
        case .leaseDoubted: pause()
        case .leaseConfirmed: resume()
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
        case .artifact(let artifact):
            if artifact.kind == .checkpoint { hasSaved = true }
            return [.record(event)]
        case .environment, .started, .progress, .log, .removed:
            return [.record(event)]
        case .moved:
            return []
        }
    }

    private mutating func stop(_ reason: StopReason) -> [Action] {
        // A cancellation outranks a shutdown: a run that is to be cancelled is not queued again.
        guard stopReason != .abandon, stopReason != .cancel else { return [] }
        let isFirst = stopReason == nil
        if isFirst || reason == .cancel { stopReason = reason }
        // A paused engine hears nothing.
        return isFirst ? [.terminate] + resume() : []
    }

    private mutating func pause() -> [Action] {
        // One that was asked to stop has a few seconds left, and is not to spend them asleep.
        guard !isPaused, stopReason == nil else { return [] }
        isPaused = true
        return [.pause]
    }

    private mutating func resume() -> [Action] {
        guard isPaused else { return [] }
        isPaused = false
        return [.resume]
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
        // Whatever was about to be asked of it: the message says more than that it was given back.
        if case .machineLost = exit.status, stopReason != .cancel {
            return .finish(.failed(exit.failure, message: exit.description))
        }
        switch stopReason {
        case .cancel: return .finish(.cancelled)
        case .release: return .finish(.released)
        case .outlast where hasSaved: return .finish(.released)
        case .outlast(let worked):
            let message = """
                the worker's time was over after \(Int(worked)) s of it, and it saved nothing to go on from; \
                give workers more time (podium slurm up --time, podium worker --until)
                """
            return .finish(.failed(.stalled, message: message))
        case .preempt: return .finish(.preempted)
        case .timeout:
            let limit = timeLimitSeconds.map { " of \(Int($0)) s" } ?? ""
            return .finish(.failed(.timeout, message: "the attempt ran past its time limit\(limit)"))
        case .stall:
            let limit = progressDeadlineSeconds.map { " for \(Int($0)) s" } ?? ""
            return .finish(.failed(.stalled, message: "the engine lived but got nowhere\(limit)"))
        case .abandon, nil: break
        }
        if let (failure, message) = failure { return .finish(.failed(failure, message: message)) }
        return .finish(.failed(exit.failure, message: exit.description))
    }
}
