package import PodiumFiles
package import PodiumPrimitives

/// What went wrong while scoring, with enough in the message to repair the input.
package struct EvalError: DescribedError, Hashable, Sendable {
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
    /// What happened and what to do.
    package var message: String
    package var place: SourcePlace?

    package init(_ code: Code, _ message: String, at place: SourcePlace? = nil) {
        self.code = code
        self.message = message
        self.place = place
    }

    /// A file's error while it is read for scoring.
    package init(_ error: FileError) {
        self.init(error.code == .hostile ? .hostileArchive : .malformed, error.message, at: error.place)
    }

    package var blame: Blame { .input }

    /// The same error, told with the name of the file it was found in; one that names its file is left alone.
    package func inFile(_ name: String) -> EvalError {
        guard place?.file == nil else { return self }
        return EvalError(code, message, at: SourcePlace(file: name, line: place?.line, column: place?.column))
    }
}
