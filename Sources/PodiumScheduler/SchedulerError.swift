package import PodiumPrimitives

/// Why the scheduler cannot do what it was asked for.
package struct SchedulerError: DescribedError, Sendable {
    package enum Code: String, Sendable {
        /// The batch system cannot be asked, or refuses.
        case batchSystem
        /// A worker of several machines has lost one.
        case machineLost
        /// What the user asked for makes no sense.
        case invalidRequest
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
        case .batchSystem, .machineLost: .world
        case .invalidRequest: .input
        }
    }
}
