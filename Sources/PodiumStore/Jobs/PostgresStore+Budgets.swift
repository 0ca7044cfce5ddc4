package import PodiumCore
import Synchronization

/// What projects may use.
///
/// A run of a project whose budget is used up keeps its state and place and is left out of `ready`, as a held one is; a trigger on
/// `ready` sees to it whoever queues the run, so claims know nothing of budgets.
extension PostgresStore {
    package func setBudget(_ project: String, hours: Double, from: Double?) async throws {
        try await change(Self.storeBudget, of: project, [.double(hours), .double(from)])
    }

    package func removeBudget(_ project: String) async throws -> Bool {
        try await change(Self.deleteBudget, of: project, []) > 0
    }

    /// Changes a budget, and lets runs into the queue or leaves them out as it now says.
    @discardableResult
    private func change(
        _ statement: Statement,
        of project: String,
        _ parameters: [Parameter]
    ) async throws(StoreError) -> Int {
        let changed = try await performTransaction { session, _ throws(StoreError) in
            // As whoever puts runs into the queue; suites of it that come later see the new budget.
            try session.query(Self.lockProject, .text(project))
            let changed = try session.query(statement, [.text(project)] + parameters)
            try session.query(Self.leaveOut)
            try session.query(Self.letIn, .text(project))
            return changed.count
        }
        lowWater.withLock { $0 = [:] }
        return changed
    }

    package func budgets() async throws -> [Budget] {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select b.project, b.hours, extract(epoch from b.counted_from)::double precision as counted_from,
                    (b.deleted_seconds + seconds_used(b.project, b.counted_from)) / 3600 as used, b.spent_at is not null as is_spent,
                    open.running, open.ready
                from budgets b cross join lateral (
                    select count(*) filter (where r.state = 'running') as running,
                        count(*) filter (where r.state = 'ready' and not r.held) as ready
                    from suites s join runs r on r.suite_id = s.id
                    where s.account = b.project and s.project = b.project
                        and r.ended_at is null
                ) as open
                order by b.project
                """
            )
        }
        return try rows.map { row throws(StoreError) in
            Budget(
                project: try row.get("project"),
                hours: try row.get("hours"),
                from: try row.get("counted_from"),
                usedHours: try row.get("used"),
                isSpent: try row.get("is_spent"),
                running: try row.get("running"),
                ready: try row.get("ready")
            )
        }
    }

    package func enforceBudgets() async throws -> [RunID] {
        let due = try await read { connection throws(StoreError) in
            try await connection.query(
                "select from budgets where spent_at is not null or check_at <= clock_timestamp() limit 1"
            )
        }
        guard !due.isEmpty else { return [] }
        return try await performTransaction { session, _ throws(StoreError) in
            try session.query(Self.count)
            // Also what a submission queued while another transaction found the budget used up.
            try session.query(Self.leaveOut)
            return try session.query(Self.stop).runs()
        }
    }

    private static let lockProject: Statement = """
        select id from suites where account = $1 and project = $1 order by id for no key update
        """

    private static let storeBudget: Statement = """
        insert into budgets as own (project, hours, counted_from, spent_at)
        select $1, $2, new.counted_from,
            case when seconds_used($1, new.counted_from) >= $2 * 3600 then clock_timestamp() end
        from (select coalesce(to_timestamp($3::double precision), clock_timestamp()) as counted_from) as new
        on conflict (project) do update set hours = excluded.hours, check_at = clock_timestamp(),
            counted_from = case when $3::double precision is null then own.counted_from else excluded.counted_from end,
            deleted_seconds = case when $3::double precision is null then own.deleted_seconds else 0 end,
            spent_at = case
                when $3::double precision is not null then excluded.spent_at
                when own.deleted_seconds + seconds_used(own.project, own.counted_from) >= excluded.hours * 3600
                then coalesce(own.spent_at, clock_timestamp())
            end
        returning project
        """

    private static let deleteBudget: Statement = "delete from budgets where project = $1 returning project"

    private static let letIn: Statement = """
        insert into ready (run_id, pool, threads, sort_key)
        select r.id, r.pool, r.threads, r.sort_key from suites s join runs r on r.suite_id = s.id
        where s.account = $1 and s.project = $1 and r.state = 'ready' and not r.held
            and r.ended_at is null
            and not exists (select from ready where ready.run_id = r.id)
        """

    /// What was used of the budgets whose time to count has come.
    private static let count: Statement = """
        with units as (
            select coalesce(sum(threads), 0)::double precision as units from workers
            where retired_at is null and lease_until > clock_timestamp()
        ),
        used as (
            select b.project, b.deleted_seconds + seconds_used(b.project, b.counted_from) as seconds
            from budgets b where b.spent_at is null and b.check_at <= clock_timestamp()
        )
        update budgets set
            spent_at = case when used.seconds >= hours * 3600 then clock_timestamp() end,
            -- Half of the time in which all workers together could use up the rest, and one that joins is noticed.
            check_at = clock_timestamp() + interval '1 second' * least(60, greatest(
                1, (hours * 3600 - used.seconds) / greatest(1, units.units) / 2
            ))
        from used, units where budgets.project = used.project
        """

    private static let leaveOut: Statement = """
        delete from ready using runs r, suites s, budgets b
        where b.spent_at is not null and s.account = b.project and s.project = b.project and r.suite_id = s.id
            and r.state = 'ready' and r.ended_at is null and ready.run_id = r.id
        """

    /// Running work saves and goes back to its place.
    private static let stop: Statement = """
        update runs set want = 'preempt'
        from leases, suites s, budgets b
        where runs.id = leases.run_id and s.id = runs.suite_id and b.project = s.project and b.spent_at is not null
            and runs.state = 'running' and runs.want = 'run'
        returning runs.id
        """
}
