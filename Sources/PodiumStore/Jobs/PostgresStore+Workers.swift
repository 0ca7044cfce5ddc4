package import PodiumCore

/// Workers and their leases, all by the database's clock.
extension PostgresStore {
    package func registerWorker(_ worker: WorkerRegistration, leaseSeconds: Double) async throws -> WorkerID {
        let rows = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query(
                """
                insert into workers (host, process_id, pool, threads, version, lease_until, pilot, pilot_task, ends_at)
                values ($1, $2::bigint, $3, $4::bigint, $5, clock_timestamp() + $6 * interval '1 second',
                    $7, $8::bigint, $9)
                returning id
                """,
                .text(worker.host.storable),
                .int(Int64(worker.processID)),
                .text(worker.pool.storable),
                .int(Int64(worker.threads)),
                .text(worker.version.storable),
                .double(leaseSeconds),
                .text(worker.pilot?.name.storable),
                .int(worker.pilot.map { Int64($0.task) }),
                .time(worker.endsAt)
            )
        }
        return WorkerID(rawValue: try rows[0].get("id"))
    }

    package func heartbeat(_ worker: WorkerID, leaseSeconds: Double) async throws -> [Order]? {
        let rows = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query(
                """
                -- renewed: empty once the worker was declared lost or retired
                with renewed as (
                    update workers set lease_until = clock_timestamp() + $2 * interval '1 second'
                    where id = $1 and retired_at is null
                    returning id
                )
                -- One row at least while the worker lives; more columns where a run is to end.
                select runs.id, runs.attempt, runs.token, runs.want
                from renewed left join (leases join runs on runs.id = leases.run_id)
                    on leases.worker_id = renewed.id and runs.state = 'running' and runs.want <> 'run'
                """,
                .int(worker.rawValue),
                .double(leaseSeconds)
            )
        }
        guard !rows.isEmpty else { return nil }
        return try rows.compactMap { row throws(StoreError) in
            guard let run = try row.optional("id", as: Int64.self) else { return nil }
            let lease = Lease(run: RunID(rawValue: run), attempt: try row.get("attempt"), token: try row.get("token"))
            return try row.get("want", as: String.self) == "preempt" ? .preempt(lease) : .cancel(lease)
        }
    }

    package func retireWorker(_ worker: WorkerID) async throws {
        // Runs that it still holds by mistake are found by the next rescue.
        _ = try await write(inTransaction: false) { connection, _ throws(StoreError) in
            try await connection.query(
                "update workers set retired_at = clock_timestamp() where id = $1 and retired_at is null",
                .int(worker.rawValue)
            )
        }
    }
}
