internal import PodiumMigrations

/// The roles with the least that daemon, workers and readers need.
package enum DatabaseRoles {
    /// Makes the roles, or brings their privileges up to date; needs a user who may create roles and owns the tables.
    package static func apply(to address: DatabaseAddress) async throws(StoreError) {
        let connection = try await Connection.open(address)
        try await Migrator().check(connection)
        // Two that change the same table's privileges at once collide.
        try await connection.query("select pg_advisory_lock($1)", .int(Migrator.lock))
        _ = try await connection.transaction { connection throws(StoreError) in
            try await connection.run(Script(trusted: Migration.roles + Migration.privileges))
        }
    }
}
