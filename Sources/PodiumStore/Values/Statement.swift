/// SQL that stands in the source as a literal.
///
/// There is no initialiser from a `String`, so a statement cannot be put
/// together at run time: values travel as parameters, always.
package struct Statement: Sendable, ExpressibleByStringLiteral {
    let text: StaticString

    package init(stringLiteral text: StaticString) {
        self.text = text
    }

    package var sql: String { text.description }

    /// The literal's address: what prepared statements are remembered by.
    var identity: UInt {
        text.hasPointerRepresentation ? UInt(bitPattern: text.utf8Start) : UInt(text.unicodeScalar.value)
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
