import FoundationEssentials

/// A moment in UTC, as text.
package enum Timestamp {
    /// `2026-03-01T09:30:05Z`, an `xs:dateTime`; fractions of a second are cut off.
    package static func iso8601(_ secondsSince1970: Double) -> String {
        Date(timeIntervalSince1970: secondsSince1970.rounded(.down)).ISO8601Format()
    }

    /// `2026-03-01 09:30 UTC`.
    static func readable(_ secondsSince1970: Double) -> String {
        let text = iso8601(secondsSince1970)
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }
}
