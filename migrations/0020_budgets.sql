-- What projects may use of the machines.
create table budgets (
    project text primary key,
    hours double precision not null,
    -- What was used before does not count.
    counted_from timestamptz not null,
    -- Of runs that were deleted since.
    deleted_seconds double precision not null default 0,
    -- When it was found to be used up: from then on runs of the project stand in no queue.
    spent_at timestamptz,
    -- Nothing can use it up before.
    check_at timestamptz not null default clock_timestamp(),
    constraint budgets_are_of_a_project check (project <> ''),
    constraint budgets_are_not_negative check (hours >= 0)
);

-- Seconds of one thread (on accelerators: of one device) that runs took after a moment; of all of a project's runs, or of some.
create function seconds_used(of_project text, after timestamptz, among bigint[] default null) returns double precision
language sql stable as $$
    select coalesce(sum(
        extract(epoch from coalesce(a.ended_at, clock_timestamp()) - greatest(a.started_at, after))
        * case when split_part(r.pool, '/', 1) in ('cpu', 'xla-cpu') then r.threads
            else (r.spec #>> '{resources,replicas}')::integer end
    ), 0)::double precision
    from suites s join runs r on r.suite_id = s.id join attempts a on a.run_id = r.id
    where s.account = of_project and s.project = of_project and (among is null or r.id = any(among))
        and coalesce(a.ended_at, clock_timestamp()) > after
$$;

-- Whatever puts runs into the queue, those of a project whose budget is used up do not stay there.
create function leave_spent_projects_out() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select from budgets where spent_at is not null) then
        delete from ready using added, runs r, suites s, budgets b
        where ready.run_id = added.run_id and r.id = added.run_id and s.id = r.suite_id
            and b.project = s.project and b.spent_at is not null;
    end if;
    return null;
end
$$;
create trigger ready_leaves_spent_projects_out after insert on ready
    referencing new table as added for each statement execute function leave_spent_projects_out();

-- The queue as people see it: with the runs that a budget keeps out, at the places that they will come back to.
create view queue_places as
    select run_id, pool, sort_key from ready
    union all
    select r.id, r.pool, r.sort_key
    from budgets b join suites s on s.account = b.project and s.project = b.project join runs r on r.suite_id = s.id
    where b.spent_at is not null and r.state = 'ready' and not r.held
        and r.state not in ('succeeded', 'failed', 'cancelled')
        and not exists (select from ready where ready.run_id = r.id);

create or replace view run_records as
    -- needs: what queued runs ask of a worker, and why none has it
    with needs as materialized (
        select need.pool, need.threads,
            case
                when not exists (
                    select from workers w
                    where w.retired_at is null and w.lease_until > clock_timestamp() and w.pool = need.pool
                ) then 'no worker with device ' || need.pool
                when not exists (
                    select from workers w
                    where w.retired_at is null and w.lease_until > clock_timestamp() and w.pool = need.pool
                        and w.threads >= need.threads
                ) then 'no worker has ' || need.threads || ' threads'
                when not exists (
                    select from workers w
                    where w.retired_at is null and w.lease_until > clock_timestamp() and w.pool = need.pool
                        and w.threads >= need.threads and (w.drain_at is null or w.drain_at > clock_timestamp())
                ) then 'every worker that could take it is drained'
            end as reason
        from (select distinct pool, threads from ready) as need
    )
    select r.id, r.suite_id, s.name as suite_name, r.spec, r.state, r.attempt, r.worker_id, r.blocked_by,
        r.submitted_at, r.started_at, r.ended_at, progress.latest,
        case
            when r.held and r.state = 'ready' then 'held'
            when r.held and r.state in ('blocked', 'waiting') then 'held; ' || why.reason
            else why.reason
        end as reason,
        r.held, r.priority, s.submitter, s.project
    from runs r
    join suites s on s.id = r.suite_id
    left join progress on progress.run_id = r.id
    left join runs cause on cause.id = r.blocked_by
    left join needs on r.state = 'ready' and needs.pool = r.pool and needs.threads = r.threads
    -- spent: the project's budget, where it is used up
    left join lateral (
        select 'the budget of project ' || b.project || ' is used up' as reason
        from budgets b where b.project = s.project and b.spent_at is not null
    ) as spent on true
    -- pending: the parents that a blocked run waits for, and the first that nobody can run
    left join lateral (
        select count(*) as parents, min(parent.id) as first,
            min(parent.id) filter (where unmet.reason is not null) as stuck,
            (array_agg(unmet.reason order by parent.id) filter (where unmet.reason is not null))[1] as stuck_reason
        from dependencies d
        join runs parent on parent.id = d.parent_id
        left join lateral (
            select case when parent.held then 'held' else coalesce(spent.reason, needs.reason) end as reason
            from (select) as one left join needs on needs.pool = parent.pool and needs.threads = parent.threads
            where parent.state = 'ready'
        ) as unmet on true
        where r.state = 'blocked' and r.blocked_by is null and d.child_id = r.id
            and parent.state not in ('succeeded', 'failed', 'cancelled')
    ) as pending on true
    cross join lateral (
        select case
            when r.state = 'blocked' and r.blocked_by is not null
                then 'blocked by ' || r.blocked_by || ' (' || cause.state || ')'
            when r.state = 'blocked' then
                case when pending.parents = 1 then 'waits for run ' || pending.first
                    else 'waits for ' || pending.parents || ' runs' end
                || coalesce('; run ' || pending.stuck || ': ' || pending.stuck_reason, '')
            when r.state = 'running' and r.want = 'cancel' then 'cancel requested'
            when r.state = 'running' and r.want = 'preempt' then 'to be preempted'
            when r.state = 'ready' then coalesce(spent.reason, needs.reason, r.reason)
            else r.reason
        end as reason
    ) as why;
