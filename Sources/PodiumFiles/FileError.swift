/// Why a file cannot be read or written.
package struct FileError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// Missing, or not readable.
        case unreadable
        /// The disk is full, or a write failed half-way; nothing half-written is left.
        case writeFailed
    }

    package let code: Code
    /// What happened, which file, and what to do.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
