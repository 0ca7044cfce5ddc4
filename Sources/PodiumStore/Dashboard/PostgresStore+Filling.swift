package import PodiumCore

/// For benchmarks of what reads history.
extension PostgresStore {
    /// Ends the queued runs of a suite as if they had been carried out: with a score and a curve of `points` points.
    package func pretendResults(of suite: SuiteID, points: Int) async throws {
        _ = try await write { connection, _ throws(StoreError) in
            try await connection.query(
                "delete from ready using runs r where r.id = run_id and r.suite_id = $1",
                .int(suite.rawValue)
            )
            try await connection.query(
                """
                insert into results (run_id, token, score, examples, result)
                select id, nextval('lease_tokens'), 0.5 + (id % 997) / 2000.0, 408, jsonb_build_object(
                    'metrics', jsonb_build_object('f1', 0.5 + (id % 997) / 2000.0, 'accuracy', 0.5 + (id % 991) / 2000.0),
                    'score', 0.5 + (id % 997) / 2000.0, 'examples', 408, 'datasets', jsonb_build_array(), 'trainedSteps', $2::bigint,
                    'trainingSeconds', 60, 'notes', jsonb_build_array()
                )
                from runs where suite_id = $1 and state = 'ready'
                """,
                .int(suite.rawValue),
                .int(Int64(points))
            )
            try await connection.query(
                """
                insert into metrics (run_id, name, step, value, token)
                select id, 'loss', step, exp(-step / 30.0) + (id % 13) / 100.0, 1
                from runs, generate_series(1, $2::bigint) step where suite_id = $1 and state = 'ready'
                """,
                .int(suite.rawValue),
                .int(Int64(points))
            )
            return try await connection.query(
                """
                update runs set state = 'succeeded', attempt = 1, started_at = submitted_at,
                    ended_at = submitted_at + (id % 600) * interval '1 second'
                where suite_id = $1 and state = 'ready'
                """,
                .int(suite.rawValue)
            )
        }
    }

    /// Queues copies of a suite's first run behind it, in one statement of the server's own.
    package func queueCopies(_ count: Int, of suite: SuiteID) async throws {
        _ = try await write { connection, _ throws(StoreError) in
            try await connection.query(
                """
                with original as (select * from runs where suite_id = $1 order by id limit 1),
                copies as (
                    insert into runs (
                        suite_id, name, spec, pool, threads, sort_key, priority, state, has_children,
                        kind, system, task, model, configuration
                    )
                    select suite_id, name || '/copy-' || number, spec, pool, threads, sort_key + number, priority,
                        'ready', false, kind, system, task, model, configuration
                    from original, generate_series(1, $2::bigint) as number
                    returning id, pool, threads, sort_key
                )
                insert into ready (run_id, pool, threads, sort_key) select id, pool, threads, sort_key from copies
                """,
                .int(suite.rawValue),
                .int(Int64(count))
            )
        }
    }

    /// Takes everything out of the queue without carrying it out.
    package func emptyQueue() async throws {
        _ = try await write { connection, _ throws(StoreError) in
            try await connection.query("delete from ready")
            try await connection.query("delete from leases")
            return try await connection.query(
                """
                update runs set state = 'cancelled', ended_at = clock_timestamp(), token = null, worker_id = null
                where state in ('ready', 'running')
                """
            )
        }
    }

    /// Holds a snapshot of the database for as long as `body` takes, as a long report or a backup would.
    package func withPinnedSnapshot<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        let connection = try await Connection.open(address)
        // The server ends what is idle for a minute.
        try await connection.query("set idle_in_transaction_session_timeout = 0")
        try await connection.query("begin isolation level repeatable read")
        try await connection.query("select count(*) from suites")
        let value = try await body()
        try await connection.query("rollback")
        return value
    }

    /// What the server does by itself after a while: statistics of the tables that lists and claims are read from.
    package func analyze() async throws {
        _ = try await read { connection throws(StoreError) in
            try await connection.query("analyze runs, ready, results, metrics, events")
        }
    }

    /// The same, and the clean-up and the writes to disk that a large insert leaves for the next minutes.
    ///
    /// The connection's user must be the server's owner.
    package func settle() async throws {
        _ = try await read { connection throws(StoreError) in
            try await connection.query("vacuum (analyze) runs, ready, results, attempts, events")
            return try await connection.query("checkpoint")
        }
    }
}
