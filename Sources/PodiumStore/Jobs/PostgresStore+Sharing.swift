package import PodiumCore

/// Who gets the machines next: fair shares, preemption, workers that take no more.
extension PostgresStore {
    // MARK: Fair shares

    /// What decides where a new suite's runs go; read in the transaction that stores them.
    static func fairShare(
        _ account: String,
        priority: Int,
        pool: String,
        _ session: Session
    ) throws(StoreError) -> FairShare {
        let rows = try session.query(
            selectShare,
            .text(account),
            .int(Int64(priority)),
            .text(pool),
            .int(priorityBoost)
        )
        var share = FairShare(now: try rows[0].get("now"))
        share.head = try rows[0].optional("head")
        share.ownFinish = try rows[0].optional("own_finish")
        let threads = max(1, try rows[0].get("threads", as: Double.self))
        if let seconds = try rows[0].optional("run_seconds", as: Double.self) { share.runSeconds = seconds / threads }
        guard try rows[0].get("is_shared") else { return share }
        let used = try session.query(selectUse, .double(FairShare.halfLife))
        for row in used {
            let seconds = try row.get("seconds", as: Double.self) / threads
            if try row.get("account", as: String.self) == account {
                share.used = seconds
            } else {
                share.leastUsed = min(share.leastUsed ?? .infinity, seconds)
            }
        }
        return share
    }

    private static let selectShare: Statement = """
        -- head: the first in the queue of each number of threads; its place without its priority
        with head as (
            select own.sort_key, own.run_id
            from (select coalesce(max(threads), 0) as most from workers where retired_at is null) as w
            cross join lateral generate_series(1, w.most) as class (threads)
            cross join lateral (
                select sort_key, run_id from ready
                where ready.pool = $3 and ready.threads = class.threads order by sort_key, run_id limit 1
            ) as own
            order by own.sort_key limit 1
        ),
        open as (
            select s.account, s.priority, s.finish_key from open_suites() as open (id) join suites s on s.id = open.id
        )
        select extract(epoch from clock_timestamp())::double precision as now,
            (select (head.sort_key + r.priority * $4::bigint) / 1e6::double precision
                from head join runs r on r.id = head.run_id) as head,
            (select max(finish_key) / 1e6::double precision from open where account = $1 and priority >= $2) as own_finish,
            exists (select from open where account <> $1) as is_shared,
            (select coalesce(sum(threads), 0)::double precision from workers
                where retired_at is null and lease_until > clock_timestamp() and pool = $3) as threads,
            -- Seconds of one thread, over the attempts of late.
            (select avg(seconds)::double precision from (
                select extract(epoch from a.ended_at - a.started_at) * r.threads as seconds
                from (select * from attempts order by token desc limit 200) a join runs r on r.id = a.run_id
                where a.outcome = 'succeeded' and r.kind <> 'report'
            ) as late) as run_seconds
        """

    /// Seconds of one thread by account, of those with runs that are not over; old use has decayed.
    private static let selectUse: Statement = """
        with open as (
            select distinct s.account from open_suites() as open (id) join suites s on s.id = open.id
        ),
        used as (
            select s.account, sum(
                extract(epoch from coalesce(a.ended_at, clock_timestamp()) - a.started_at) * r.threads
                * power(0.5, extract(epoch from clock_timestamp() - coalesce(a.ended_at, clock_timestamp())) / $1)
            ) as seconds
            from (select * from attempts order by token desc limit 20000) a
            join runs r on r.id = a.run_id join suites s on s.id = r.suite_id
            group by s.account
        )
        select coalesce(open.account, used.account) as account, coalesce(used.seconds, 0)::double precision as seconds
        from open full join used on used.account = open.account
        """

    // MARK: Preemption

    package func preemptForWaiting() async throws -> [RunID] {
        let victims = try await read { connection throws(StoreError) in try await Self.plan(connection) }
        guard !victims.isEmpty else { return [] }
        return try await write(inTransaction: false, notifyIf: { !$0.isEmpty }) { connection, _ throws(StoreError) in
            try await connection.query(
                """
                update runs set want = 'preempt'
                where id = any($1::bigint[]) and state = 'running' and want = 'run'
                returning id
                """,
                .ints(victims.map(\.rawValue))
            ).runs()
        }
    }

    private static func plan(_ connection: Connection) async throws(StoreError) -> [RunID] {
        let running = try await connection.query(
            """
            select r.id, r.worker_id, r.pool, r.threads::bigint as threads, r.priority::bigint as priority,
                r.sort_key::double precision as sort_key, r.want <> 'run' as is_ending,
                (r.spec #>> '{resources,isPreemptible}')::boolean is true as is_preemptible,
                extract(epoch from clock_timestamp() - a.started_at)::double precision as ran
            from leases join runs r on r.id = leases.run_id
            join attempts a on a.run_id = r.id and a.attempt = r.attempt
            where r.state = 'running'
            """
        )
        // Nearly always: then nobody looks at the queue.
        var isAnyPreemptible = false
        for row in running where try row.get("is_preemptible") { isAnyPreemptible = true }
        guard isAnyPreemptible else { return [] }
        return PreemptionPlan(
            waiting: try await heads(connection, ofEach: 1),
            running: try running.map { row throws(StoreError) in
                PreemptionPlan.Running(
                    run: RunID(rawValue: try row.get("id")),
                    worker: WorkerID(rawValue: try row.get("worker_id")),
                    threads: try row.get("threads"),
                    priority: try row.get("priority"),
                    sortKey: try row.get("sort_key"),
                    ranSeconds: try row.get("ran"),
                    isPreemptible: try row.get("is_preemptible"),
                    isEnding: try row.get("is_ending")
                )
            },
            hosts: try await hosts(connection)
        ).victims
    }

    /// The first so many in the queue of each pool and number of threads.
    private static func heads(
        _ connection: Connection,
        ofEach count: Int
    ) async throws(StoreError) -> [PreemptionPlan.Waiting] {
        let rows = try await connection.query(
            """
            select head.run_id as id, head.pool, head.threads::bigint as threads, r.priority::bigint as priority,
                head.sort_key::double precision as sort_key,
                extract(epoch from clock_timestamp() - head.since)::double precision as waited
            from (select pool, max(threads) as most from workers where retired_at is null group by pool) as w
            cross join lateral generate_series(1, w.most) as class (threads)
            cross join lateral (
                select * from ready where ready.pool = w.pool and ready.threads = class.threads
                order by sort_key, run_id limit $1
            ) as head
            join runs r on r.id = head.run_id
            """,
            .int(Int64(count))
        )
        return try rows.map { row throws(StoreError) in
            PreemptionPlan.Waiting(
                run: RunID(rawValue: try row.get("id")),
                pool: try row.get("pool"),
                threads: try row.get("threads"),
                priority: try row.get("priority"),
                sortKey: try row.get("sort_key"),
                waitedSeconds: try row.get("waited")
            )
        }
    }

    /// Workers that may claim.
    private static func hosts(_ connection: Connection) async throws(StoreError) -> [PreemptionPlan.Host] {
        let rows = try await connection.query(
            """
            select id, pool, threads::bigint as threads from workers
            where retired_at is null and lease_until > clock_timestamp()
                and (drain_at is null or drain_at > clock_timestamp())
            """
        )
        return try rows.map { row throws(StoreError) in
            PreemptionPlan.Host(
                worker: WorkerID(rawValue: try row.get("id")),
                pool: try row.get("pool"),
                threads: try row.get("threads")
            )
        }
    }

    // MARK: Threads that are kept

    package func reserveThreads(forRunsWaiting seconds: Double) async throws -> [Reservation] {
        let (stored, wanted) = try await read { connection throws(StoreError) in
            let busy = try await connection.query(Self.selectBusy).map { row throws(StoreError) in
                (worker: WorkerID(rawValue: try row.get("worker_id")), threads: try row.get("threads", as: Int.self))
            }
            return (
                try await connection.query("select pool, worker_id, run_id from reservations").reservations(),
                ReservationPlan(
                    waiting: try await Self.heads(connection, ofEach: ReservationPlan.runsOfAWidth),
                    busy: busy,
                    hosts: try await Self.hosts(connection),
                    patience: seconds
                ).reservations
            )
        }
        guard Set(stored) != Set(wanted) else { return [] }
        return try await write(notifyIf: { _ in true }) { connection, _ throws(StoreError) in
            let workers = wanted.map { Optional($0.worker.rawValue) }
            let runs = wanted.map { Optional($0.run.rawValue) }
            _ = try await connection.query(Self.dropReservations, .ints(workers), .ints(runs))
            return try await connection.query(
                Self.storeReservations,
                .texts(wanted.map { Optional($0.pool) }),
                .ints(workers),
                .ints(runs)
            ).reservations()
        }
    }

    private static let selectBusy: Statement = """
        select leases.worker_id, runs.threads::bigint as threads
        from leases join runs on runs.id = leases.run_id where runs.state = 'running'
        """

    /// A statement of its own: a run may go from one worker to another.
    private static let dropReservations: Statement = """
        delete from reservations where (worker_id, run_id) not in (
            select worker_id, run_id from unnest($1::bigint[], $2::bigint[]) as wanted (worker_id, run_id)
        )
        """

    private static let storeReservations: Statement = """
        insert into reservations (pool, worker_id, run_id)
        select pool, worker_id, run_id
        from unnest($1::text[], $2::bigint[], $3::bigint[]) as wanted (pool, worker_id, run_id)
        -- Deleted in the meantime, by whoever cleans up.
        where exists (select from runs where runs.id = wanted.run_id)
            and exists (select from workers where workers.id = wanted.worker_id)
        on conflict do nothing
        returning pool, worker_id, run_id
        """

    // MARK: Draining

    package func drain(
        _ workers: [WorkerID],
        afterSeconds seconds: Double?,
        preempting: Bool
    ) async throws -> [WorkerID] {
        try await write { connection, _ throws(StoreError) in
            let rows = try await connection.query(
                """
                update workers set drain_at = clock_timestamp() + $2::double precision * interval '1 second'
                where id = any($1::bigint[]) and retired_at is null
                returning id
                """,
                .ints(workers.map(\.rawValue)),
                .double(seconds)
            )
            if preempting {
                try await connection.query(
                    """
                    update runs set want = 'preempt'
                    where id in (select run_id from leases where worker_id = any($1::bigint[]))
                        and state = 'running' and want = 'run'
                    """,
                    .ints(workers.map(\.rawValue))
                )
            }
            return try rows.map { row throws(StoreError) in WorkerID(rawValue: try row.get("id")) }
                .sorted { $0.rawValue < $1.rawValue }
        }
    }
}

extension Rows {
    fileprivate func reservations() throws(StoreError) -> [Reservation] {
        try map { row throws(StoreError) in
            Reservation(
                pool: try row.get("pool"),
                worker: WorkerID(rawValue: try row.get("worker_id")),
                run: RunID(rawValue: try row.get("run_id"))
            )
        }
    }
}
