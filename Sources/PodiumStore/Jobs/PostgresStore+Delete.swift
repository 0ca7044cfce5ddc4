package import PodiumCore

extension PostgresStore {
    package func delete(_ runs: [RunID], isRehearsal: Bool) async throws -> Deletion {
        let numbers = runs.map { Optional($0.rawValue) }
        return try await write(notifyIf: { !isRehearsal && !$0.runs.isEmpty }) { connection, _ throws(StoreError) in
            let suites = try await Self.lockSuites(of: numbers, connection)
            let plan = DeletionPlan(
                runs: try await Self.deletionCandidates(numbers, connection),
                uses: try await Self.uses(numbers, connection)
            )
            let deleted = plan.deleted.map { Optional($0.rawValue) }
            let artifacts = try await connection.query(Self.artifactsToDelete, .ints(deleted))
            let emptied = try await connection.query(Self.suitesToDelete, .ints(suites), .ints(deleted))
            let deletion = Deletion(
                runs: plan.deleted,
                suites: try emptied.map { row throws(StoreError) in SuiteID(rawValue: try row.get("id")) },
                artifacts: try artifacts.map { row throws(StoreError) in try ArtifactRecord(row) },
                kept: plan.kept
            )
            if !isRehearsal { try await Self.delete(deletion, deleted, connection) }
            return deletion
        }
    }

    private static func delete(
        _ deletion: Deletion,
        _ runs: [Int64?],
        _ connection: Connection
    ) async throws(StoreError) {
        // Results refuse to be changed unless a whole run goes.
        try await connection.query("set local podium.deletes_runs = 'on'")
        try await connection.query(
            "update runs set blocked_by = null where blocked_by = any($1::bigint[]) and id <> all($1::bigint[])",
            .ints(runs)
        )
        // What was made of the suites before is no longer true (`SuiteVersion`).
        try await connection.query(
            "update suites set name = name where id in (select suite_id from runs where id = any($1::bigint[]))",
            .ints(runs)
        )
        // What was used stays used.
        try await connection.query(
            """
            update budgets set deleted_seconds = deleted_seconds + seconds_used(project, counted_from, $1::bigint[])
            where project in (
                select s.project from runs r join suites s on s.id = r.suite_id where r.id = any($1::bigint[])
            )
            """,
            .ints(runs)
        )
        for statement in deletions { try await connection.query(statement, .ints(runs)) }
        try await connection.query(
            "delete from suites where id = any($1::bigint[])",
            .ints(deletion.suites.map(\.rawValue))
        )
    }

    /// Everything that hangs on a run, what is referred to last.
    private static let deletions: [Statement] = [
        "delete from events where run_id = any($1::bigint[])",
        "delete from log_lines where run_id = any($1::bigint[])",
        "delete from metrics where run_id = any($1::bigint[])",
        "delete from progress where run_id = any($1::bigint[])",
        "delete from predictions where run_id = any($1::bigint[])",
        "delete from results where run_id = any($1::bigint[])",
        "delete from inputs where run_id = any($1::bigint[])",
        "delete from artifacts where run_id = any($1::bigint[])",
        "delete from attempts where run_id = any($1::bigint[])",
        "delete from dependencies where child_id = any($1::bigint[]) or parent_id = any($1::bigint[])",
        "delete from runs where id = any($1::bigint[])",
    ]

    private static func deletionCandidates(
        _ runs: [Int64?],
        _ connection: Connection
    ) async throws(StoreError) -> [DeletionPlan.Run] {
        let rows = try await connection.query(
            "select id, state, blocked_by is not null as is_stuck from runs where id = any($1::bigint[]) order by id",
            .ints(runs)
        )
        return try rows.map { row throws(StoreError) in
            DeletionPlan.Run(
                id: RunID(rawValue: try row.get("id")),
                state: try row.word("state"),
                isBehindFailure: try row.get("is_stuck")
            )
        }
    }

    /// Which runs rest on these: by an input that came to one of their artifacts, because they took over the result, or
    /// because they wait for them.
    private static func uses(
        _ runs: [Int64?],
        _ connection: Connection
    ) async throws(StoreError) -> [DeletionPlan.Use] {
        let rows = try await connection.query(
            """
            select a.run_id as source, i.run_id as user_id, a.kind as what
            from artifacts a join inputs i on i.artifact_id = a.id where a.run_id = any($1::bigint[])
            union all
            select d.parent_id, d.child_id, null from dependencies d join runs child on child.id = d.child_id
            where d.parent_id = any($1::bigint[]) and child.ended_at is null
            union all
            select reused_from, run_id, 'result' from results where reused_from = any($1::bigint[])
            order by 1, 2
            """,
            .ints(runs)
        )
        return try rows.map { row throws(StoreError) in
            DeletionPlan.Use(
                source: RunID(rawValue: try row.get("source")),
                user: RunID(rawValue: try row.get("user_id")),
                what: try row.optional("what")
            )
        }
    }

    private static let artifactsToDelete: Statement = """
        select id, run_id, attempt, token, kind, step, share, score, path, sha256, bytes, created_at, removed_at
        from artifacts where run_id = any($1::bigint[]) order by id
        """

    private static let suitesToDelete: Statement = """
        select s.id from suites s
        where s.id = any($1::bigint[])
            and not exists (select from runs where runs.suite_id = s.id and runs.id <> all($2::bigint[]))
        order by s.id
        """
}
