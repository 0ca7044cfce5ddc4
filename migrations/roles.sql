-- Least-privilege roles of a Podium database; `podium roles` runs this and then privileges.sql, which says what they may do.
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
    end loop;
end
$$;
