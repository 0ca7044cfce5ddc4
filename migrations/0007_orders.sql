-- What users ask of runs that wait: to be held, to be released, to go earlier or later.

-- Held runs keep their state and their place, and are left out of `ready`.
alter table runs add column held boolean not null default false;
alter table runs add column priority integer not null default 0;
update runs set priority = suites.priority
from suites where suites.id = runs.suite_id and suites.priority <> 0;
create index runs_held on runs (suite_id, id) where held;

alter table events drop constraint events_kind_is_known;
alter table events add constraint events_kind_is_known
    check (kind in ('state', 'cancelRequested', 'artifact', 'held', 'released', 'reordered'));

create function note_order() returns trigger language plpgsql as $$
begin
    insert into events (suite_id, run_id, kind, to_state, attempt, token)
    values (
        new.suite_id, new.id,
        case when old.held = new.held then 'reordered' when new.held then 'held' else 'released' end,
        new.state, new.attempt, new.token
    );
    return null;
end
$$;
create trigger runs_note_orders after update on runs
    for each row when (old.held <> new.held or old.sort_key <> new.sort_key)
    execute function note_order();

-- A run as users see it, with the reason why it is where it is.
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
        r.held, r.priority
    from runs r
    join suites s on s.id = r.suite_id
    left join progress on progress.run_id = r.id
    left join runs cause on cause.id = r.blocked_by
    left join needs on r.state = 'ready' and needs.pool = r.pool and needs.threads = r.threads
    -- pending: the parents that a blocked run waits for, and the first that nobody can run
    left join lateral (
        select count(*) as parents, min(parent.id) as first,
            min(parent.id) filter (where unmet.reason is not null) as stuck,
            (array_agg(unmet.reason order by parent.id) filter (where unmet.reason is not null))[1] as stuck_reason
        from dependencies d
        join runs parent on parent.id = d.parent_id
        left join lateral (
            select case when parent.held then 'held' else needs.reason end as reason
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
            when r.state = 'ready' then coalesce(needs.reason, r.reason)
            else r.reason
        end as reason
    ) as why;

create or replace view podium.runs as
    select h.id, h.suite_id, h.suite_name as suite, h.tags, h.is_archived, h.name, h.kind, h.system, h.task, h.model,
        h.configuration, h.seed::numeric as seed, h.state, h.reason, h.attempt as attempts, h.score, h.submitted_at,
        h.started_at, h.ended_at, extract(epoch from h.ended_at - h.started_at)::double precision as seconds,
        r.spec -> 'training' as parameters, r.priority, r.held as is_held
    from run_history h join runs r on r.id = h.id;
