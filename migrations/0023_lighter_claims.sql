-- What a claim costs: it writes a new version of the run on the same page, and no entry of any index.

-- PostgreSQL does so where no column changes that an index names or is limited by. A claim changes the state, the token and
-- the worker, so indexes name what stands for them and changes later: the end, and the time that a waiting run waits for.
drop index runs_not_over;
create index runs_not_over on runs (suite_id, id) where ended_at is null;
drop index runs_waiting;
create index runs_waiting on runs (not_before) where not_before is not null;

-- The other side of `ready`: one narrow row for each run that is running, by worker.
create table leases (
    worker_id bigint not null,
    run_id bigint not null,
    primary key (worker_id, run_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
insert into leases (worker_id, run_id) select worker_id, id from runs where state = 'running';
drop index runs_of_a_worker;

-- `podium roles` gives this to databases of other users.
do $$
begin
    if exists (select from pg_roles where rolname = 'podium_worker') then
        grant select, insert, update, delete on leases to podium_worker;
    end if;
    if exists (select from pg_roles where rolname = 'podium_daemon') then
        grant select, insert, update, delete on leases to podium_daemon;
    end if;
    if exists (select from pg_roles where rolname = 'podium_reader') then
        grant select on leases to podium_reader;
    end if;
end
$$;

-- Room for the version that a claim writes, beside each version that a submission wrote.
alter table runs set (fillfactor = 45);

-- A claim reads its worker's row in the same statement, and rows of workers are never deleted: to look twice more for it,
-- once for the run and once for the attempt, took about an eighth of the time of a claim of a hundred.
alter table runs drop constraint runs_worker_id_fkey;
alter table attempts drop constraint attempts_worker_id_fkey;

create or replace function open_suites() returns setof bigint language sql stable as $$
    with recursive open as (
        (select suite_id from runs where ended_at is null order by suite_id limit 1)
        union all
        select (
            select r.suite_id from runs r where r.suite_id > open.suite_id and r.ended_at is null
            order by r.suite_id limit 1
        )
        from open where open.suite_id is not null
    )
    select suite_id from open where suite_id is not null
$$;

create or replace view queue_places as
    select run_id, pool, sort_key from ready
    union all
    select r.id, r.pool, r.sort_key
    from budgets b join suites s on s.account = b.project and s.project = b.project join runs r on r.suite_id = s.id
    where b.spent_at is not null and r.state = 'ready' and not r.held and r.ended_at is null
        and not exists (select from ready where ready.run_id = r.id);
