-- Workers that keep their free threads for a run which narrower ones have passed over: one for each pool, as the leading scheduler
-- decides. A row says nothing once its run has left the queue.
create table reservations (
    pool text primary key,
    worker_id bigint not null references workers on delete cascade,
    run_id bigint not null references runs on delete cascade,
    reserved_at timestamptz not null default clock_timestamp()
);
create index reservations_by_run on reservations (run_id);
create index reservations_by_worker on reservations (worker_id);

-- `podium roles` gives this to databases of other users.
do $$
begin
    if exists (select from pg_roles where rolname = 'podium_worker') then
        grant select on reservations to podium_worker;
    end if;
    if exists (select from pg_roles where rolname = 'podium_daemon') then
        grant select, insert, update, delete on reservations to podium_daemon;
    end if;
    if exists (select from pg_roles where rolname = 'podium_reader') then
        grant select on reservations to podium_reader;
    end if;
end
$$;

-- Why runs wait, in words; also those of several machines, which wait in queues of their own: `cpu/nodes=2`.
create or replace view run_records as
    -- needs: what queued runs ask of a worker, and why none has it
    with needs as materialized (
        select need.pool, need.threads,
            case
                when not exists (
                    select from workers w
                    where w.retired_at is null and w.lease_until > clock_timestamp() and w.pool = need.pool
                ) then case
                    when need.nodes = '' then 'no worker with device ' || need.pool
                    else 'needs a worker of ' || need.nodes || ' nodes with device ' || need.device || '; none is registered'
                end
                when not exists (
                    select from workers w
                    where w.retired_at is null and w.lease_until > clock_timestamp() and w.pool = need.pool
                        and w.threads >= need.threads
                ) then case
                    when need.nodes = '' then 'no worker has ' || need.threads || ' threads'
                    else 'no worker of ' || need.nodes || ' nodes has ' || need.threads / need.nodes::integer || ' threads on each'
                end
                when not exists (
                    select from workers w
                    where w.retired_at is null and w.lease_until > clock_timestamp() and w.pool = need.pool
                        and w.threads >= need.threads and (w.drain_at is null or w.drain_at > clock_timestamp())
                ) then 'every worker that could take it is drained'
            end as reason
        from (
            select distinct pool, threads, split_part(pool, '/nodes=', 1) as device, split_part(pool, '/nodes=', 2) as nodes
            from ready
        ) as need
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
    left join reservations kept on r.state = 'ready' and kept.run_id = r.id
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
            when r.state = 'ready' then coalesce(
                spent.reason, needs.reason, 'worker ' || kept.worker_id || ' keeps its free threads for it', r.reason
            )
            else r.reason
        end as reason
    ) as why;
