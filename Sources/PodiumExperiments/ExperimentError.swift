package import PodiumPrimitives

/// Why a use case cannot go on.
package struct ExperimentError: DescribedError, Sendable {
    package enum Code: String, Sendable {
        /// What the user asked for makes no sense, or names something that is not there.
        case invalidRequest
        /// The check, or the runs it is about, failed.
        case failed
        /// Files or folders cannot be read or written.
        case fileSystem
        /// Somebody asked for an end.
        case interrupted
    }

    package let code: Code
    /// What happened, where, and what to do.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var blame: Blame {
        switch code {
        case .invalidRequest: .input
        case .failed: .job
        case .fileSystem: .world
        case .interrupted: .interruption
        }
    }
}
