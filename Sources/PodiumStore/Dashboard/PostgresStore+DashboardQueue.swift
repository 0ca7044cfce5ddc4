package import PodiumCore

/// What the dashboard looks at; every statement reads a page, never a whole history.
extension PostgresStore {
    /// Where the runs stand that are not over; at most `limit` of each list, of one suite or of all.
    package func queue(suite: SuiteID?, limit: Int) async throws -> QueueSnapshot {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                -- in_line: the queue of each pool in the order of claims, and how many could start before each
                with in_line as (
                    select run_id, sort_key, 1 + count(*) filter (where may_start) over (
                            partition by pool order by sort_key, run_id rows between unbounded preceding and 1 preceding
                        ) as place
                    from queue_places
                )
                (select r.state, r.id, l.place from in_line l join runs r on r.id = l.run_id
                    where ($1::bigint is null or r.suite_id = $1) and r.state = 'ready'
                    order by l.sort_key, r.id limit $2)
                union all
                (select 'held', id, null from runs where held and state = 'ready'
                    and ($1::bigint is null or suite_id = $1) order by suite_id, id limit $2)
                union all
                (select state, id, null from leases join runs on runs.id = leases.run_id
                    where state = 'running' and ($1::bigint is null or suite_id = $1) order by started_at, id limit $2)
                union all
                (select state, id, null from runs where not_before is not null
                    and ($1::bigint is null or suite_id = $1) order by not_before, id limit $2)
                union all
                (select state, id, null from runs
                    where ended_at is null and state = 'blocked'
                    and ($1::bigint is null or suite_id = $1) order by suite_id, id limit $2)
                """,
                .int(suite?.rawValue),
                .int(Int64(limit))
            )
        }
        var snapshot = QueueSnapshot(running: [], ready: [], held: [], waiting: [], blocked: [], counts: [:])
        for row in rows {
            let run = RunID(rawValue: try row.get("id"))
            switch try row.word("state", as: RunStanding.self) {
            case .held: snapshot.held.append(run)
            case .running: snapshot.running.append(run)
            case .waiting: snapshot.waiting.append(run)
            case .blocked: snapshot.blocked.append(run)
            case .ready: snapshot.ready.append((run, try row.get("place", as: Int.self)))
            case .succeeded, .failed, .cancelled: break
            }
        }
        snapshot.counts = try await openCounts(suite: suite)
        return snapshot
    }

    /// How many runs are not over, by where they stand; counting ends at the snapshot's ceiling.
    package func openCounts(suite: SuiteID?) async throws -> [RunStanding: Int] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select standing(state, held) as standing, count(*) as runs from (
                    select state, held from runs where ended_at is null
                        and ($1::bigint is null or suite_id = $1) limit $2
                ) open group by 1
                """,
                .int(suite?.rawValue),
                .int(Int64(QueueSnapshot.ceiling))
            )
        }
        var counts: [RunStanding: Int] = [:]
        for row in rows { counts[try row.word("standing", as: RunStanding.self)] = try row.get("runs") }
        return counts
    }

    /// The latest measurements of what runs now; at most `limit` runs.
    package func runningProgress(limit: Int) async throws -> [RunningProgress] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select r.id, r.suite_id, p.latest
                from leases join runs r on r.id = leases.run_id join progress p on p.run_id = r.id
                where r.state = 'running' order by r.id limit $1
                """,
                .int(Int64(limit))
            )
        }
        return try rows.map { row throws(StoreError) in
            RunningProgress(
                run: RunID(rawValue: try row.get("id")),
                suite: SuiteID(rawValue: try row.get("suite_id")),
                progress: try row.json("latest")
            )
        }
    }
}

extension PostgresStore {
    /// The place of a queued run in its pool, from 1: one more than the runs before it that could start; nil for a run that is not in
    /// the queue.
    package func place(of run: RunID) async throws -> Int? {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select 1 + (
                    select count(*) from ready before where before.pool = own.pool
                        and (before.sort_key, before.run_id) < (own.sort_key, own.run_id)
                ) as place
                from queue_places own where own.run_id = $1
                """,
                .int(run.rawValue)
            )
        }
        return try rows.first.map { row throws(StoreError) in try row.get("place") }
    }
}

extension PostgresStore {
    /// The numbers of all runs in these states, of one suite or of all.
    package func runs(suite: SuiteID?, states: Set<RunState>) async throws -> [RunID] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select id from runs where ($1::bigint is null or suite_id = $1) and state = any($2::text[]) order by id
                """,
                .int(suite?.rawValue),
                .texts(states.map(\.rawValue))
            )
        }
        return try rows.map { row throws(StoreError) in RunID(rawValue: try row.get("id")) }
    }
}
