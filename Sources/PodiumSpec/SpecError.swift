package import PodiumPrimitives

/// Why a job file cannot be used, and where.
package struct SpecError: DescribedError, Sendable, Equatable {
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

    /// Other mistakes in the same file, in the order of lines.
    package internal(set) var further: [SpecError] = []

    package var place: SourcePlace? { SourcePlace(file: file, line: line, column: line == nil ? nil : column ?? 1) }

    package var blame: Blame {
        .input
    }

    /// `jobs/glue.yaml:7:3: error: …`, the form editors and CI systems make clickable; a line for each mistake.
    package var description: String {
        (["\(place.map(\.description) ?? file): error: \(message)"] + further.map(\.description)).joined(
            separator: "\n"
        )
    }
}
