package import PodiumCore

/// The change feed; triggers write it, whichever statement made the change.
extension PostgresStore {
    package func changes(after: ChangeID, suite: SuiteID?, limit: Int) async throws -> [RunChange] {
        let rows = try await read { connection throws(StoreError) in
            if let suite {
                return try await connection.query(
                    Self.changesOfSuite,
                    .int(after.transaction),
                    .int(after.number),
                    .int(Int64(limit)),
                    .int(suite.rawValue)
                )
            }
            return try await connection.query(
                Self.changesOfAll,
                .int(after.transaction),
                .int(after.number),
                .int(Int64(limit))
            )
        }
        return try rows.map { row throws(StoreError) in try RunChange(row) }
    }

    package func lastChange() async throws -> ChangeID {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select transaction, id from events
                where transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                order by transaction desc, id desc limit 1
                """
            )
        }
        guard let row = rows.first else { return .start }
        return ChangeID(transaction: try row.get("transaction"), number: try row.get("id"))
    }

    /// The newest entry about a project's budget, whether or not it can still be overtaken.
    package func lastBudgetChange() async throws -> ChangeID? {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                "select transaction, id from events where suite_id is null order by transaction desc, id desc limit 1"
            )
        }
        return try rows.first.map { row throws(StoreError) in
            ChangeID(transaction: try row.get("transaction"), number: try row.get("id"))
        }
    }

    /// Entries of transactions older than every one that still runs: nothing can come before them any more.
    private static let changesOfAll: Statement = """
        select transaction, id, suite_id, run_id, kind, from_state, to_state, attempt, reason, at from events
        where (transaction, id) > ($1, $2) and transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        order by transaction, id limit $3
        """

    /// Of the suite, and of no suite; the index has each in order.
    private static let changesOfSuite: Statement = """
        (select transaction, id, suite_id, run_id, kind, from_state, to_state, attempt, reason, at from events
            where suite_id = $4
                and (transaction, id) > ($1, $2) and transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
            order by transaction, id limit $3)
        union all
        (select transaction, id, suite_id, run_id, kind, from_state, to_state, attempt, reason, at from events
            where suite_id is null
                and (transaction, id) > ($1, $2) and transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
            order by transaction, id limit $3)
        order by transaction, id limit $3
        """
}

extension RunChange {
    fileprivate init(_ row: Row) throws(StoreError) {
        self.init(
            id: ChangeID(transaction: try row.get("transaction"), number: try row.get("id")),
            suite: try row.optional("suite_id", as: Int64.self).map { SuiteID(rawValue: $0) },
            run: try row.optional("run_id", as: Int64.self).map { RunID(rawValue: $0) },
            kind: try row.word("kind"),
            from: try row.optionalWord("from_state"),
            to: try row.optionalWord("to_state"),
            attempt: try row.get("attempt"),
            reason: try row.optional("reason"),
            at: try row.get("at")
        )
    }
}
