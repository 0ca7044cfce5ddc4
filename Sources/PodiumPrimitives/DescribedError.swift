/// The shape of every error that a target throws: code, message, place.
///
/// Each target has one type of this shape with a closed set of codes of its own. Whoever meets an error of
/// any target can tell the user all there is to tell, and a script how it ended.
package protocol DescribedError: Error, CustomStringConvertible {
    /// What happened and what to do about it.
    var message: String { get }
    /// Where in the input; nil if there is no input, or the message names the place itself.
    var place: SourcePlace? { get }
    /// Whose fault it is.
    var blame: Blame { get }
}

extension DescribedError {
    package var place: SourcePlace? { nil }

    /// Place and message; the words of an error that led to this one stand in the message.
    package var description: String { place.map { "\($0): \(message)" } ?? message }
}

/// Whose fault an error is, which decides how the process ends.
package enum Blame: Sendable, Hashable {
    /// The job or check itself: it ran and the answer is no.
    case job
    /// What the user wrote: a command, a file, a number.
    case input
    /// The world: a database, the network, the file system.
    case world
    /// Somebody asked for an end.
    case interruption
}

/// A place in an input file, counted from 1.
package struct SourcePlace: Sendable, Hashable, CustomStringConvertible {
    package var file: String?
    package var line: Int?
    package var column: Int?

    package init(file: String? = nil, line: Int? = nil, column: Int? = nil) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`, as far as they are known; `line 3, column 4` without a file.
    package var description: String {
        guard let file else {
            let parts = [line.map { "line \($0)" }, column.map { "column \($0)" }]
            return parts.compactMap(\.self).joined(separator: ", ")
        }
        return ([file] + [line, column].compactMap(\.self).map(String.init)).joined(separator: ":")
    }
}
