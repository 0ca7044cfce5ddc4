/// Why a job file cannot be used, and where.
package struct SpecError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case unreadable
        case notYAML
        case unknownKey
        case missingKey
        case wrongType
        case invalidValue
    }

    package let code: Code
    /// The file as the user named it.
    package let file: String
    /// Counted from 1; nil where the value came from `--set` or the file as a whole is meant.
    package let line: Int?
    package let column: Int?
    /// What is wrong and what to write instead.
    package let message: String

    /// `jobs/glue.yaml:7:3: error: …`, the form editors and CI systems make clickable.
    package var description: String {
        guard let line else { return "\(file): error: \(message)" }
        return "\(file):\(line):\(column ?? 1): error: \(message)"
    }
}
