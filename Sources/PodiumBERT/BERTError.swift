internal import PodiumFiles
package import PodiumPrimitives

/// What can go wrong with a model, its files, or its training.
package struct BERTError: DescribedError, Sendable {
    package enum Code: String, Sendable {
        /// A file is missing, cannot be read or written.
        case file
        /// The disk is full or a write failed; no partial file is left.
        case writeFailed
        /// A file's content is invalid.
        case malformed
        /// A file belongs to another model.
        case mismatch
        /// What was asked for makes no sense for this model.
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
        code == .writeFailed ? .world : .input
    }

    /// Does something with files; their errors become a model's.
    static func files<Result>(_ body: () throws(FileError) -> Result) throws(BERTError) -> Result {
        do {
            return try body()
        } catch {
            throw BERTError(error.code == .writeFailed ? .writeFailed : .file, error.description)
        }
    }
}
