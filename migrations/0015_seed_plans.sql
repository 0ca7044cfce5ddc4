-- Plans of seeds: which systems of a suite are compared after which seeds, and what every look decided.

-- Written with the suite, before its first run starts.
create table seed_plans (
    suite_id bigint primary key references suites on delete cascade,
    plan jsonb not null,
    -- When the last look was made: nobody gets more seeds.
    ended_at timestamptz
);
create index seed_plans_not_over on seed_plans (suite_id) where ended_at is null;

create table seed_looks (
    suite_id bigint not null references seed_plans on delete cascade,
    number integer not null constraint seed_looks_count_from_one check (number > 0),
    look jsonb not null,
    decided_at timestamptz not null default clock_timestamp(),
    primary key (suite_id, number)
);

-- What was planned and decided is never changed; it goes with the suite.
create function refuse_another_plan() returns trigger language plpgsql as $$
begin
    raise exception 'a plan of seeds is immutable' using errcode = 'restrict_violation';
end
$$;
create trigger seed_plans_are_immutable before update on seed_plans
    for each row when (old.plan <> new.plan or old.ended_at is not null) execute function refuse_another_plan();
create trigger seed_looks_are_immutable before update or delete or truncate on seed_looks
    for each statement execute function refuse_change();

-- A report waits for seeds that are queued after it.
alter table dependencies drop constraint dependencies_point_back;

-- A worker that ends a run asks whether the report may start; `podium roles` gives this to databases of other users.
do $$
begin
    if exists (select from pg_roles where rolname = 'podium_worker') then
        grant select on seed_plans, seed_looks to podium_worker;
    end if;
    if exists (select from pg_roles where rolname = 'podium_daemon') then
        grant select, insert, update, delete on seed_plans, seed_looks to podium_daemon;
    end if;
    if exists (select from pg_roles where rolname = 'podium_reader') then
        grant select on seed_plans, seed_looks to podium_reader;
    end if;
end
$$;
