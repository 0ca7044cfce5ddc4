/// Where people are told that a run stands: its state, where those that somebody holds are apart from the queue.
///
/// A held run that waits for something else is told by that: it would not start if it were released.
package enum RunStanding: String, Codable, CaseIterable, Sendable, CodingKeyRepresentable {
    case blocked
    case ready
    /// Would be in the queue if nobody held it.
    case held
    case waiting
    case running
    case succeeded
    case failed
    case cancelled

    package init(_ state: RunState, isHeld: Bool) {
        switch state {
        case .blocked: self = .blocked
        case .ready: self = isHeld ? .held : .ready
        case .waiting: self = .waiting
        case .running: self = .running
        case .succeeded: self = .succeeded
        case .failed: self = .failed
        case .cancelled: self = .cancelled
        }
    }

    package var state: RunState {
        switch self {
        case .blocked: .blocked
        case .ready, .held: .ready
        case .waiting: .waiting
        case .running: .running
        case .succeeded: .succeeded
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }

    package var isTerminal: Bool { state.isTerminal }

    /// The two letters of the `ST` column.
    package var code: String { self == .held ? "HD" : state.code }
}

extension RunRecord {
    package var standing: RunStanding { RunStanding(state, isHeld: isHeld) }
}
