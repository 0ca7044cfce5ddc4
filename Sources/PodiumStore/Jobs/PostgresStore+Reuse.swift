package import PodiumCore

/// Results that runs take over from runs of the same work.
extension PostgresStore {
    package func reusable(_ keys: [String]) async throws -> [String: RunID] {
        guard !keys.isEmpty else { return [:] }
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select results.work_key, max(results.run_id) as id
                from results join runs r on r.id = results.run_id join suites s on s.id = r.suite_id
                where results.work_key = any($1::text[]) and results.reused_from is null and s.archived_at is null
                    and not exists (
                        select from artifacts a where a.run_id = results.run_id and a.token = results.token
                            and a.kind <> 'checkpoint' and a.removed_at is not null
                    )
                group by results.work_key
                """,
                .texts(keys)
            )
        }
        var found: [String: RunID] = [:]
        for row in rows { found[try row.get("work_key")] = RunID(rawValue: try row.get("id")) }
        return found
    }

    package func reuse(_ source: RunID, for lease: Lease) async throws -> ReuseAnswer {
        try await write(notifyIf: { $0 == .taken }) { connection, isRepeat throws(StoreError) in
            // Archiving and deleting take the same locks.
            let suites = try await Self.lockSuites(of: [source.rawValue, lease.run.rawValue], connection)
            let origin = try await connection.query(Self.selectOrigin, .int(source.rawValue))
            guard let origin = origin.first else {
                let isDone = try await Self.hasTaken(source, lease, connection)
                return isRepeat && isDone ? .taken : .refused
            }
            let from = ReusedRun(
                run: source,
                suite: SuiteID(rawValue: try origin.get("suite_id")),
                suiteName: try origin.get("name"),
                wallSeconds: try origin.optional("seconds")
            )
            let over = try await connection.query(
                Self.endWithReuse,
                .int(lease.run.rawValue),
                .int(lease.token),
                .int(source.rawValue),
                .text(from.description)
            )
            guard !over.isEmpty else {
                let isDone = try await Self.hasTaken(source, lease, connection)
                return isRepeat && isDone ? .taken : .leaseLost
            }
            try await connection.query(
                Self.copyResult,
                .int(lease.run.rawValue),
                .int(lease.token),
                .int(source.rawValue),
                .json(try StoredJSON.encode(from)),
                .text(from.note)
            )
            try await connection.query(
                Self.copyArtifacts,
                .int(lease.run.rawValue),
                .int(lease.token),
                .int(source.rawValue),
                .int(Int64(lease.attempt))
            )
            for statement in [Self.copyMetrics, Self.copyProgress] {
                try await connection.query(
                    statement,
                    .int(lease.run.rawValue),
                    .int(lease.token),
                    .int(source.rawValue)
                )
            }
            try await connection.query(Self.copyExamples, .int(lease.run.rawValue), .int(source.rawValue))
            try await connection.query(
                "insert into log_lines (run_id, attempt, level, message) values ($1, $2::bigint, 'info', $3)",
                .int(lease.run.rawValue),
                .int(Int64(lease.attempt)),
                .text(from.note)
            )
            for suite in suites { try await connection.query(Self.resolveDependencies, .int(suite)) }
            return .taken
        }
    }

    /// Whether an earlier try of the call went through.
    private static func hasTaken(
        _ source: RunID,
        _ lease: Lease,
        _ connection: Connection
    ) async throws(StoreError) -> Bool {
        let rows = try await connection.query(
            "select from results where run_id = $1 and token = $2 and reused_from = $3",
            .int(lease.run.rawValue),
            .int(lease.token),
            .int(source.rawValue)
        )
        return !rows.isEmpty
    }

    private static let selectOrigin: Statement = """
        select s.id as suite_id, s.name, (
                select sum(extract(epoch from ended_at - started_at))::double precision from attempts
                where attempts.run_id = results.run_id
            ) as seconds
        from results join runs r on r.id = results.run_id join suites s on s.id = r.suite_id
        where results.run_id = $1 and results.reused_from is null and s.archived_at is null
            and not exists (
                select from artifacts a where a.run_id = results.run_id and a.token = results.token
                    and a.kind <> 'checkpoint' and a.removed_at is not null
            )
        """

    private static let endWithReuse: Statement = """
        -- over: the run, if this attempt still holds it
        with over as (
            update runs set state = 'succeeded', token = null, worker_id = null,
                ended_at = clock_timestamp(), reason = $4
            where id = $1 and state = 'running' and token = $2
            returning id, attempt
        ),
        -- What the numbers were computed on is the other run's.
        closed as (
            update attempts set ended_at = clock_timestamp(), outcome = 'succeeded', message = $4, environment = (
                select a.environment from attempts a join results r on r.run_id = a.run_id and r.token = a.token
                where a.run_id = $3
            )
            from over where attempts.run_id = over.id and attempts.attempt = over.attempt
            returning attempts.worker_id, attempts.run_id
        ),
        \(LeaseEnd.givenUp),
        \(LeaseEnd.removed)
        select id from over
        """

    private static let copyResult: Statement = """
        insert into results (run_id, token, result, score, split, data_origin, data_version, examples, reused_from)
        select $1, $2, (result - 'workKey') || jsonb_build_object(
                'reusedFrom', $4::jsonb, 'notes', coalesce(result -> 'notes', '[]') || jsonb_build_array($5::text)
            ), score, split, data_origin, data_version, examples, $3
        from results where run_id = $3
        """

    private static let copyArtifacts: Statement = """
        insert into artifacts (run_id, attempt, token, kind, step, share, score, path, sha256, bytes)
        select $1, $4::bigint, $2, kind, step, share, score, path, sha256, bytes
        from artifacts where run_id = $3 and removed_at is null and kind <> 'checkpoint' order by id
        """

    private static let copyMetrics: Statement = """
        insert into metrics (run_id, name, step, value, token)
        select $1, name, step, value, $2 from metrics where run_id = $3
        on conflict (run_id, name, step) do update set value = excluded.value, token = excluded.token
        """

    private static let copyProgress: Statement = """
        insert into progress (run_id, token, latest)
        select $1, $2, latest from progress where run_id = $3
        on conflict (run_id) do update set token = excluded.token, latest = excluded.latest
        """

    private static let copyExamples: Statement = """
        insert into predictions (run_id, ordinal, split, example, prediction, gold, score, example_group)
        select $1, ordinal, split, example, prediction, gold, score, example_group from predictions where run_id = $2
        """
}
