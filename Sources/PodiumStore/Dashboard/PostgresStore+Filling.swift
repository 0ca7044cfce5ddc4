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
                insert into results (run_id, token, result, score)
                select id, nextval('lease_tokens'), jsonb_build_object(
                    'metrics', jsonb_build_object('f1', 0.5 + (id % 997) / 2000.0, 'accuracy', 0.5 + (id % 991) / 2000.0),
                    'score', 0.5 + (id % 997) / 2000.0, 'examples', 408, 'datasets', jsonb_build_array(), 'trainedSteps', $2::bigint,
                    'trainingSeconds', 60, 'notes', jsonb_build_array()
                ), 0.5 + (id % 997) / 2000.0
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

    /// What the server does by itself after a while: statistics of the tables that lists are read from.
    package func analyze() async throws {
        _ = try await read { connection throws(StoreError) in
            try await connection.query("analyze runs, results, metrics, events")
        }
    }
}
