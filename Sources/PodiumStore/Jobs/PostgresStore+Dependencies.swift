extension PostgresStore {
    /// Takes the locks of suites, in their order.
    ///
    /// It is what serialises every decision about who may start next: with it,
    /// two parents that end at the same instant release their child once.
    static let lockSuites: Statement = """
        select id from suites where id = any($1::bigint[]) order by id for no key update
        """

    /// Works out anew, for the blocked runs of suite $1, who may start and who is held up by a failure.
    ///
    /// It looks at states alone, so it may run at any time and any number of
    /// times. The caller holds the suite's lock. Returns the runs it queued.
    static let resolveDependencies: Statement = """
        with recursive
        -- unreachable: blocked runs behind a failure, with the failure, at any depth
        unreachable (id, cause) as (
            select child.id, parent.id
            from runs child
            join dependencies d on d.child_id = child.id
            join runs parent on parent.id = d.parent_id
            where child.suite_id = $1 and child.state = 'blocked'
                and d.condition = 'afterSuccess' and parent.state in ('failed', 'cancelled')
            union
            select child.id, unreachable.cause
            from unreachable
            join dependencies d on d.parent_id = unreachable.id and d.condition = 'afterSuccess'
            join runs child on child.id = d.child_id and child.state = 'blocked'
        ),
        blocked as (
            select id, min(cause) as cause from unreachable group by id
        ),
        -- free: blocked runs without a parent that is still to come; an unreachable parent counts as over
        free as (
            select child.id from runs child
            where child.suite_id = $1 and child.state = 'blocked' and not exists (
                select from dependencies d join runs parent on parent.id = d.parent_id
                where d.child_id = child.id
                    and parent.state <> 'succeeded'
                    and not (
                        d.condition = 'afterAny'
                        and (parent.state in ('failed', 'cancelled') or parent.id in (select id from blocked))
                    )
            )
            -- A plan of seeds may still add runs that the report is of.
            and not (
                child.kind = 'report'
                and exists (select from seed_plans p where p.suite_id = $1 and p.ended_at is null)
            )
        ),
        -- marked: who is held up, and by whom; cleared where the failure was retried
        marked as (
            update runs set blocked_by = blocked.cause
            from runs self left join blocked on blocked.id = self.id
            where runs.id = self.id and self.suite_id = $1 and self.state = 'blocked'
                and self.id not in (select id from free)
                and self.blocked_by is distinct from blocked.cause
        ),
        released as (
            update runs set state = 'ready', blocked_by = null
            from free where runs.id = free.id and runs.state = 'blocked'
            returning runs.id, runs.pool, runs.threads, runs.sort_key, runs.held
        )
        insert into ready (run_id, pool, threads, sort_key)
        select id, pool, threads, sort_key from released where not held
        returning run_id
        """
}
