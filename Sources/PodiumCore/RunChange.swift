/// One entry of the change feed: something that happened to a run, to a suite as a whole, or to a project's budget.
package struct RunChange: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable {
        /// The run went from one state to another, or was submitted.
        case state
        /// The user asked for the end of a running run.
        case cancelRequested
        /// A running run is to make way for a more urgent one.
        case preemptRequested
        /// The run made an artifact.
        case artifact
        /// The user keeps the run out of the queue.
        case held
        /// The user lets it in again.
        case released
        /// The user gave it another priority or place.
        case reordered
        /// Runs of the suite were deleted, or all of it.
        case deleted
        /// The suite was put away, taken back, tagged or noted.
        case annotated
        /// A project's budget was set or removed, was used up or has hours again.
        case budget
    }

    package var id: ChangeID
    /// Nil for `budget`.
    package var suite: SuiteID?
    /// Nil where the suite as a whole is meant, `deleted` and `annotated`, or a project.
    package var run: RunID?
    package var kind: Kind
    /// Nil for a submission and for what changes no state.
    package var from: RunState?
    /// The run's state after it.
    package var to: RunState?
    package var attempt: Int
    /// A failure's message, an artifact's kind and step, how many runs were deleted, the project of a budget.
    package var reason: String?
    /// Seconds since 1970, by the store's clock.
    package var at: Double

    package init(
        id: ChangeID,
        suite: SuiteID?,
        run: RunID?,
        kind: Kind,
        from: RunState?,
        to: RunState?,
        attempt: Int,
        reason: String?,
        at: Double
    ) {
        self.id = id
        self.suite = suite
        self.run = run
        self.kind = kind
        self.from = from
        self.to = to
        self.attempt = attempt
        self.reason = reason
        self.at = at
    }
}

/// A place in the change feed: the transaction that wrote the entry, then the entry's number.
///
/// Numbers alone would not do: transactions end in another order than they draw numbers, and a reader that had passed
/// number 6 would never see number 5.
package struct ChangeID: Codable, Hashable, Sendable, Comparable, CustomStringConvertible {
    package let transaction: Int64
    package let number: Int64

    package init(transaction: Int64, number: Int64) {
        self.transaction = transaction
        self.number = number
    }

    /// Before all entries.
    package static let start = ChangeID(transaction: 0, number: 0)

    /// Reads what `description` writes.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let transaction = Int64(parts[0]), let number = Int64(parts[1]) else { return nil }
        self.init(transaction: transaction, number: number)
    }

    package var description: String { "\(transaction).\(number)" }

    package static func < (a: ChangeID, b: ChangeID) -> Bool {
        (a.transaction, a.number) < (b.transaction, b.number)
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = ChangeID(text) else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription: "\(text) is no place in the feed"
                )
            )
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
