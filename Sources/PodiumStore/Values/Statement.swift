import Synchronization

/// SQL that stands in the source as literals: one, or one with named pieces that other statements have too.
///
/// There is no initialiser from a `String`, so a statement cannot be put
/// together of values at run time: those travel as parameters, always.
package struct Statement: Sendable, ExpressibleByStringInterpolation {
    private enum Text: Sendable {
        case literal(StaticString)
        case composed(ComposedText)
    }

    private let text: Text

    package init(stringLiteral text: StaticString) {
        self.text = .literal(text)
    }

    /// For statements in a `static let`: pieces are put together each time that the expression is evaluated.
    package init(stringInterpolation: StringInterpolation) {
        text = .composed(ComposedText.of(stringInterpolation.sql))
    }

    package var sql: String {
        switch text {
        case .literal(let text): text.description
        case .composed(let text): text.sql
        }
    }

    /// What prepared statements are remembered by: the literal's address, or that of the one object with the composed text.
    var identity: UInt {
        switch text {
        case .literal(let text):
            text.hasPointerRepresentation ? UInt(bitPattern: text.utf8Start) : UInt(text.unicodeScalar.value)
        case .composed(let text): UInt(bitPattern: Unmanaged.passUnretained(text).toOpaque())
        }
    }

    /// A part of a statement, such as a common table expression, that stands in one place for all that have it.
    package struct Piece: Sendable, ExpressibleByStringLiteral {
        fileprivate let text: StaticString

        package init(stringLiteral text: StaticString) {
            self.text = text
        }
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql = ""

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: StaticString) { sql += literal.description }

        package mutating func appendInterpolation(_ piece: Piece) { sql += piece.text.description }
    }
}

/// Texts put together of pieces, each once and for good, so that their addresses tell them apart.
private final class ComposedText: Sendable {
    let sql: String

    private init(_ sql: String) {
        self.sql = sql
    }

    private static let known = Mutex<[String: ComposedText]>([:])

    static func of(_ sql: String) -> ComposedText {
        known.withLock { known in
            if let text = known[sql] { return text }
            let text = ComposedText(sql)
            known[sql] = text
            return text
        }
    }
}

/// Several statements without parameters, such as a migration.
///
/// Only for text that Podium brings itself, and for names that went through
/// `Session.quoted(_:)`.
package struct Script: Sendable {
    package let sql: String

    package init(trusted sql: String) {
        self.sql = sql
    }
}
