/// A question to the history under a name.
package struct SavedView: Sendable, Equatable, Encodable {
    package var name: String
    /// The query of the history's page, without the question mark.
    package var query: String
    /// The name of the token that saved it.
    package var savedBy: String
    /// Seconds since 1970.
    package var savedAt: Double
}

extension PostgresStore {
    /// All views by name.
    package func savedViews() async throws -> [SavedView] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                "select name, query, saved_by, saved_at from saved_views order by lower(name), name limit 1000"
            )
        }
        return try rows.map { row throws(StoreError) in
            SavedView(
                name: try row.get("name"),
                query: try row.get("query"),
                savedBy: try row.get("saved_by"),
                savedAt: try row.get("saved_at")
            )
        }
    }

    /// Saves a view in place of one of the same name.
    package func saveView(name: String, query: String, by actor: String) async throws {
        _ = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query(
                """
                insert into saved_views (name, query, saved_by) values ($1, $2, $3)
                on conflict (name) do update
                set query = excluded.query, saved_by = excluded.saved_by, saved_at = excluded.saved_at
                """,
                .text(name.storable),
                .text(query.storable),
                .text(actor.storable)
            )
        }
    }

    /// Forgets a view; false if there is none of that name.
    package func removeView(name: String) async throws -> Bool {
        let rows = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query("delete from saved_views where name = $1 returning name", .text(name))
        }
        return !rows.isEmpty
    }
}
