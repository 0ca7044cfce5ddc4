/// Why a vocabulary or a text cannot be used.
package struct TextError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case unreadable
        case invalidUTF8
        case invalidVocabulary
    }

    package let code: Code
    /// What is wrong, where (file and line), and what to do.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
