package import PodiumCore

/// What the dashboard looks at; every statement reads a page, never a whole history.
extension PostgresStore {
    /// Workers at work first, then those that are gone, the newest first; at most `limit`.
    package func workers(limit: Int) async throws -> [WorkerRecord] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                with page as (select * from workers order by (retired_at is null) desc, id desc limit $1),
                tally as (
                    select worker_id, count(*) as attempts from attempts
                    where worker_id in (select id from page) group by worker_id
                )
                select w.id, w.host, w.process_id::bigint, w.pool, w.threads::bigint, w.version, w.registered_at,
                    w.lease_until, w.retired_at,
                    w.lost or w.retired_at is null and w.lease_until < clock_timestamp() as is_lost,
                    w.drain_at is not null and w.drain_at <= clock_timestamp() as is_drained,
                    (select coalesce(array_agg(run_id order by run_id), '{}') from leases
                        where leases.worker_id = w.id) as runs,
                    coalesce(tally.attempts, 0) as attempts
                from page w left join tally on tally.worker_id = w.id
                order by (w.retired_at is null) desc, w.id desc
                """,
                .int(Int64(limit))
            )
        }
        return try rows.map { row throws(StoreError) in
            let runs = try row.get("runs", as: ColumnArray<Int64>.self).elements.compactMap(\.self)
            let retired = try row.optional("retired_at", as: Double.self)
            let isLost: Bool = try row.get("is_lost")
            let isDrained: Bool = try row.get("is_drained")
            let isGone = retired != nil || isLost
            return WorkerRecord(
                id: WorkerID(rawValue: try row.get("id")),
                host: try row.get("host"),
                processID: try row.get("process_id"),
                pool: try row.get("pool"),
                threads: try row.get("threads"),
                version: try row.get("version"),
                state: isLost ? .lost : retired != nil ? .left : isDrained ? .drained : runs.isEmpty ? .idle : .working,
                registeredAt: try row.get("registered_at"),
                leaseUntil: isGone ? nil : try row.get("lease_until"),
                endedAt: retired,
                runs: runs.map { RunID(rawValue: $0) },
                attempts: try row.get("attempts")
            )
        }
    }

    /// A suite's runs for its matrix, in the order system, task, settings, seed; at most `limit` after `offset`.
    package func matrix(of suite: SuiteID, offset: Int, limit: Int) async throws -> [MatrixRun] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                with cells as (
                    select r.id, r.name, r.kind, r.system, r.task, (r.spec->>'seed')::numeric as seed,
                        coalesce(r.configuration, '') as settings, standing(r.state, r.held) as state,
                        r.state = 'blocked' and r.blocked_by is not null as is_stuck
                    from runs r where r.suite_id = $1
                )
                select c.id, c.name, c.kind, c.system, c.task, c.seed::text as seed, c.settings, c.state, c.is_stuck,
                    results.score, results.reused_from is not null as is_reused,
                    (progress.latest->>'step')::bigint as step,
                    (progress.latest->>'totalSteps')::bigint as total_steps
                from cells c left join results on results.run_id = c.id
                    left join progress on progress.run_id = c.id
                order by c.system, c.task nulls first, c.settings, c.seed, c.id limit $3 offset $2
                """,
                .int(suite.rawValue),
                .int(Int64(offset)),
                .int(Int64(limit))
            )
        }
        return try rows.map { row throws(StoreError) in
            MatrixRun(
                id: RunID(rawValue: try row.get("id")),
                name: try row.get("name"),
                kind: try row.word("kind"),
                system: try row.get("system"),
                task: try row.optionalWord("task"),
                seed: try row.optional("seed", as: String.self).flatMap { UInt64($0) },
                settings: try row.get("settings"),
                state: try row.word("state"),
                isStuck: try row.get("is_stuck"),
                score: try row.optional("score"),
                isReused: try row.get("is_reused"),
                step: try row.optional("step"),
                totalSteps: try row.optional("total_steps")
            )
        }
    }

    /// How many runs of a suite took over another run's result.
    package func reusedRuns(of suite: SuiteID) async throws -> Int {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select count(*) as reused from results join runs on runs.id = results.run_id
                where results.reused_from is not null and runs.suite_id = $1
                """,
                .int(suite.rawValue)
            )
        }
        return try rows.first?.get("reused") ?? 0
    }

    /// Who waits for whom in a suite; at most `limit` edges.
    package func edges(of suite: SuiteID, limit: Int) async throws -> [RunEdge] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select d.parent_id, d.child_id, d.condition from runs r join dependencies d on d.child_id = r.id
                where r.suite_id = $1 order by d.child_id, d.parent_id limit $2
                """,
                .int(suite.rawValue),
                .int(Int64(limit))
            )
        }
        return try rows.map { row throws(StoreError) in try RunEdge(row) }
    }

    /// Who a run waits for, and who waits for it; at most `limit` edges.
    package func edges(around run: RunID, limit: Int) async throws -> [RunEdge] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select parent_id, child_id, condition from dependencies where child_id = $1
                union all
                (select parent_id, child_id, condition from dependencies where parent_id = $1 order by child_id limit $2)
                limit $2
                """,
                .int(run.rawValue),
                .int(Int64(limit))
            )
        }
        return try rows.map { row throws(StoreError) in try RunEdge(row) }
    }
}

extension RunEdge {
    fileprivate init(_ row: Row) throws(StoreError) {
        self.init(
            parent: RunID(rawValue: try row.get("parent_id")),
            child: RunID(rawValue: try row.get("child_id")),
            condition: try row.word("condition")
        )
    }
}
