internal import PodiumCore
internal import PodiumPrimitives

/// What users do to runs.
enum RunAction: String, CaseIterable, Sendable {
    case cancel
    case retry
    case hold
    case release
    /// Before everything that waits.
    case front
    /// Behind everything that waits.
    case back

    /// The states of the runs that it can be done to.
    var states: Set<RunState> {
        switch self {
        case .cancel, .hold, .release: RunState.open
        case .retry: [.failed, .cancelled]
        case .front, .back: RunState.open.subtracting([.running])
        }
    }

    /// What it has done to so many runs, as a sentence.
    func notice(_ runs: Int) -> String {
        switch self {
        case .cancel:
            runs == 0
                ? "Nothing was cancelled: these runs are over."
                : "\(NumberText.count(runs, "run")) cancelled, or asked to stop."
        case .retry:
            runs == 0
                ? "Nothing was queued: none of these runs has failed or was cancelled."
                : "\(NumberText.count(runs, "run")) queued again."
        case .hold:
            runs == 0
                ? "Nothing was held: these runs are over, or held already."
                : "\(NumberText.count(runs, "run")) held."
        case .release:
            runs == 0
                ? "Nothing was released: none of these runs is held." : "\(NumberText.count(runs, "run")) released."
        case .front: "\(NumberText.count(runs, "run")) moved to the front of the queue."
        case .back: "\(NumberText.count(runs, "run")) moved to the back of the queue."
        }
    }
}

extension RunState {
    static let open: Set<RunState> = [.blocked, .ready, .waiting, .running]
}
