package import PodiumCore

/// Tells whether anything of a suite has changed: what was made of it before is still true where its version is the same.
package struct SuiteVersion: Sendable, Equatable {
    /// The newest entry of the feed about the suite.
    fileprivate var change: ChangeID
    /// The transaction that last wrote the suite's own row: a tag, a note, a deleted run.
    fileprivate var row: String
    /// Whether no transaction that still runs can add an entry before the newest.
    package var isSettled: Bool

    /// Whether the suite's row is as it was then: no run was deleted, nothing was archived, tagged or noted.
    package func hasRow(of other: SuiteVersion) -> Bool { row == other.row }
}

extension PostgresStore {
    /// The versions of suites, without those that are not there.
    package func versions(of suites: [SuiteID]) async throws -> [SuiteID: SuiteVersion] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select s.id, s.xmin::text as row, e.transaction, e.id as event,
                    coalesce(e.transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint, true) as is_settled
                from suites s left join lateral (
                    select transaction, id from events where suite_id = s.id order by transaction desc, id desc limit 1
                ) e on true
                where s.id = any($1::bigint[])
                """,
                .ints(suites.map { Optional($0.rawValue) })
            )
        }
        var versions: [SuiteID: SuiteVersion] = [:]
        for row in rows {
            var change = ChangeID.start
            if let transaction = try row.optional("transaction", as: Int64.self) {
                change = ChangeID(transaction: transaction, number: try row.get("event"))
            }
            versions[SuiteID(rawValue: try row.get("id"))] = SuiteVersion(
                change: change,
                row: try row.get("row"),
                isSettled: try row.get("is_settled")
            )
        }
        return versions
    }

    /// The numbers of suites, the newest first; at most `limit`, of those before `before`.
    package func suites(before: SuiteID?, limit: Int, includesArchived: Bool) async throws -> [SuiteID] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select id from suites where ($1::bigint is null or id < $1) and ($3 or archived_at is null)
                order by id desc limit $2
                """,
                .int(before?.rawValue),
                .int(Int64(limit)),
                .bool(includesArchived)
            )
        }
        return try rows.map { row throws(StoreError) in SuiteID(rawValue: try row.get("id")) }
    }
}
