-- Workers that a batch system starts: submissions of pilots, and which worker is which pilot.

-- A submission's row is written before the batch system hears of it, so that a crash in between leaves a name to look for.
create table pilots (
    id bigint generated always as identity primary key,
    pool text not null,
    name text not null constraint pilots_are_named_once unique,
    device text not null,
    threads integer not null constraint pilots_have_threads check (threads > 0),
    tasks integer not null constraint pilots_are_some check (tasks > 0),
    intended_at timestamptz not null default clock_timestamp(),
    -- When it was last handed in, and how often.
    tried_at timestamptz,
    tries integer not null default 0,
    -- The batch system's number for it.
    job text,
    -- When any of it was last listed, and how: [{"task", "state", "reason", "node"}].
    seen_at timestamptz,
    states jsonb not null default '[]',
    reason text,
    ended_at timestamptz
) with (fillfactor = 70);
create index pilots_not_over on pilots (pool, id) where ended_at is null;
create index pilots_of_a_pool on pilots (pool, ended_at desc) where ended_at is not null;

-- Pools of pilots, and which process keeps each.
create table pilot_pools (
    name text primary key,
    is_wanted boolean not null default true,
    holder text,
    held_until timestamptz
) with (fillfactor = 50);

alter table workers add column pilot text;
alter table workers add column pilot_task integer;
-- When the worker has to be gone, by its own clock.
alter table workers add column ends_at timestamptz;
create index workers_that_are_pilots on workers (pilot) where pilot is not null;
