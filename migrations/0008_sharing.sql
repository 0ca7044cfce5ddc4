-- Who shares the machines: users and projects, runs that make way for others, workers that take no more.

alter table suites add column submitter text;
alter table suites add column project text;
-- Whose share the runs count against.
alter table suites add column account text generated always as (coalesce(project, submitter, '')) stored;
-- Where the suite's runs end in the account's own time, in microseconds; see `FairShare`.
alter table suites add column finish_key bigint not null default 0;
create index suites_of_an_account on suites (account, finish_key);

alter table ready add column since timestamptz not null default clock_timestamp();
alter table workers add column drain_at timestamptz;

alter table runs drop constraint runs_want_is_known;
alter table runs add constraint runs_want_is_known check (want in ('run', 'cancel', 'preempt'));
alter table events drop constraint events_kind_is_known;
alter table events add constraint events_kind_is_known check (
    kind in ('state', 'cancelRequested', 'preemptRequested', 'artifact', 'held', 'released', 'reordered')
);
create or replace function note_request() returns trigger language plpgsql as $$
begin
    insert into events (suite_id, run_id, kind, to_state, attempt, token)
    values (new.suite_id, new.id, new.want || 'Requested', new.state, new.attempt, new.token);
    return null;
end
$$;
drop trigger runs_note_requests on runs;
create trigger runs_note_requests after update on runs
    for each row when (old.want <> new.want and new.want <> 'run' and new.state = 'running')
    execute function note_request();

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
            when r.state = 'running' and r.want = 'preempt' then 'to be preempted'
            when r.state = 'ready' then coalesce(needs.reason, r.reason)
            else r.reason
        end as reason
    ) as why;


create or replace view podium.suites as
    select s.id, s.name, s.kind, s.tags, s.note, s.archived_at, s.submitted_at, count(r.id) as runs,
        count(r.id) filter (where r.state = 'succeeded') as succeeded,
        count(r.id) filter (where r.state = 'failed') as failed,
        count(r.id) filter (where r.state not in ('succeeded', 'failed', 'cancelled')) as open,
        max(r.ended_at) as ended_at, s.submitter, s.project
    from suites s left join runs r on r.suite_id = s.id
    group by s.id;
