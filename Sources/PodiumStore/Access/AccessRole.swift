/// What the holder of a token may do; each role may do what the one before it may.
package enum AccessRole: String, Codable, CaseIterable, Sendable, Comparable {
    /// Looks at everything.
    case reader
    /// Fetches and brings files of the attempts that a worker holds as well.
    case worker
    /// Submits, cancels and retries as well.
    case `operator`
    /// Reads the action log as well.
    case admin

    private var rank: Int {
        switch self {
        case .reader: 0
        case .worker: 1
        case .operator: 2
        case .admin: 3
        }
    }

    package static func < (a: AccessRole, b: AccessRole) -> Bool { a.rank < b.rank }
}

/// A token as the store knows it: by its hash only.
package struct AccessToken: Codable, Sendable, Equatable {
    package var id: Int64
    package var name: String
    package var role: AccessRole
    /// Seconds since 1970, by the store's clock.
    package var createdAt: Double
    package var revokedAt: Double?

    package init(id: Int64, name: String, role: AccessRole, createdAt: Double, revokedAt: Double? = nil) {
        self.id = id
        self.name = name
        self.role = role
        self.createdAt = createdAt
        self.revokedAt = revokedAt
    }
}

/// An entry of the action log: who did what, when, to what, and what came of it.
package struct ActionRecord: Codable, Sendable, Equatable {
    package var id: Int64
    /// Seconds since 1970, by the store's clock.
    package var at: Double
    /// The token's name.
    package var actor: String
    package var role: AccessRole
    /// `cancel`, `retry`, `submit`.
    package var action: String
    /// `runs 12, 13`, `suite glue`.
    package var target: String
    /// Nil while it is carried out, and for good where the program died meanwhile.
    package var outcome: String?

    package init(
        id: Int64,
        at: Double,
        actor: String,
        role: AccessRole,
        action: String,
        target: String,
        outcome: String?
    ) {
        self.id = id
        self.at = at
        self.actor = actor
        self.role = role
        self.action = action
        self.target = target
        self.outcome = outcome
    }
}
