-- Artifacts as the edges between runs, the provenance of attempts, and a change feed that can be read on from any place.

-- What runs make. Written in transactions that hold the attempt's token; a row outlives its file.
create table artifacts (
    id bigint generated always as identity primary key,
    run_id bigint not null references runs,
    attempt integer not null,
    token bigint not null,
    kind text not null constraint artifacts_kind_is_known
        check (kind in ('checkpoint', 'model', 'predictions', 'report', 'features', 'corpus', 'vectors')),
    -- Steps of training that went into it, and their share of the whole.
    step bigint,
    share double precision,
    -- What "best" compares.
    score double precision,
    path text not null,
    sha256 text not null constraint artifacts_hash_is_hexadecimal check (sha256 ~ '^[0-9a-f]{64}$'),
    bytes bigint not null,
    created_at timestamptz not null default clock_timestamp(),
    -- When the file was given up.
    removed_at timestamptz,
    constraint artifacts_are_saved_once unique (run_id, token, path)
);
create index artifacts_of_a_kind on artifacts (run_id, kind, id);

insert into artifacts (run_id, attempt, token, kind, step, path, sha256, bytes, created_at, removed_at)
select c.run_id, coalesce(a.attempt, 0), c.token, 'checkpoint', c.step, c.path, c.sha256, c.bytes, c.created_at,
    -- The worker of a run that succeeded has removed them.
    case when runs.state = 'succeeded' then runs.ended_at end
from checkpoints c
join runs on runs.id = c.run_id
left join attempts a on a.run_id = c.run_id and a.token = c.token
order by c.id;

-- Results of the first schema name paths; a model has its hash there, predictions and reports have none, and what
-- nobody can check is not taken over.
insert into artifacts (run_id, attempt, token, kind, step, share, score, path, sha256, bytes, created_at)
select r.run_id, coalesce(a.attempt, 0), r.token, 'model', (r.result ->> 'trainedSteps')::bigint, 1, r.score,
    r.result ->> 'modelPath', r.result ->> 'modelSHA256', coalesce((r.result ->> 'modelBytes')::bigint, 0), r.created_at
from results r
left join attempts a on a.run_id = r.run_id and a.token = r.token
where r.result ->> 'modelPath' is not null and r.result ->> 'modelSHA256' ~ '^[0-9a-f]{64}$'
order by r.run_id;

drop table checkpoints;

-- What a run reads of other runs of its suite, and what that came to when the run was last claimed.
create table inputs (
    run_id bigint not null references runs,
    name text not null,
    parent_id bigint not null references runs,
    kind text not null,
    selector jsonb not null,
    artifact_id bigint references artifacts,
    primary key (run_id, name),
    constraint inputs_point_back check (parent_id < run_id)
);
create index inputs_of_a_parent on inputs (parent_id);
create index inputs_that_rest_on_an_artifact on inputs (artifact_id) where artifact_id is not null;

-- Runs of the first schema start from a parent's last model.
insert into inputs (run_id, name, parent_id, kind, selector)
select child.id, 'model', parent.id, 'model', '{"last": {}}'
from runs child
join runs parent on parent.suite_id = child.suite_id and parent.id < child.id
    and parent.name = child.spec #>> '{model,run,_0}'
where child.spec #>> '{model,run,_0}' is not null;

-- On what an attempt was computed.
alter table attempts add column environment jsonb;

-- The change feed. Transactions end in another order than they draw numbers; with its transaction an entry has a place
-- that nothing can come before once every older transaction is over.
alter table events add column suite_id bigint;
alter table events add column from_state text;
alter table events add column to_state text;
alter table events add column transaction bigint;
update events set suite_id = runs.suite_id, to_state = events.kind, kind = 'state', transaction = 0
from runs where runs.id = events.run_id;
alter table events alter column suite_id set not null;
alter table events alter column to_state set not null;
alter table events alter column transaction set not null;
alter table events alter column transaction set default pg_current_xact_id()::text::bigint;
alter table events add constraint events_kind_is_known check (kind in ('state', 'cancelRequested', 'artifact'));
create index events_in_order on events (transaction, id);
create index events_of_a_suite on events (suite_id, transaction, id);

drop trigger runs_note_their_submission on runs;
drop trigger runs_note_their_state on runs;
drop function note_state();

-- Every change of state leaves an event, whichever statement made it. Submissions are noted all at once: a suite may
-- have a hundred thousand runs.
create function note_submissions() returns trigger language plpgsql as $$
begin
    insert into events (suite_id, run_id, kind, to_state, attempt)
    select suite_id, id, 'state', state, attempt from added order by id;
    return null;
end
$$;
create trigger runs_note_their_submission after insert on runs
    referencing new table as added for each statement execute function note_submissions();

create function note_state() returns trigger language plpgsql as $$
begin
    insert into events (suite_id, run_id, kind, from_state, to_state, attempt, token, reason)
    values (
        new.suite_id, new.id, 'state', old.state, new.state, new.attempt, coalesce(new.token, old.token),
        coalesce('blocked by ' || new.blocked_by, new.reason)
    );
    return null;
end
$$;
-- That a failure blocks a blocked run for good, or no longer does, is a change too.
create trigger runs_note_their_state after update on runs
    for each row when (
        old.state is distinct from new.state
        or (new.state = 'blocked' and old.blocked_by is distinct from new.blocked_by)
    )
    execute function note_state();

create function note_request() returns trigger language plpgsql as $$
begin
    insert into events (suite_id, run_id, kind, to_state, attempt, token)
    values (new.suite_id, new.id, 'cancelRequested', new.state, new.attempt, new.token);
    return null;
end
$$;
create trigger runs_note_requests after update on runs
    for each row when (old.want <> new.want and new.want = 'cancel' and new.state = 'running')
    execute function note_request();

create function note_artifacts() returns trigger language plpgsql as $$
begin
    insert into events (suite_id, run_id, kind, to_state, attempt, token, reason)
    select runs.suite_id, runs.id, 'artifact', runs.state, added.attempt, added.token,
        added.kind || coalesce(' of step ' || added.step, '')
    from added join runs on runs.id = added.run_id
    order by added.id;
    return null;
end
$$;
create trigger artifacts_note_themselves after insert on artifacts
    referencing new table as added for each statement execute function note_artifacts();

-- What came out of a run is never changed; it can go with the run as a whole, when the user says so.
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('podium.deletes_runs', true) = 'on' then return null; end if;
    raise exception 'rows of % are immutable', tg_table_name using errcode = 'restrict_violation';
end
$$;

create index runs_of_a_suite on runs (suite_id desc, id);
create index runs_behind_a_failure on runs (blocked_by) where blocked_by is not null;

-- A run as users see it, with the reason why it is where it is.
create view run_records as
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
    from runs r
    join suites s on s.id = r.suite_id
    left join progress on progress.run_id = r.id
    left join runs cause on cause.id = r.blocked_by
    left join needs on r.state = 'ready' and needs.pool = r.pool and needs.threads = r.threads
    -- pending: the parents that a blocked run waits for, and the first that nobody can run
    left join lateral (
        select count(*) as parents, min(parent.id) as first,
            min(parent.id) filter (where unmet.reason is not null) as stuck, min(unmet.reason) as stuck_reason
        from dependencies d
        join runs parent on parent.id = d.parent_id
        left join needs unmet
            on parent.state = 'ready' and unmet.pool = parent.pool and unmet.threads = parent.threads
        where r.state = 'blocked' and r.blocked_by is null and d.child_id = r.id
            and parent.state not in ('succeeded', 'failed', 'cancelled')
    ) as pending on true;
