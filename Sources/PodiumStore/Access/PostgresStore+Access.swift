/// Tokens of the dashboard and its API, and the log of what was done with them.
extension PostgresStore {
    /// Stores a new token by its SHA-256; nil if another token in force has the name.
    package func addToken(name: String, role: AccessRole, sha256: String) async throws -> AccessToken? {
        let rows = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query(
                """
                -- A repeat after a lost reply finds its own row.
                with added as (
                    insert into access_tokens (name, role, sha256) values ($1, $2, $3)
                    on conflict do nothing returning *
                )
                select * from added union all
                select * from access_tokens where sha256 = $3 and name = $1 and not exists (select from added)
                """,
                .text(name.storable),
                .text(role.rawValue),
                .text(sha256)
            )
        }
        return try rows.first.map { row throws(StoreError) in try AccessToken(row) }
    }

    /// The token in force with this hash.
    package func token(sha256: String) async throws -> AccessToken? {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                "select * from access_tokens where sha256 = $1 and revoked_at is null",
                .text(sha256)
            )
        }
        return try rows.first.map { row throws(StoreError) in try AccessToken(row) }
    }

    /// All tokens, revoked ones too, in the order in which they were made.
    package func tokens() async throws -> [AccessToken] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query("select * from access_tokens order by id")
        }
        return try rows.map { row throws(StoreError) in try AccessToken(row) }
    }

    /// Whether any token is in force.
    package func hasTokens() async throws -> Bool {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query("select exists (select from access_tokens where revoked_at is null) as found")
        }
        return try rows[0].get("found")
    }

    /// Ends a token; false if none in force has the name.
    package func revokeToken(name: String) async throws -> Bool {
        let rows = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query(
                """
                update access_tokens set revoked_at = clock_timestamp() where name = $1 and revoked_at is null
                returning id
                """,
                .text(name)
            )
        }
        return !rows.isEmpty
    }

    /// Says what is about to be done; returns the entry's number.
    package func beginAction(actor: String, role: AccessRole, action: String, target: String) async throws -> Int64 {
        let rows = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query(
                "insert into actions (actor, role, action, target) values ($1, $2, $3, $4) returning id",
                .text(actor.storable),
                .text(role.rawValue),
                .text(action.storable),
                .text(target.storable)
            )
        }
        return try rows[0].get("id")
    }

    /// Says what came of an action; an entry has one outcome.
    package func endAction(_ id: Int64, outcome: String) async throws {
        _ = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query(
                "update actions set outcome = $2 where id = $1 and outcome is null",
                .int(id),
                .text(outcome.storable)
            )
        }
    }

    /// The action log, the newest first: at most `limit` entries with numbers below `before`.
    package func actions(before: Int64?, limit: Int) async throws -> [ActionRecord] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select id, at, actor, role, action, target, outcome from actions
                where $1::bigint is null or id < $1 order by id desc limit $2
                """,
                .int(before),
                .int(Int64(limit))
            )
        }
        return try rows.map { row throws(StoreError) in
            ActionRecord(
                id: try row.get("id"),
                at: try row.get("at"),
                actor: try row.get("actor"),
                role: try row.word("role"),
                action: try row.get("action"),
                target: try row.get("target"),
                outcome: try row.optional("outcome")
            )
        }
    }
}

extension AccessToken {
    fileprivate init(_ row: Row) throws(StoreError) {
        self.init(
            id: try row.get("id"),
            name: try row.get("name"),
            role: try row.word("role"),
            createdAt: try row.get("created_at"),
            revokedAt: try row.optional("revoked_at")
        )
    }
}
