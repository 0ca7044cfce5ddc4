internal import PodiumCore
package import PodiumPrimitives

/// What went wrong between Podium and its database.
///
/// The only error type that leaves this target. A message says what happened,
/// where, and what to do about it; it never holds a password.
package struct StoreError: DescribedError, Sendable, Equatable {
    /// What a caller can branch on.
    package enum Code: Sendable, Hashable {
        /// No server answers at the address.
        case connectionFailed
        /// The server refused the role, the password or the database.
        case authenticationFailed
        /// The connection broke, or the server is shutting down or recovering.
        case serverGone
        /// The role may not do that.
        case forbidden
        /// A table, a column or a file of the server's is missing.
        case schemaDamaged
        /// Two transactions collided (SQLSTATE class 40): trying again is right.
        case serialization
        /// A constraint of this name refused the write.
        case constraint(String)
        /// The database has migrations that this binary does not know.
        case schemaTooNew
        /// The database has not been migrated, or not far enough.
        case schemaTooOld
        /// A migration that was applied differs from the one in this binary.
        case schemaChanged
        /// A deadline passed: for a connection from the pool, a query, or a server's start.
        case timeout
        /// The task that asked was cancelled.
        case cancelled
        /// The server has no connections left.
        case tooManyConnections
        case diskFull
        /// A value cannot be stored (NUL in text, number out of range) or read as the wanted type.
        case value
        /// The server refused a statement for another reason; see `sqlState`.
        case statement
        /// The pool or store was closed.
        case closed
        /// `initdb` and `postgres` were not found.
        case serverMissing
        /// The private server could not be made, started or stopped.
        case cluster
        /// Another process runs Podium in this data directory.
        case alreadyRunning(pid: Int32?)
        /// Nothing runs in this data directory, so there is nothing to attach to.
        case notRunning
        /// The cluster was made by another major version of PostgreSQL.
        case versionMismatch
        /// A directory cannot be made or reached by the user that the server runs as.
        case directory
    }

    package let code: Code
    package let message: String
    /// The five characters PostgreSQL names an error by, where it sent any.
    package let sqlState: String?

    package init(_ code: Code, _ message: String, sqlState: String? = nil) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
    }

    package var blame: Blame {
        code == .value ? .input : .world
    }

    package var description: String {
        guard let sqlState else { return message }
        return "\(message) (SQLSTATE \(sqlState))"
    }

    /// The same error with the statement that it is about.
    func telling(_ statement: Statement) -> StoreError {
        let words = statement.sql.split(separator: "\n").filter { !$0.hasPrefix("--") }.joined(separator: " ")
            .split(separator: " ").joined(separator: " ")
        return StoreError(code, "\(message) (the statement: \(words.prefix(80))…)", sqlState: sqlState)
    }

    /// Whether the same call may succeed once the server is back.
    package var isTransient: Bool {
        switch code {
        case .connectionFailed, .serverGone, .tooManyConnections: true
        default: false
        }
    }
}

extension StoreError: StoreFault {
    package var isPermanent: Bool {
        switch code {
        case .forbidden, .schemaDamaged, .schemaTooNew, .schemaTooOld, .schemaChanged: true
        case .statement: sqlState.map(SQLState.isPermanent) ?? false
        default: false
        }
    }
}
