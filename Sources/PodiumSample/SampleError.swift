package import PodiumPrimitives

/// Why the sample cannot be written.
package struct SampleError: DescribedError, Sendable, Equatable {
    package enum Code: String, Sendable {
        /// The directory or one of its files cannot be written.
        case unwritable
        /// Something else, or another version of the sample, already has the directory's name.
        case occupied
    }

    package let code: Code
    /// What happened, where, and what to do.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var blame: Blame {
        code == .unwritable ? .world : .input
    }
}
