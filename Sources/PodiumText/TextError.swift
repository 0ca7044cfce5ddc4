package import PodiumPrimitives

/// Why a vocabulary or a text cannot be used.
package struct TextError: DescribedError, Sendable, Equatable {
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

    package var blame: Blame {
        code == .unreadable ? .world : .input
    }
}
