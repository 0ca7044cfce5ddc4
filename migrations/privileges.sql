-- What the roles of `podium roles` may do here; run by it, and by `podium migrate` for those of the roles that exist.
--
-- podium_daemon    scheduler, dashboard and command line: reads and writes rows, changes no schema.
-- podium_worker    workers: claims runs and stores what comes of them; reads no tokens and no action log, changes no
--                  result, prediction, job file or history.
-- podium_reader    people with SQL: reads everything but tokens and the action log.

do $$
declare
    present text[] := array(
        select rolname from pg_roles where rolname in ('podium_daemon', 'podium_worker', 'podium_reader')
    );
    name text;
begin
    foreach name in array present loop
        -- From nothing, so that a privilege that this file no longer gives is gone.
        execute format('revoke all on all tables in schema public, podium from %I', name);
        execute format('revoke all on all sequences in schema public from %I', name);
        execute format('grant usage on schema public, podium to %I', name);
        execute format('grant select on all tables in schema public, podium to %I', name);
        if name <> 'podium_daemon' then
            -- Secrets: hashes of tokens, and who did what.
            execute format('revoke all on access_tokens, actions from %I', name);
        end if;
    end loop;

    if 'podium_daemon' = any (present) then
        grant insert, update, delete on all tables in schema public to podium_daemon;
        grant usage, select, update on all sequences in schema public to podium_daemon;
        revoke insert, update, delete on schema_migrations from podium_daemon;
    end if;

    if 'podium_worker' = any (present) then
        grant usage on sequence lease_tokens to podium_worker;
        grant insert, update on workers, attempts, artifacts, progress, metrics to podium_worker;
        grant insert on log_lines, results, predictions, events to podium_worker;
        grant insert, update, delete on ready, leases to podium_worker;
        grant update on runs to podium_worker;
        grant update (artifact_id) on inputs to podium_worker;
        -- Locking a suite's row needs a right to change something of it; its job file is out of reach.
        grant update (archived_at) on suites to podium_worker;
    end if;
end
$$;
