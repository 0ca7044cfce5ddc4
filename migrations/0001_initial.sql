-- Podium's first schema: what was submitted, what is queued, what is running, what came out.
--
-- `runs` holds history and desired state; `ready` is the only table that is claimed from and
-- stays as small as the queue. Every write of an attempt is guarded by (run, state, token).
--
-- Lock order, to be kept by every transaction: suites, then ready, then runs, then the rest.
-- Whoever puts a run into `ready`, other than submit, holds the lock of its suite.

create sequence lease_tokens;

create table suites (
    id bigint generated always as identity primary key,
    -- Names one call of `submit`, so that a repeated call after a lost reply stores nothing twice.
    request text not null constraint suites_are_submitted_once unique,
    name text not null constraint suites_have_a_name check (name <> ''),
    kind text not null,
    source text not null,
    selection jsonb not null,
    priority integer not null,
    submitted_at timestamptz not null default clock_timestamp()
);
create index suites_by_name on suites (name, id);

-- New at each start of a worker process: a worker that was declared lost never comes back.
create table workers (
    id bigint generated always as identity primary key,
    host text not null,
    process_id integer not null,
    pool text not null,
    threads integer not null constraint workers_have_threads check (threads > 0),
    version text not null,
    registered_at timestamptz not null default clock_timestamp(),
    lease_until timestamptz not null,
    -- Set when it left in good order or was declared lost.
    retired_at timestamptz,
    lost boolean not null default false
) with (fillfactor = 50);
create index workers_at_work on workers (id) where retired_at is null;

create table runs (
    id bigint generated always as identity primary key,
    suite_id bigint not null references suites,
    name text not null,
    spec jsonb not null,
    pool text not null,
    -- Threads it needs: the index prefix that a claim probes, never a filter.
    threads integer not null constraint runs_need_threads check (threads > 0),
    -- Microseconds of submission less priority times a boost: ages by itself, so it is never updated.
    sort_key bigint not null,
    state text not null constraint runs_state_is_known
        check (state in ('blocked', 'ready', 'waiting', 'running', 'succeeded', 'failed', 'cancelled')),
    want text not null default 'run' constraint runs_want_is_known check (want in ('run', 'cancel')),
    -- The last failure's message.
    reason text,
    -- The run whose failure keeps this one blocked.
    blocked_by bigint references runs,
    has_children boolean not null,
    attempt integer not null default 0,
    -- Failures charged against the retry limit.
    failures integer not null default 0,
    token bigint,
    worker_id bigint references workers,
    not_before timestamptz,
    submitted_at timestamptz not null default clock_timestamp(),
    started_at timestamptz,
    ended_at timestamptz,
    constraint runs_are_named_once_in_a_suite unique (suite_id, name),
    constraint runs_hold_a_lease_while_running
        check ((state = 'running') = (token is not null and worker_id is not null)),
    constraint runs_wait_for_a_time check ((state = 'waiting') = (not_before is not null)),
    constraint runs_end_when_over check ((state in ('succeeded', 'failed', 'cancelled')) = (ended_at is not null))
) with (fillfactor = 70);
create index runs_of_a_worker on runs (worker_id) where state = 'running';
create index runs_waiting on runs (not_before) where state = 'waiting';
create index runs_not_over on runs (suite_id, id) where state not in ('succeeded', 'failed', 'cancelled');

-- One narrow row per runnable run; deleted by the claim.
create table ready (
    run_id bigint primary key references runs,
    pool text not null,
    threads integer not null,
    sort_key bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
create index ready_in_order on ready (pool, threads, sort_key, run_id);

create table dependencies (
    child_id bigint not null references runs,
    parent_id bigint not null references runs,
    condition text not null constraint dependencies_condition_is_known
        check (condition in ('afterSuccess', 'afterAny')),
    primary key (child_id, parent_id),
    constraint dependencies_point_back check (parent_id < child_id)
);
create index dependencies_of_a_parent on dependencies (parent_id);

create table attempts (
    run_id bigint not null references runs,
    attempt integer not null,
    token bigint not null constraint attempts_have_a_token_of_their_own unique,
    worker_id bigint not null references workers,
    -- Names one call of `claim`, so that a repeated call after a lost reply finds its runs.
    request text not null,
    resumed_from_step bigint,
    started_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    -- succeeded, cancelled, released, lost, or a class of failure.
    outcome text,
    message text,
    primary key (run_id, attempt),
    constraint attempts_end_with_an_outcome check ((ended_at is null) = (outcome is null))
) with (fillfactor = 80);

create table checkpoints (
    id bigint generated always as identity primary key,
    run_id bigint not null references runs,
    token bigint not null,
    step bigint not null,
    path text not null,
    sha256 text not null constraint checkpoints_hash_is_hexadecimal check (sha256 ~ '^[0-9a-f]{64}$'),
    bytes bigint not null,
    created_at timestamptz not null default clock_timestamp(),
    constraint checkpoints_are_saved_once unique (run_id, token, step)
);
create index checkpoints_in_order on checkpoints (run_id, step desc, id desc);

-- The latest measurement of a run, apart from `runs` so that those rows stay still.
create table progress (
    run_id bigint primary key references runs,
    token bigint not null,
    latest jsonb not null
) with (fillfactor = 50);

-- A later attempt that passes a step again overwrites it: the series is that of an undisturbed run.
create table metrics (
    run_id bigint not null references runs,
    name text not null,
    step bigint not null,
    value double precision not null,
    token bigint not null,
    primary key (run_id, name, step)
);

create table log_lines (
    run_id bigint not null references runs,
    sequence bigint generated always as identity,
    attempt integer not null,
    at timestamptz not null default clock_timestamp(),
    level text not null,
    message text not null,
    primary key (run_id, sequence)
);

create table results (
    run_id bigint primary key references runs,
    token bigint not null,
    result jsonb not null,
    score double precision,
    created_at timestamptz not null default clock_timestamp()
);

create table predictions (
    run_id bigint not null references results,
    ordinal bigint not null,
    split text not null,
    example text not null,
    prediction text not null,
    gold text not null,
    score double precision not null,
    primary key (run_id, ordinal)
);

create table events (
    id bigint generated always as identity primary key,
    run_id bigint not null references runs,
    at timestamptz not null default clock_timestamp(),
    kind text not null,
    attempt integer not null,
    token bigint,
    reason text
);
create index events_of_a_run on events (run_id, id);

create table leaders (
    name text primary key,
    holder text not null,
    term bigint not null,
    expires_at timestamptz not null
) with (fillfactor = 50);

-- What came out of a run is never changed: a better result is another run.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are immutable', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger results_are_immutable before update or delete or truncate on results
    for each statement execute function refuse_change();
create trigger predictions_are_immutable before update or delete or truncate on predictions
    for each statement execute function refuse_change();

-- Every change of state leaves an event, whichever statement made it.
create function note_state() returns trigger language plpgsql as $$
begin
    insert into events (run_id, kind, attempt, token, reason)
    values (new.id, new.state, new.attempt, new.token, new.reason);
    return null;
end
$$;
create trigger runs_note_their_submission after insert on runs
    for each row execute function note_state();
create trigger runs_note_their_state after update on runs
    for each row when (old.state is distinct from new.state) execute function note_state();
