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
        case runs = "it has done the runs that it was to do"
    }

    /// When the worker has to be gone; nil for never.
    package var end: Duration?
    /// For how long it waits without work; nil for ever.
    package var patience: Duration?
    /// How many runs it begins; nil for as many as there are.
    package var runs: Int?
    /// How long saving a checkpoint and giving a run back may take.
    private let margin: Duration
    private var lastWork: Duration = .zero

    /// What nothing is begun for any more: less would be spent on starting it than on training.
    package static let usefulTime = Duration.seconds(60)

    package init(end: Duration? = nil, patience: Duration? = nil, runs: Int? = nil) {
        self.end = end
        self.patience = patience
        self.runs = runs
        // Short lives keep most of their time for work.
        margin = end.map { min(.seconds(120), $0 / 4) } ?? .zero
    }

    /// - Parameter begun: how many runs it has claimed.
    package mutating func decide(at time: Duration, isBusy: Bool, begun: Int = 0) -> Decision {
        if isBusy { lastWork = time }
        if let end {
            if time >= end - margin { return .leave(.endOfTime) }
            if time >= end - margin - min(Self.usefulTime, margin / 2) { return isBusy ? .finish : .leave(.endOfTime) }
        }
        if let runs, begun >= runs { return isBusy ? .finish : .leave(.runs) }
        if let patience, !isBusy, time - lastWork >= patience { return .leave(.idle) }
        return .claim
    }
}
