-- Least-privilege roles of a Podium database; `podium roles` runs this, and may run it again after an upgrade.
--
-- podium_daemon    scheduler, dashboard and command line: reads and writes rows, changes no schema.
-- podium_worker    workers: claims runs and stores what comes of them; reads no tokens and no action log, changes no
--                  result, prediction, job file or history.
-- podium_reader    people with SQL: reads everything but tokens and the action log.
--
-- They cannot log in themselves: grant them to users (`grant podium_worker to node;`).

do $$
declare
    name text;
begin
    foreach name in array array['podium_daemon', 'podium_worker', 'podium_reader'] loop
        begin
            execute format('create role %I nologin', name);
        exception when duplicate_object or unique_violation then null;
        end;
        -- From nothing, so that a privilege that this file no longer gives is gone.
        execute format('revoke all on all tables in schema public, podium from %I', name);
        execute format('revoke all on all sequences in schema public from %I', name);
        execute format('grant usage on schema public, podium to %I', name);
        execute format('grant select on all tables in schema public, podium to %I', name);
    end loop;
end
$$;

grant insert, update, delete on all tables in schema public to podium_daemon;
grant usage, select, update on all sequences in schema public to podium_daemon;
revoke insert, update, delete on schema_migrations from podium_daemon;

-- Secrets: hashes of tokens, and who did what.
revoke all on access_tokens, actions from podium_worker, podium_reader;

grant usage on sequence lease_tokens to podium_worker;
grant insert, update on workers, attempts, artifacts, progress, metrics to podium_worker;
grant insert on log_lines, results, predictions, events to podium_worker;
grant insert, update, delete on ready, leases to podium_worker;
grant update on runs to podium_worker;
grant update (artifact_id) on inputs to podium_worker;
-- Locking a suite's row needs a right to change something of it; its job file is out of reach.
grant update (archived_at) on suites to podium_worker;
