package import PodiumMigrations

/// Brings a database to the schema that this binary knows.
///
/// Safe to run from several processes at once: an advisory lock lets one
/// through, the others then find nothing left to do. Each migration is one
/// transaction together with its row in `schema_migrations`. Where the roles of
/// `DatabaseRoles` exist they get their privileges on what is new.
package struct Migrator: Sendable {
    private let migrations: [Migration]

    package init() {
        self.init(migrations: Migration.all)
    }

    package init(migrations: [Migration]) {
        precondition(migrations.map(\.version) == Array(1..<(migrations.count + 1)), "migrations are numbered 1, 2, 3…")
        self.migrations = migrations
    }

    /// Applies what is missing; returns the versions it applied.
    package func migrate(_ address: DatabaseAddress) async throws(StoreError) -> [Int] {
        let connection = try await Connection.open(address)
        // Session-wide, so it survives the transactions below; it goes with the connection at the latest.
        try await connection.query("select pg_advisory_lock($1)", .int(Self.lock))
        do throws(StoreError) {
            let applied = try await applyMissing(connection)
            try await connection.query("select pg_advisory_unlock($1)", .int(Self.lock))
            return applied
        } catch {
            throw error.code == .serverGone
                ? error
                : StoreError(error.code, "migration of \(address) stopped: \(error.message)", sqlState: error.sqlState)
        }
    }

    /// Throws unless the database has exactly this binary's schema.
    package func check(_ connection: Connection) async throws(StoreError) {
        let applied = try await appliedMigrations(connection)
        try verify(applied, at: connection.address)
        guard applied.count == migrations.count else {
            throw StoreError(
                .schemaTooOld,
                "\(connection.address) has schema \(applied.count), this podium needs \(migrations.count): "
                    + "run `podium migrate`"
            )
        }
    }

    /// "podium" in ASCII.
    static let lock: Int64 = 0x0070_6F64_6975_6D00

    private struct Applied {
        var version: Int
        var isUnchanged: Bool
    }

    private func applyMissing(_ connection: Connection) async throws(StoreError) -> [Int] {
        try await connection.query(
            """
            create table if not exists schema_migrations (
                version integer primary key,
                name text not null,
                sha256 text not null,
                applied_at timestamptz not null default clock_timestamp()
            )
            """
        )
        let applied = try await appliedMigrations(connection)
        try verify(applied, at: connection.address)
        let missing = migrations.dropFirst(applied.count)
        for migration in missing {
            // The last commit brings what was written before it to the disk as well.
            let isLast = migration.version == migrations.count
            try await connection.query(
                "select set_config('synchronous_commit', $1, false)",
                .text(isLast ? "on" : "off")
            )
            try await connection.transaction { connection throws(StoreError) in
                try await connection.run(Script(trusted: String(decoding: migration.sql, as: UTF8.self)))
                try await connection.query(
                    "insert into schema_migrations (version, name, sha256) values ($1, $2, encode(sha256($3), 'hex'))",
                    .int(Int64(migration.version)),
                    .text(migration.name),
                    .bytes(migration.sql)
                )
                if migration.version == Migration.all.count {
                    try await connection.run(Script(trusted: Migration.privileges))
                }
            }
        }
        return missing.map(\.version)
    }

    private func appliedMigrations(_ connection: Connection) async throws(StoreError) -> [Applied] {
        let exists = try await connection.query("select to_regclass('schema_migrations') is not null as present")
        guard let row = exists.first, try row.get("present", as: Bool.self) else { return [] }
        let rows = try await connection.query(
            """
            -- known: the files of this binary, by position
            with known as (
                select ordinality as version, encode(sha256(file), 'hex') as sha256
                from unnest($1::bytea[]) with ordinality as files (file, ordinality)
            )
            select a.version, coalesce(a.sha256 = known.sha256, true) as unchanged
            from schema_migrations a left join known on known.version = a.version
            order by a.version
            """,
            .blobs(migrations.map(\.sql))
        )
        return try rows.map { row throws(StoreError) in
            Applied(version: try row.get("version"), isUnchanged: try row.get("unchanged"))
        }
    }

    private func verify(_ applied: [Applied], at address: DatabaseAddress) throws(StoreError) {
        if let newest = applied.last?.version, newest > migrations.count {
            throw StoreError(
                .schemaTooNew,
                "\(address) has schema \(newest), this podium knows \(migrations.count): use a newer podium"
            )
        }
        if let changed = applied.first(where: { !$0.isUnchanged }) {
            throw StoreError(
                .schemaChanged,
                "migration \(changed.version) of \(address) differs from the one in this podium: "
                    + "they were built from different sources"
            )
        }
    }
}
