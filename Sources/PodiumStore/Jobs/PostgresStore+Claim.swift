package import PodiumCore
import Synchronization

/// A part of the queue that claims look at the head of.
struct QueueHead: Hashable, Sendable {
    var pool: String
    var threads: Int
}

/// The sort key where a queue's head was last seen, believed for a second.
///
/// While some transaction holds an old snapshot, deleted rows stay in the
/// index, and a claim from the very start would wade through all of them.
struct LowWaterMark: Sendable {
    var sortKey: Int64
    var until: ContinuousClock.Instant
}

extension PostgresStore {
    package func claim(for worker: WorkerID, pool: String, threads: Int, limit: Int) async throws -> [Claim] {
        guard limit > 0, threads > 0 else { return [] }
        let request = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        let head = QueueHead(pool: pool, threads: threads)
        let mark = lowWater.withLock { marks in marks[head].flatMap { $0.until > .now ? $0.sortKey : nil } }
        let claims = try await claim(worker, head, limit, from: mark ?? .min, request: request)
        // Something more urgent may have come in below the mark.
        guard claims.isEmpty, mark != nil else { return claims }
        lowWater.withLock { $0[head] = nil }
        return try await claim(worker, head, limit, from: .min, request: request)
    }

    private func claim(
        _ worker: WorkerID,
        _ head: QueueHead,
        _ limit: Int,
        from sortKey: Int64,
        request: String
    ) async throws(StoreError) -> [Claim] {
        let claimed = try await write(inTransaction: false, notifyIf: { !$0.isEmpty }) {
            connection,
            isRepeat throws(StoreError) in
            // A claim whose reply got lost went through: take what it took.
            if isRepeat {
                let known = try await connection.query(Self.findClaimed, .int(worker.rawValue), .text(request))
                if !known.isEmpty { return known }
            }
            return try await connection.query(
                Self.claimReady,
                .int(worker.rawValue),
                .text(head.pool),
                .int(Int64(head.threads)),
                .int(Int64(limit)),
                .int(sortKey),
                .text(request)
            )
        }
        guard let first = try claimed.first?.get("sort_key", as: Int64.self) else { return [] }
        lowWater.withLock { marks in
            if (marks[head]?.until ?? .now) <= .now {
                marks[head] = LowWaterMark(sortKey: first, until: .now + .seconds(1))
            }
        }
        return try await claims(claimed)
    }

    /// Adds the parents' results, which do not change any more.
    private func claims(_ claimed: Rows) async throws(StoreError) -> [Claim] {
        var claims = try claimed.map { row throws(StoreError) in try Claim(row) }
        let children = claims.map { Optional($0.lease.run.rawValue) }
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select d.child_id, parent.name, results.result
                from dependencies d
                join runs parent on parent.id = d.parent_id
                join results on results.run_id = parent.id
                where d.child_id = any($1::bigint[])
                """,
                .ints(children)
            )
        }
        for row in rows {
            let child: Int64 = try row.get("child_id")
            guard let index = claims.firstIndex(where: { $0.lease.run.rawValue == child }) else { continue }
            claims[index].parents[try row.get("name")] = try row.json("result")
        }
        return claims
    }

    private static let claimReady: Statement = """
        -- worker: only one whose lease holds may claim
        with worker as (
            select id from workers where id = $1 and retired_at is null and lease_until > clock_timestamp()
        ),
        -- candidates: the head of each class of threads that fits; one index probe a class, and some
        -- more than needed, because others may be claiming the first ones right now
        candidates as (
            select head.run_id, head.sort_key
            from worker cross join generate_series(1, $3::bigint) as class (threads)
            cross join lateral (
                select run_id, sort_key from ready
                where ready.pool = $2 and ready.threads = class.threads and ready.sort_key >= $5
                order by sort_key, run_id
                limit $4 + 16
            ) as head
        ),
        -- chosen: locked in the queue's order until there are enough; what another claim holds is passed over
        chosen as (
            select ready.run_id
            from candidates join ready on ready.run_id = candidates.run_id
            order by candidates.sort_key, candidates.run_id
            limit $4
            for update of ready skip locked
        ),
        taken as (
            delete from ready using chosen where ready.run_id = chosen.run_id
            returning ready.run_id
        ),
        -- running: the fencing token is drawn here
        running as (
            update runs set state = 'running', attempt = attempt + 1, token = nextval('lease_tokens'),
                worker_id = $1, started_at = coalesce(started_at, clock_timestamp()), reason = null
            from taken where runs.id = taken.run_id and runs.state = 'ready'
            returning runs.id, runs.suite_id, runs.spec, runs.attempt, runs.token, runs.sort_key
        ),
        -- claimed: with the newest checkpoint of an earlier attempt
        claimed as (
            select running.*, c.step, c.path, c.sha256, c.bytes
            from running left join lateral (
                select step, path, sha256, bytes from checkpoints
                where checkpoints.run_id = running.id
                order by checkpoints.step desc, checkpoints.id desc limit 1
            ) as c on true
        ),
        noted as (
            insert into attempts (run_id, attempt, token, worker_id, request, resumed_from_step)
            select id, attempt, token, $1, $6, step from claimed
        )
        select * from claimed order by sort_key, id
        """

    private static let findClaimed: Statement = """
        select runs.id, runs.suite_id, runs.spec, runs.attempt, runs.token, runs.sort_key,
            c.step, c.path, c.sha256, c.bytes
        from runs
        join attempts on attempts.run_id = runs.id and attempts.attempt = runs.attempt
        left join lateral (
            select step, path, sha256, bytes from checkpoints
            where checkpoints.run_id = runs.id
            order by checkpoints.step desc, checkpoints.id desc limit 1
        ) as c on true
        where runs.worker_id = $1 and runs.state = 'running' and attempts.request = $2
        order by runs.sort_key, runs.id
        """
}

extension Claim {
    fileprivate init(_ row: Row) throws(StoreError) {
        var checkpoint: CheckpointFile?
        if let step = try row.optional("step", as: Int.self) {
            checkpoint = CheckpointFile(
                step: step,
                path: try row.get("path"),
                sha256: try row.get("sha256"),
                bytes: try row.get("bytes")
            )
        }
        self.init(
            lease: Lease(
                run: RunID(rawValue: try row.get("id")),
                attempt: try row.get("attempt"),
                token: try row.get("token")
            ),
            suite: SuiteID(rawValue: try row.get("suite_id")),
            spec: try row.json("spec"),
            checkpoint: checkpoint
        )
    }
}
