package import PodiumPrimitives

/// Why a model, a data set or the sample is not at hand.
package struct LibraryError: DescribedError, Sendable {
    package enum Code: String, Sendable {
        /// Nothing is known by that name.
        case unknownName
        /// The host could not be reached, or the tool that asks it failed.
        case unreachable
        /// The host sent something else than what was asked for.
        case malformed
        /// A folder or file cannot be written.
        case fileSystem
        /// The host knows who asks, or does not, and says no.
        case refused
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
        case .unreachable, .fileSystem: .world
        case .unknownName, .malformed, .refused: .input
        }
    }
}
