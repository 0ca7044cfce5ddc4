package import PodiumCore
import Synchronization

/// The queue's order, and what is kept out of it.
///
/// A run is in `ready` exactly while its state is ready and nobody holds it.
extension PostgresStore {
    package func hold(_ runs: [RunID]) async throws -> [RunID] {
        let numbers = runs.map { Optional($0.rawValue) }
        return try await write { connection, _ throws(StoreError) in
            _ = try await Self.lockSuites(of: numbers, connection)
            // First, so that a claim under way ends before the runs are looked at.
            try await connection.query("delete from ready where run_id = any($1::bigint[])", .ints(numbers))
            return try await connection.query(
                """
                update runs set held = true
                where id = any($1::bigint[]) and not held and ended_at is null
                returning id
                """,
                .ints(numbers)
            ).runs()
        }
    }

    package func release(_ runs: [RunID]) async throws -> [RunID] {
        let numbers = runs.map { Optional($0.rawValue) }
        let released = try await write { connection, _ throws(StoreError) in
            _ = try await Self.lockSuites(of: numbers, connection)
            return try await connection.query(
                """
                with released as (
                    update runs set held = false
                    where id = any($1::bigint[]) and held and ended_at is null
                    returning id, state, pool, threads, sort_key
                ),
                queued as (
                    insert into ready (run_id, pool, threads, sort_key)
                    select id, pool, threads, sort_key from released where state = 'ready'
                )
                select id from released
                """,
                .ints(numbers)
            ).runs()
        }
        lowWater.withLock { $0 = [:] }
        return released
    }

    package func reorder(_ runs: [RunID], _ move: QueueMove) async throws -> [RunID] {
        let numbers = runs.map { Optional($0.rawValue) }
        let moved = try await write { connection, _ throws(StoreError) in
            _ = try await Self.lockSuites(of: numbers, connection)
            // First, so that a claim under way ends before the runs are looked at.
            try await connection.query(
                "select from ready where run_id = any($1::bigint[]) order by run_id for update",
                .ints(numbers)
            )
            let moved =
                switch move {
                case .priority(let priority):
                    try await connection.query(
                        Self.movePriority,
                        .ints(numbers),
                        .int(Int64(priority)),
                        .int(Self.priorityBoost)
                    )
                case .front, .back:
                    try await connection.query(Self.moveToEnd, .ints(numbers), .bool(move == .front))
                }
            try await connection.query(
                """
                update ready set sort_key = runs.sort_key
                from runs where ready.run_id = any($1::bigint[]) and runs.id = ready.run_id
                    and runs.sort_key <> ready.sort_key
                """,
                .ints(numbers)
            )
            return try moved.runs()
        }
        lowWater.withLock { $0 = [:] }
        return moved
    }

    private static let movePriority: Statement = """
        update runs set sort_key = sort_key + (priority - $2) * $3::bigint, priority = $2::bigint
        where id = any($1::bigint[]) and priority <> $2 and ended_at is null
        returning id
        """

    private static let moveToEnd: Statement = """
        -- target: the runs with their order among each other
        with target as (
            select id, sort_key, row_number() over (order by sort_key, id) as place, count(*) over () as runs
            from runs where id = any($1::bigint[]) and ended_at is null
        ),
        -- others: what waits besides them
        others as (
            select min(sort_key) as first, max(sort_key) as last from runs
            where state in ('blocked', 'ready', 'waiting') and ended_at is null
                and id not in (select id from target)
        )
        update runs set sort_key = case when $2 then others.first - target.runs + target.place - 1
            else others.last + target.place end
        from target, others where runs.id = target.id and others.first is not null
        returning runs.id
        """
}

extension Rows {
    /// The column `id` as runs, in the order of their numbers.
    func runs() throws(StoreError) -> [RunID] {
        var runs: [RunID] = []
        for row in self { runs.append(RunID(rawValue: try row.get("id"))) }
        return runs.sorted()
    }
}
