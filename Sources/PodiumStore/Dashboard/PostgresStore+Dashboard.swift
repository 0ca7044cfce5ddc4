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
                    w.lease_until, w.retired_at, w.lost or w.lease_until < clock_timestamp() as is_lost,
                    (select coalesce(array_agg(r.id order by r.id), '{}') from runs r
                        where r.worker_id = w.id and r.state = 'running') as runs,
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
            let isGone = retired != nil || isLost
            return WorkerRecord(
                id: WorkerID(rawValue: try row.get("id")),
                host: try row.get("host"),
                processID: try row.get("process_id"),
                pool: try row.get("pool"),
                threads: try row.get("threads"),
                version: try row.get("version"),
                state: isLost ? .lost : retired != nil ? .left : runs.isEmpty ? .idle : .working,
                registeredAt: try row.get("registered_at"),
                leaseUntil: isGone ? nil : try row.get("lease_until"),
                endedAt: retired,
                runs: runs.map { RunID(rawValue: $0) },
                attempts: try row.get("attempts")
            )
        }
    }

    /// Suites with the numbers of their runs, the newest first: at most `limit` with numbers below `before`.
    package func suiteStandings(before: SuiteID?, limit: Int) async throws -> [SuiteStanding] {
        try await standings { connection throws(StoreError) in
            try await connection.query(
                """
                select id, name, kind, submitted_at from suites
                where $1::bigint is null or id < $1 order by id desc limit $2
                """,
                .int(before?.rawValue),
                .int(Int64(limit))
            )
        }
    }

    /// One suite with the numbers of its runs.
    package func suiteStanding(_ suite: SuiteID) async throws -> SuiteStanding? {
        try await standings { connection throws(StoreError) in
            try await connection.query(
                "select id, name, kind, submitted_at from suites where id = $1",
                .int(suite.rawValue)
            )
        }.first
    }

    private func standings(
        _ suites: @Sendable (Connection) async throws(StoreError) -> Rows
    ) async throws -> [SuiteStanding] {
        let rows = try await read(suites)
        var summaries = try rows.map { row throws(StoreError) in
            SuiteStanding(
                id: SuiteID(rawValue: try row.get("id")),
                name: try row.get("name"),
                kind: try row.word("kind"),
                submittedAt: try row.get("submitted_at"),
                counts: [:],
                stuck: 0
            )
        }
        let numbers = summaries.map { Optional($0.id.rawValue) }
        let places = Dictionary(uniqueKeysWithValues: summaries.enumerated().map { ($1.id.rawValue, $0) })
        let counts = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select suite_id, state, count(*) as runs, max(ended_at) as ended_at,
                    count(blocked_by) filter (where state = 'blocked') as stuck
                from runs where suite_id = any($1::bigint[]) group by suite_id, state
                """,
                .ints(numbers)
            )
        }
        for row in counts {
            guard let place = places[try row.get("suite_id")] else { continue }
            summaries[place].counts[try row.word("state")] = try row.get("runs", as: Int.self)
            summaries[place].stuck += try row.get("stuck", as: Int.self)
            if let end = try row.optional("ended_at", as: Double.self) {
                summaries[place].endedAt = max(summaries[place].endedAt ?? end, end)
            }
        }
        return summaries
    }

    /// A suite's runs for its matrix, in the order system, task, settings, seed; at most `limit` after `offset`.
    package func matrix(of suite: SuiteID, offset: Int, limit: Int) async throws -> [MatrixRun] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                with cells as (
                    select r.id, r.name, r.kind, r.system, r.task, (r.spec->>'seed')::numeric as seed,
                        coalesce(r.configuration, '') as settings, r.state,
                        r.state = 'blocked' and r.blocked_by is not null as is_stuck
                    from runs r where r.suite_id = $1
                )
                select c.id, c.name, c.kind, c.system, c.task, c.seed::text as seed, c.settings, c.state, c.is_stuck,
                    results.score, (progress.latest->>'step')::bigint as step,
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
                step: try row.optional("step"),
                totalSteps: try row.optional("total_steps")
            )
        }
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

    /// Where the runs stand that are not over; at most `limit` of each list, of one suite or of all.
    package func queue(suite: SuiteID?, limit: Int) async throws -> QueueSnapshot {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                -- in_line: the queue of each pool in the order of claims
                with in_line as (
                    select run_id, row_number() over (partition by pool order by sort_key, run_id) as place,
                        sort_key
                    from ready
                )
                (select r.state, r.id, l.place from in_line l join runs r on r.id = l.run_id
                    where ($1::bigint is null or r.suite_id = $1) and r.state = 'ready'
                    order by l.sort_key, r.id limit $2)
                union all
                (select state, id, null from runs where state = 'running'
                    and ($1::bigint is null or suite_id = $1) order by started_at, id limit $2)
                union all
                (select state, id, null from runs where state = 'waiting'
                    and ($1::bigint is null or suite_id = $1) order by not_before, id limit $2)
                union all
                (select state, id, null from runs
                    where state not in ('succeeded', 'failed', 'cancelled') and state = 'blocked'
                    and ($1::bigint is null or suite_id = $1) order by suite_id, id limit $2)
                """,
                .int(suite?.rawValue),
                .int(Int64(limit))
            )
        }
        var snapshot = QueueSnapshot(running: [], ready: [], waiting: [], blocked: [], counts: [:])
        for row in rows {
            let run = RunID(rawValue: try row.get("id"))
            switch try row.word("state", as: RunState.self) {
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

    /// How many runs are not over, by state; counting ends at the snapshot's ceiling.
    package func openCounts(suite: SuiteID?) async throws -> [RunState: Int] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select state, count(*) as runs from (
                    select state from runs where state not in ('succeeded', 'failed', 'cancelled')
                        and ($1::bigint is null or suite_id = $1) limit $2
                ) open group by state
                """,
                .int(suite?.rawValue),
                .int(Int64(QueueSnapshot.ceiling))
            )
        }
        var counts: [RunState: Int] = [:]
        for row in rows { counts[try row.word("state", as: RunState.self)] = try row.get("runs") }
        return counts
    }

    /// The latest measurements of what runs now; at most `limit` runs.
    package func runningProgress(limit: Int) async throws -> [RunningProgress] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select r.id, r.suite_id, p.latest from runs r join progress p on p.run_id = r.id
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

    /// The names under which a run has measurements.
    package func metricNames(of run: RunID) async throws -> [String] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                -- One probe of the index a name, however many points a name has.
                with recursive names as (
                    (select name from metrics where run_id = $1 order by name limit 1)
                    union all
                    select (select m.name from metrics m where m.run_id = $1 and m.name > names.name
                        order by m.name limit 1)
                    from names where names.name is not null
                )
                select name from names where name is not null
                """,
                .int(run.rawValue)
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

extension RunEdge {
    fileprivate init(_ row: Row) throws(StoreError) {
        self.init(
            parent: RunID(rawValue: try row.get("parent_id")),
            child: RunID(rawValue: try row.get("child_id")),
            condition: try row.word("condition")
        )
    }
}

extension PostgresStore {
    /// The place of a queued run among those of its pool, from 1; nil for a run that is not in the queue.
    package func place(of run: RunID) async throws -> Int? {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select 1 + (
                    select count(*) from ready before where before.pool = own.pool
                        and (before.sort_key, before.run_id) < (own.sort_key, own.run_id)
                ) as place
                from ready own where own.run_id = $1
                """,
                .int(run.rawValue)
            )
        }
        return try rows.first.map { row throws(StoreError) in try row.get("place") }
    }

    /// The newest entry of the feed about a suite; `start` where there is none.
    package func lastChange(of suite: SuiteID) async throws -> ChangeID {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select transaction, id from events where suite_id = $1
                order by transaction desc, id desc limit 1
                """,
                .int(suite.rawValue)
            )
        }
        guard let row = rows.first else { return .start }
        return ChangeID(transaction: try row.get("transaction"), number: try row.get("id"))
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
