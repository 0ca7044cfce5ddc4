package import PodiumCore

/// What a monitoring system wants to know of a Podium, at one moment.
package struct OperationalFigures: Sendable, Equatable {
    /// Runs that are not over, and all that are, by state; states without runs are left out.
    package var runs: [RunStanding: Int] = [:]
    /// Seconds that the oldest submission among the runs that could start has been there; nil for an empty queue.
    package var queueAgeSeconds: Double?
    /// Claims since the database was made.
    package var claims = 0
    /// Ended attempts since the database was made, by outcome.
    package var attempts: [String: Int] = [:]
    package var workers: [Worker] = []
    /// Seconds for which the leading scheduler's term lasts; nil where none leads.
    package var leadSeconds: Double?
    /// Pilots that are not over, by the batch system's word.
    package var pilots: [String: Int] = [:]
    package var databaseBytes = 0

    /// Workers of one device.
    package struct Worker: Sendable, Equatable {
        package var device: String
        package var isBusy: Bool
        package var count: Int
        package var threads: Int
    }

    package init() {}
}

extension PostgresStore {
    package func operationalFigures() async throws -> OperationalFigures {
        try await read { connection throws(StoreError) in
            var figures = OperationalFigures()
            for row in try await connection.query(
                "select standing(state, held) as standing, count(*) as runs from runs group by 1"
            ) {
                figures.runs[try row.word("standing")] = try row.get("runs", as: Int.self)
            }
            for row in try await connection.query(
                "select outcome, count(*) as attempts from attempts where outcome is not null group by outcome"
            ) {
                figures.attempts[try row.get("outcome")] = try row.get("attempts", as: Int.self)
            }
            for row in try await connection.query(Self.selectWorkerFigures) {
                figures.workers.append(
                    OperationalFigures.Worker(
                        device: try row.get("pool"),
                        isBusy: try row.get("is_busy"),
                        count: try row.get("workers"),
                        threads: try row.get("threads")
                    )
                )
            }
            for row in try await connection.query(
                """
                select coalesce(listed.state, 'UNKNOWN') as state, count(*) as pilots
                from pilots left join lateral jsonb_to_recordset(pilots.states) as listed (state text) on true
                where ended_at is null group by 1
                """
            ) {
                figures.pilots[try row.get("state")] = try row.get("pilots", as: Int.self)
            }
            let row = try await connection.query(Self.selectFigures)[0]
            figures.queueAgeSeconds = try row.optional("queue_age")
            figures.claims = try row.get("claims")
            figures.leadSeconds = try row.optional("lead")
            figures.databaseBytes = try row.get("bytes")
            return figures
        }
    }

    private static let selectWorkerFigures: Statement = """
        with living as (
            select w.pool, w.threads,
                exists (select from leases where leases.worker_id = w.id) as is_busy
            from workers w where w.retired_at is null and w.lease_until > clock_timestamp()
        )
        select pool, is_busy, count(*) as workers, sum(threads)::bigint as threads from living
        group by pool, is_busy order by pool, is_busy
        """

    private static let selectFigures: Statement = """
        -- Run numbers grow with time, so the oldest submission is found by the key alone.
        select (
                select greatest(0, extract(epoch from clock_timestamp() - runs.submitted_at))::double precision
                from ready join runs on runs.id = ready.run_id order by ready.run_id limit 1
            ) as queue_age,
            -- Each claim draws a token.
            (select case when is_called then last_value else 0 end from lease_tokens) as claims,
            (
                select extract(epoch from expires_at - clock_timestamp())::double precision from leaders
                where name = 'scheduler' and expires_at > clock_timestamp()
            ) as lead,
            pg_database_size(current_database()) as bytes
        """
}
