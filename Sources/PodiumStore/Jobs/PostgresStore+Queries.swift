package import PodiumCore

/// What users look at; short statements, no snapshot held between them.
extension PostgresStore {
    package func runs(suite: SuiteID?, includingTerminal: Bool) async throws -> [RunRecord] {
        try await runs(suite: suite, includingTerminal: includingTerminal, after: nil, limit: .max)
    }

    package func runs(
        suite: SuiteID?,
        includingTerminal: Bool,
        after: RunRecord?,
        limit: Int
    ) async throws -> [RunRecord] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                -- The page first: why a run waits is worked out for its runs only.
                select * from run_records
                where id = any(array(
                    select id from runs
                    where ($1::bigint is null or suite_id = $1)
                        and ($2 or ended_at is null)
                        and ($3::bigint is null or suite_id < $3 or (suite_id = $3 and id > $4::bigint))
                    order by suite_id desc, id limit $5
                ))
                order by suite_id desc, id
                """,
                .int(suite?.rawValue),
                .bool(includingTerminal),
                .int(after?.suite.rawValue),
                .int(after?.id.rawValue),
                .int(Int64(limit))
            )
        }
        return try rows.map { row throws(StoreError) in try RunRecord(row) }
    }

    package func runs(_ ids: [RunID]) async throws -> [RunRecord] {
        try await runs(ids, specs: nil)
    }

    /// - Parameter specs: what was decoded before; nil decodes each run's own.
    func runs(_ ids: [RunID], specs: DecodedTexts<RunSpec>?) async throws -> [RunRecord] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                "select * from run_records where id = any($1::bigint[]) order by id",
                .ints(ids.map(\.rawValue))
            )
        }
        return try rows.map { row throws(StoreError) in try RunRecord(row, specs: specs) }
    }

    package func run(_ id: RunID) async throws -> RunRecord? {
        try await runs([id]).first
    }

    package func runCounts(suite: SuiteID?) async throws -> [RunStanding: Int] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select standing(state, held) as standing, count(*) as runs from runs
                where $1::bigint is null or suite_id = $1 group by 1
                """,
                .int(suite?.rawValue)
            )
        }
        var counts: [RunStanding: Int] = [:]
        for row in rows { counts[try row.word("standing", as: RunStanding.self)] = try row.get("runs") }
        return counts
    }

    package func attempts(of run: RunID) async throws -> [AttemptRecord] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select a.attempt, a.token, a.worker_id, w.host, a.started_at, a.ended_at, a.outcome, a.message,
                    a.resumed_from_step, a.environment
                from attempts a left join workers w on w.id = a.worker_id
                where a.run_id = $1 order by a.attempt
                """,
                .int(run.rawValue)
            )
        }
        return try rows.map { row throws(StoreError) in try AttemptRecord(row) }
    }

    package func suites() async throws -> [SuiteRecord] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                "select id, name, kind, source, selection, submitted_at from suites order by id desc"
            )
        }
        return try rows.map { row throws(StoreError) in try SuiteRecord(row) }
    }

    package func suite(named name: String?) async throws -> SuiteRecord? {
        let number = name.flatMap { Int64($0) }
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select id, name, kind, source, selection, submitted_at from suites
                where $1::text is null or name = $1 or id = $2::bigint
                -- A number means the suite of that number, even if another is called so.
                order by (id = $2::bigint) is true desc, id desc limit 1
                """,
                .text(name),
                .int(number)
            )
        }
        return try rows.first.map { row throws(StoreError) in try SuiteRecord(row) }
    }

    package func suites(named name: String) async throws -> [SuiteRecord] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select id, name, kind, source, selection, submitted_at from suites
                where id = $2::bigint or (name = $1 and not exists (select from suites where id = $2::bigint))
                order by id desc
                """,
                .text(name),
                .int(Int64(name))
            )
        }
        return try rows.map { row throws(StoreError) in try SuiteRecord(row) }
    }

    package func artifacts(of run: RunID) async throws -> [ArtifactRecord] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select id, run_id, attempt, token, kind, step, share, score, path, sha256, bytes, created_at, removed_at
                from artifacts where run_id = $1 order by id
                """,
                .int(run.rawValue)
            )
        }
        return try rows.map { row throws(StoreError) in try ArtifactRecord(row) }
    }

    package func logLines(of run: RunID, after: Int64, limit: Int) async throws -> [LogRecord] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select sequence, attempt, at, level, message from log_lines
                where run_id = $1 and sequence > $2 order by sequence limit $3
                """,
                .int(run.rawValue),
                .int(after),
                .int(Int64(limit))
            )
        }
        return try rows.map { row throws(StoreError) in
            LogRecord(
                sequence: try row.get("sequence"),
                attempt: try row.get("attempt"),
                at: try row.get("at"),
                level: LogLevel(rawValue: try row.get("level")) ?? .info,
                message: try row.get("message")
            )
        }
    }

    package func metricPoints(of run: RunID, name: String, limit: Int) async throws -> [MetricPoint] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                -- numbered: the points by position, with how many there are
                with numbered as (
                    select step, value, row_number() over (order by step) - 1 as position, count(*) over () as points
                    from metrics where run_id = $1 and name = $2
                )
                select step, value from numbered
                -- All of them, or those at even distances, the first and the last among them.
                where points <= $3 or position in (
                    select slot * (points - 1) / greatest($3 - 1, 1) from generate_series(0, $3::bigint - 1) as slot
                )
                order by step
                """,
                .int(run.rawValue),
                .text(name),
                .int(Int64(limit))
            )
        }
        return try rows.map { row throws(StoreError) in
            MetricPoint(step: try row.get("step"), value: try row.get("value"))
        }
    }

    package func result(of run: RunID) async throws -> RunResult? {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query("select result from results where run_id = $1", .int(run.rawValue))
        }
        return try rows.first.map { row throws(StoreError) in try row.json("result") }
    }

    package func predictions(of run: RunID) async throws -> [ExamplePrediction] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                "select split, example, prediction, gold, score, example_group from predictions where run_id = $1 order by ordinal",
                .int(run.rawValue)
            )
        }
        return try rows.map { row throws(StoreError) in
            ExamplePrediction(
                split: try row.word("split"),
                example: try row.get("example"),
                prediction: try row.get("prediction"),
                gold: try row.get("gold"),
                score: try row.get("score"),
                group: try row.optional("example_group")
            )
        }
    }
}
