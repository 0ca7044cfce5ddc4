package import PodiumFiles
package import PodiumPrimitives

/// Why a data file cannot be used.
package struct DataError: DescribedError, Sendable, Equatable {
    package enum Code: String, Sendable {
        case missingFile
        case unreadable
        case invalidUTF8
        case missingColumn
        case invalidLabel
        case invalidOffset
        case duplicateID
        case malformed
        case empty
        /// A data set of another version than the one asked for.
        case otherVersion
    }

    package let code: Code
    /// What is wrong and what to do; for JSON with the path of keys.
    package let message: String
    package let place: SourcePlace?

    package init(_ code: Code, _ message: String, at place: SourcePlace? = nil) {
        self.code = code
        self.message = message
        self.place = place
    }

    package init(_ code: Code, _ message: String, file: String, line: Int? = nil, column: Int? = nil) {
        self.init(code, message, at: SourcePlace(file: file, line: line, column: column))
    }

    /// A file's error while it is read as data.
    package init(_ error: FileError) {
        let code: Code =
            switch error.code {
            case .missing: .missingFile
            case .notUTF8: .invalidUTF8
            case .repeated: .duplicateID
            case .truncated, .malformed, .hostile, .isFolder: .malformed
            case .notAllowed, .unreadable, .writeFailed, .closedPipe: .unreadable
            }
        self.init(code, error.message, at: error.place)
    }

    package var blame: Blame { code == .unreadable ? .world : .input }
}
