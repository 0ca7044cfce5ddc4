package import PodiumCore

/// What the leading scheduler does; all of it is safe from any process at any time.
extension PostgresStore {
    /// How much later than its lease's end a worker is declared lost.
    ///
    /// It has stopped trusting the lease before the end, by its own clock.
    static let rescueGraceSeconds = 2.0

    package func lead(as holder: String, seconds: Double) async throws -> Int64? {
        let rows = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query(
                """
                insert into leaders as current (name, holder, term, expires_at)
                values ('scheduler', $1, 1, clock_timestamp() + $2 * interval '1 second')
                on conflict (name) do update
                    set holder = excluded.holder, expires_at = excluded.expires_at,
                        -- A term is one holder's unbroken time.
                        term = current.term
                            + case when current.holder = $1 and current.expires_at > clock_timestamp() then 0 else 1 end
                    where current.holder = $1 or current.expires_at <= clock_timestamp()
                returning term
                """,
                .text(holder),
                .double(seconds)
            )
        }
        return try rows.first?.get("term", as: Int64.self)
    }

    package func rescueLostRuns() async throws -> [RunID] {
        let lost = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query(
                """
                update workers set retired_at = clock_timestamp(), lost = true
                where retired_at is null and lease_until < clock_timestamp() - $1 * interval '1 second'
                """,
                .double(Self.rescueGraceSeconds)
            )
            // Also the runs of a worker that was declared lost while its claim was on the way.
            return try await connection.query(
                """
                select runs.id, runs.attempt, runs.token, workers.id as worker_id, workers.host
                from leases join workers on workers.id = leases.worker_id join runs on runs.id = leases.run_id
                where runs.state = 'running' and workers.retired_at is not null
                order by runs.id
                """
            )
        }
        var rescued: [RunID] = []
        for row in lost where try await rescue(row) { rescued.append(RunID(rawValue: try row.get("id"))) }
        return rescued
    }

    /// Takes one run from a lost worker: back to the queue uncharged, or to its end where the user wants that.
    private func rescue(_ row: Row) async throws(StoreError) -> Bool {
        let lease = Lease(
            run: RunID(rawValue: try row.get("id")),
            attempt: try row.get("attempt"),
            token: try row.get("token")
        )
        let worker: Int64 = try row.get("worker_id")
        let message = "worker \(worker) on \(try row.get("host", as: String.self)) was lost"
        return try await write(notifyIf: { $0 }) { connection, _ throws(StoreError) in
            let suites = try await Self.lockSuites(of: [lease.run.rawValue], connection)
            let end = AttemptEnd(state: .ready, outcome: "lost", message: message)
            guard try await Self.store(end, of: lease, connection) else { return false }
            for suite in suites { try await connection.query(Self.resolveDependencies, .int(suite)) }
            return true
        }
    }

    package func promoteWaitingRuns() async throws -> Int {
        let due = try await read { connection throws(StoreError) in
            try await connection.query(
                "select id from runs where state = 'waiting' and not_before <= clock_timestamp() order by id"
            )
        }
        guard !due.isEmpty else { return 0 }
        let numbers = try due.map { row throws(StoreError) -> Int64? in try row.get("id") }
        return try await write(notifyIf: { $0 > 0 }) { connection, _ throws(StoreError) in
            _ = try await Self.lockSuites(of: numbers, connection)
            return try await connection.query(
                """
                with promoted as (
                    update runs set state = 'ready', not_before = null
                    where id = any($1::bigint[]) and state = 'waiting' and not_before <= clock_timestamp()
                    returning id, pool, threads, sort_key, held
                ),
                queued as (
                    insert into ready (run_id, pool, threads, sort_key)
                    select id, pool, threads, sort_key from promoted where not held
                )
                select id from promoted
                """,
                .ints(numbers)
            ).count
        }
    }
}
