import PodiumPrimitives

/// What a script can tell from how Podium ended.
enum ExitStatus: Int32 {
    case done = 0
    /// The job or check failed.
    case failed = 1
    /// Wrong usage or a bad input file.
    case usage = 2
    /// Database, network or file-system trouble.
    case trouble = 3
    case interrupted = 130

    init(_ blame: Blame) {
        self =
            switch blame {
            case .job: .failed
            case .input: .usage
            case .world: .trouble
            case .interruption: .interrupted
            }
    }
}
