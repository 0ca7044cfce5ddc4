/// Why a data file cannot be used.
package struct DataError: Error, Sendable, Equatable, CustomStringConvertible {
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
    /// What is wrong, where (`file:line:column` for tables, a path of keys for JSON), and what to do.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
