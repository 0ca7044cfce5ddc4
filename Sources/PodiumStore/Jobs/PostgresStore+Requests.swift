package import PodiumCore

/// What users ask of runs that are stored already.
extension PostgresStore {
    package func cancel(_ runs: [RunID]) async throws -> [RunID] {
        let numbers = runs.map { Optional($0.rawValue) }
        return try await write { connection, _ throws(StoreError) in
            let suites = try await Self.lockSuites(of: numbers, connection)
            // First, so that a claim under way ends before the runs are looked at.
            try await connection.query("delete from ready where run_id = any($1::bigint[])", .ints(numbers))
            let rows = try await connection.query(
                """
                -- target: those not over yet, locked until the commit
                with target as (
                    select id, state from runs
                    where id = any($1::bigint[]) and ended_at is null
                    order by id for no key update
                ),
                ended as (
                    update runs set state = 'cancelled', want = 'cancel', held = false, ended_at = clock_timestamp(),
                        not_before = null, blocked_by = null, reason = 'cancelled before it ran'
                    from target where runs.id = target.id and target.state <> 'running'
                ),
                -- asked: the worker hears of it at its next heartbeat
                asked as (
                    update runs set want = 'cancel'
                    from target where runs.id = target.id and target.state = 'running'
                )
                select id from target order by id
                """,
                .ints(numbers)
            )
            for suite in suites { try await connection.query(Self.resolveDependencies, .int(suite)) }
            return try rows.map { row throws(StoreError) in RunID(rawValue: try row.get("id")) }
        }
    }

    package func retry(_ runs: [RunID]) async throws -> [RunID] {
        let numbers = runs.map { Optional($0.rawValue) }
        return try await write { connection, _ throws(StoreError) in
            let suites = try await Self.lockSuites(of: numbers, connection)
            // Back to the start of the state diagram; resolving dependencies queues those whose parents are done.
            let rows = try await connection.query(
                """
                update runs set state = 'blocked', want = 'run', held = false, failures = 0, ended_at = null, started_at = null,
                    reason = null, blocked_by = null
                where id = any($1::bigint[]) and state in ('failed', 'cancelled')
                returning id
                """,
                .ints(numbers)
            )
            for suite in suites { try await connection.query(Self.resolveDependencies, .int(suite)) }
            return try rows.map { row throws(StoreError) in RunID(rawValue: try row.get("id")) }.sorted()
        }
    }

    /// Locks the suites that hold these runs, in order; returns them.
    static func lockSuites(of runs: [Int64?], _ connection: Connection) async throws(StoreError) -> [Int64] {
        let rows = try await connection.query(
            "select distinct suite_id from runs where id = any($1::bigint[]) order by suite_id",
            .ints(runs)
        )
        let suites = try rows.map { row throws(StoreError) -> Int64 in try row.get("suite_id") }
        try await connection.query(lockSuites, .ints(suites))
        return suites
    }
}
