package import PodiumCore

/// What the dashboard looks at; every statement reads a page, never a whole history.
extension PostgresStore {
    /// The names under which runs have measurements, each once.
    package func metricNames(of runs: [RunID]) async throws -> [String] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                -- One probe of the index a run and name, however many points a name has.
                with recursive names as (
                    select run, (select m.name from metrics m where m.run_id = run order by m.name limit 1) as name
                    from unnest($1::bigint[]) as run
                    union all
                    select run, (select m.name from metrics m where m.run_id = run and m.name > names.name
                        order by m.name limit 1)
                    from names where names.name is not null
                )
                select distinct name from names where name is not null order by name
                """,
                .ints(runs.map { Optional($0.rawValue) })
            )
        }
        return try rows.map { row throws(StoreError) in try row.get("name") }
    }

    /// One metric of several runs, each thinned evenly to about `points`.
    package func curves(of runs: [RunID], name: String, points: Int) async throws -> [RunID: [MetricPoint]] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                with numbered as (
                    select run_id, step, value, row_number() over (partition by run_id order by step) - 1 as position,
                        count(*) over (partition by run_id) as points
                    from metrics where run_id = any($1::bigint[]) and name = $2
                )
                select run_id, step, value from numbered
                where points <= $3 or position % (points / $3 + 1) = 0 or position = points - 1
                order by run_id, step
                """,
                .ints(runs.map(\.rawValue)),
                .text(name),
                .int(Int64(points))
            )
        }
        var curves: [RunID: [MetricPoint]] = [:]
        for row in rows {
            let point = MetricPoint(step: try row.get("step"), value: try row.get("value"))
            curves[RunID(rawValue: try row.get("run_id")), default: []].append(point)
        }
        return curves
    }

    /// The last log lines that hold `text` in any case, oldest first; at most `limit` below the sequence `before`.
    package func logTail(
        of run: RunID,
        containing text: String?,
        before: Int64?,
        limit: Int
    ) async throws -> [LogRecord] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select sequence, attempt, at, level, message from log_lines
                where run_id = $1 and ($2::text is null or strpos(lower(message), lower($2)) > 0)
                    and ($3::bigint is null or sequence < $3)
                order by sequence desc limit $4
                """,
                .int(run.rawValue),
                .text(text?.storable),
                .int(before),
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
        }.reversed()
    }

    /// The scores of these runs; those without one are left out.
    package func scores(of runs: [RunID]) async throws -> [RunID: Double] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                "select run_id, score from results where run_id = any($1::bigint[]) and score is not null",
                .ints(runs.map(\.rawValue))
            )
        }
        var scores: [RunID: Double] = [:]
        for row in rows { scores[RunID(rawValue: try row.get("run_id"))] = try row.get("score") }
        return scores
    }
}
