package import PodiumPrimitives

/// Why pre-training data cannot be made or read.
package struct PretrainingDataError: DescribedError, Sendable {
    package enum Code: String, Sendable {
        /// The text does not do: none, not UTF-8, too few documents.
        case corpus
        /// The vocabulary does not do.
        case vocabulary
        /// An option makes no sense.
        case option
        /// A file of examples is not what it should be.
        case malformed
        /// A file cannot be read.
        case file
        /// A file cannot be written.
        case writeFailed
        /// The preparation was asked to stop; a later one goes on from here.
        case stopped
    }

    package let code: Code
    package let message: String
    package let place: SourcePlace?

    package init(_ code: Code, _ message: String, at place: SourcePlace? = nil) {
        self.code = code
        self.message = message
        self.place = place
    }

    package var blame: Blame {
        switch code {
        case .corpus, .vocabulary, .option, .malformed: .input
        case .file, .writeFailed: .world
        case .stopped: .interruption
        }
    }
}
