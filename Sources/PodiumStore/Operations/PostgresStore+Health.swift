package import PodiumCore

/// Whether what the rows say fits together.
package struct StoreHealth: Sendable, Equatable {
    /// The server's clock, in seconds since 1970.
    package var now: Double
    package var serverVersion: String
    package var schema: Int
    /// Who leads, and until when.
    package var leader: String?
    package var liveWorkers: Int
    /// Runs that hold a lease of a worker that is gone; the leading scheduler queues them again within seconds.
    package var abandonedRuns: [RunID]
    /// Runs that could start, but stand in no queue; and queued ones that could not start.
    package var misplacedRuns: [RunID]
    /// Tokens of the attempts that run, by run.
    package var running: [RunID: Int64]
    /// Whether a transaction has been open for more than five minutes: claims get slow behind it.
    package var longestTransactionSeconds: Double
}

extension PostgresStore {
    package func health() async throws -> StoreHealth {
        try await read { connection throws(StoreError) in
            let row = try await connection.query(
                """
                select clock_timestamp() as now, current_setting('server_version') as server_version,
                    (select max(version)::bigint from schema_migrations) as schema,
                    (select holder from leaders where name = 'scheduler' and expires_at > clock_timestamp()) as leader,
                    (select count(*) from workers where retired_at is null and lease_until > clock_timestamp()) as workers,
                    coalesce((
                        select extract(epoch from clock_timestamp() - min(xact_start))::double precision
                        from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
                            and backend_type = 'client backend'
                    ), 0) as longest
                """
            )[0]
            let abandoned = try await connection.query(
                """
                select r.id from leases join runs r on r.id = leases.run_id join workers w on w.id = leases.worker_id
                where r.state = 'running'
                    and (w.retired_at is not null or w.lease_until < clock_timestamp() - interval '30 seconds')
                order by r.id
                """
            )
            let misplaced = try await connection.query(
                """
                select r.id from runs r left join ready on ready.run_id = r.id
                where (r.state = 'ready' and not r.held) <> (ready.run_id is not null)
                    and r.ended_at is null
                    -- A budget that is used up keeps runs out.
                    and not exists (
                        select from suites s join budgets b on b.project = s.project
                        where s.id = r.suite_id and b.spent_at is not null
                    )
                union
                select r.id from ready join runs r on r.id = ready.run_id where r.state <> 'ready' or r.held
                union
                select r.id from runs r left join leases on leases.run_id = r.id and leases.worker_id = r.worker_id
                where (r.state = 'running') <> (leases.run_id is not null) and r.ended_at is null
                union
                select r.id from leases join runs r on r.id = leases.run_id
                where r.state <> 'running' or r.worker_id <> leases.worker_id
                order by 1 limit 1000
                """
            )
            let running = try await connection.query(
                "select id, token from leases join runs on id = run_id where state = 'running' order by id"
            )
            var tokens: [RunID: Int64] = [:]
            for row in running { tokens[RunID(rawValue: try row.get("id"))] = try row.get("token", as: Int64.self) }
            return StoreHealth(
                now: try row.get("now"),
                serverVersion: try row.get("server_version"),
                schema: try row.get("schema"),
                leader: try row.optional("leader"),
                liveWorkers: try row.get("workers"),
                abandonedRuns: try abandoned.map { row throws(StoreError) in RunID(rawValue: try row.get("id")) },
                misplacedRuns: try misplaced.map { row throws(StoreError) in RunID(rawValue: try row.get("id")) },
                running: tokens,
                longestTransactionSeconds: try row.get("longest")
            )
        }
    }
}
