/// What went wrong while scoring, with enough in the message to repair the input.
package struct EvalError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        /// A file is not in its format: wrong header, broken JSON, damaged archive.
        case malformed
        /// Predictions and gold data do not name the same examples.
        case mismatchedExamples
        /// A label or number that the task does not know.
        case invalidLabel
        /// An average was asked for that cannot be formed.
        case incomplete
        /// The official script itself stops with an error on this input.
        case officialScriptFails
        /// An archive whose content could harm the reader: path escape, or far too large when unpacked.
        case hostileArchive
        /// Numbers outside a statistic's domain.
        case invalidArgument
    }

    package var code: Code
    /// What happened, where, and what to do.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

extension EvalError {
    /// The same error, told with the name of the file it was found in.
    package func inFile(_ name: String) -> EvalError {
        EvalError(code, "\(name): \(message)")
    }
}

/// A list for a message: at most `limit` items, then how many more there are.
func shortList(_ items: some Collection<some StringProtocol>, limit: Int = 5) -> String {
    let shown = items.prefix(limit).joined(separator: ", ")
    return items.count > limit ? "\(shown) and \(items.count - limit) more" : shown
}
