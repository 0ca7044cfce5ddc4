/// When a worker stops to claim, and when it leaves by itself.
///
/// All times are since it started.
package struct WorkerLifetime: Sendable {
    package enum Decision: Sendable, Equatable {
        case claim
        /// What runs goes on; nothing new is begun.
        case finish
        case leave(Reason)
    }

    package enum Reason: String, Sendable {
        case endOfTime = "its time is nearly over"
        case idle = "there has been no work for a while"
    }

    /// When the worker has to be gone; nil for never.
    package var end: Duration?
    /// For how long it waits without work; nil for ever.
    package var patience: Duration?
    /// How long saving a checkpoint and giving a run back may take.
    private let margin: Duration
    private var lastWork: Duration = .zero

    /// What nothing is begun for any more: less would be spent on starting it than on training.
    package static let usefulTime = Duration.seconds(60)

    package init(end: Duration? = nil, patience: Duration? = nil) {
        self.end = end
        self.patience = patience
        // Short lives keep most of their time for work.
        margin = end.map { min(.seconds(120), $0 / 4) } ?? .zero
    }

    package mutating func decide(at time: Duration, isBusy: Bool) -> Decision {
        if isBusy { lastWork = time }
        if let end {
            if time >= end - margin { return .leave(.endOfTime) }
            if time >= end - margin - min(Self.usefulTime, margin / 2) { return isBusy ? .finish : .leave(.endOfTime) }
        }
        if let patience, !isBusy, time - lastWork >= patience { return .leave(.idle) }
        return .claim
    }
}

/// Measures time since now on a clock whose kind nobody needs to know.
func stopwatch(on clock: some Clock<Duration>) -> @Sendable () -> Duration {
    let start = clock.now
    return { start.duration(to: clock.now) }
}
