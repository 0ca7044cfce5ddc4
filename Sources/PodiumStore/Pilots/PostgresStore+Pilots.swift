package import PodiumCore

/// Submissions of pilots, and the right to keep a pool of them.
extension PostgresStore: PilotStore {
    package func holdPool(_ pool: String, as holder: String, seconds: Double) async throws -> PoolHold {
        let rows = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query(
                """
                with held as (
                    insert into pilot_pools as pool (name, holder, held_until)
                    values ($1, $2, clock_timestamp() + $3 * interval '1 second')
                    on conflict (name) do update set holder = excluded.holder, held_until = excluded.held_until
                        where pool.is_wanted and (
                            pool.holder is null or pool.holder = excluded.holder or pool.held_until <= clock_timestamp()
                        )
                    returning true as is_held, holder, is_wanted
                )
                select * from held
                union all
                select false, holder, is_wanted from pilot_pools where name = $1 and not exists (select from held)
                """,
                .text(pool.storable),
                .text(holder.storable),
                .double(seconds)
            )
        }
        guard let row = rows.first else { return .held }
        if try row.get("is_held", as: Bool.self) { return .held }
        guard try row.get("is_wanted", as: Bool.self) else { return .closed }
        return .taken(by: try row.optional("holder") ?? "somebody")
    }

    package func openPool(_ pool: String) async throws {
        _ = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query(
                """
                insert into pilot_pools (name) values ($1)
                on conflict (name) do update set is_wanted = true where not pilot_pools.is_wanted
                """,
                .text(pool.storable)
            )
        }
    }

    package func closePool(_ pool: String) async throws {
        _ = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query(
                """
                insert into pilot_pools (name, is_wanted) values ($1, false)
                on conflict (name) do update set is_wanted = false
                """,
                .text(pool.storable)
            )
        }
    }

    package func pilotSnapshot(pool: String?, queue: String, threads: Int) async throws -> PilotSnapshot {
        let (submissions, counted) = try await read { connection throws(StoreError) in
            (
                try await connection.query(Self.selectPilots, .text(pool?.storable)),
                try await connection.query(
                    Self.selectPilotFacts,
                    .text(pool?.storable),
                    .text(queue.storable),
                    .int(Int64(threads))
                )
            )
        }
        let facts = counted[0]
        return PilotSnapshot(
            now: try facts.get("now"),
            submissions: try submissions.map { row throws(StoreError) in try PilotSubmission(row) },
            waitingThreads: try facts.get("waiting"),
            waitingRuns: try facts.get("waiting_runs"),
            fruitless: try facts.get("fruitless"),
            fruitlessSince: try facts.optional("fruitless_since")
        )
    }

    package func addPilots(
        pool: String,
        name: String,
        queue: String,
        threads: Int,
        tasks: Int
    ) async throws -> Int64 {
        let rows = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query(
                """
                -- A repeat after a lost reply finds its own row.
                insert into pilots (pool, name, queue, threads, tasks) values ($1, $2, $3, $4::bigint, $5::bigint)
                on conflict (name) do update set tasks = excluded.tasks
                returning id
                """,
                .text(pool.storable),
                .text(name.storable),
                .text(queue.storable),
                .int(Int64(threads)),
                .int(Int64(tasks))
            )
        }
        return try rows[0].get("id")
    }

    package func note(_ note: PilotNote, of submission: Int64) async throws {
        _ = try await write(inTransaction: false, notifyIf: { _ in true }) { connection, isRepeat throws(StoreError) in
            switch note {
            case .trying:
                try await connection.query(
                    """
                    update pilots set tried_at = clock_timestamp(),
                        tries = tries + case when $2 and tried_at > clock_timestamp() - interval '1 minute' then 0 else 1 end
                    where id = $1
                    """,
                    .int(submission),
                    .bool(isRepeat)
                )
            case .accepted(let job):
                try await connection.query(
                    "update pilots set job = $2, reason = null where id = $1 and job is null",
                    .int(submission),
                    .text(job.storable)
                )
            case .refused(let why):
                try await connection.query(
                    "update pilots set reason = $2 where id = $1 and job is null",
                    .int(submission),
                    .text(why.storable)
                )
            case .seen(let tasks):
                try await connection.query(
                    "update pilots set seen_at = clock_timestamp(), states = $2 where id = $1",
                    .int(submission),
                    .json(try StoredJSON.encode(tasks))
                )
            case .ended(let reason):
                try await connection.query(
                    "update pilots set ended_at = clock_timestamp(), reason = $2 where id = $1 and ended_at is null",
                    .int(submission),
                    .text(reason.storable)
                )
            }
        }
    }

    private static let selectPilots: Statement = """
        select p.id, p.pool, p.name, p.queue, p.threads::bigint, p.tasks::bigint, p.intended_at, p.tried_at,
            p.tries::bigint, p.job, p.seen_at, p.states, p.reason, p.ended_at,
            coalesce((
                select jsonb_agg(jsonb_build_object(
                    'worker', w.id, 'task', coalesce(w.pilot_task, 1),
                    -- A little longer than its lease, as the rescue waits.
                    'isAlive', w.retired_at is null and w.lease_until > clock_timestamp() - interval '10 seconds',
                    'runs', (select count(*) from leases where leases.worker_id = w.id)
                ) order by w.id)
                from workers w where w.pilot = p.name
            ), '[]') as workers
        from pilots p
        where p.ended_at is null and ($1::text is null or p.pool = $1)
        order by p.id
        """

    private static let selectPilotFacts: Statement = """
        -- ended: the newest submissions of the pool, and whether any worker came of them
        with ended as (
            select ended_at, id, exists (select from workers w where w.pilot = pilots.name) as had_workers
            from pilots where ended_at is not null and pool = $1 order by ended_at desc, id desc limit 10
        ),
        fruitless as (
            select * from ended
            where not had_workers
                and (ended_at, id) > coalesce(
                    (select (ended_at, id) from ended where had_workers order by ended_at desc, id desc limit 1),
                    ('-infinity'::timestamptz, 0::bigint)
                )
        )
        select clock_timestamp() as now, waits.threads as waiting, waits.runs as waiting_runs,
            (select count(*) from fruitless) as fruitless,
            (select max(ended_at) from fruitless) as fruitless_since
        from (
            select coalesce(sum(ready.threads), 0)::bigint as threads, count(*) as runs from ready
            where ready.pool = $2 and ready.threads <= $3
        ) as waits
        """
}

extension PilotSubmission {
    fileprivate init(_ row: Row) throws(StoreError) {
        self.init(
            id: try row.get("id"),
            pool: try row.get("pool"),
            name: try row.get("name"),
            queue: try row.get("queue"),
            threads: try row.get("threads"),
            tasks: try row.get("tasks"),
            intendedAt: try row.get("intended_at"),
            triedAt: try row.optional("tried_at"),
            tries: try row.get("tries"),
            job: try row.optional("job"),
            seenAt: try row.optional("seen_at"),
            states: try row.json("states"),
            reason: try row.optional("reason"),
            endedAt: try row.optional("ended_at"),
            workers: try row.json("workers")
        )
    }
}
