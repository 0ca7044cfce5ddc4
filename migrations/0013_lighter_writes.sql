-- What a claim and a finish cost: no column is computed by the database at every write, and changes of state are noted by statement.

-- The statement that inserts a row says them: columns that the database computes have their expressions read and planned for
-- every statement on the table, also where nothing is to be computed.
alter table runs
    alter column kind drop expression,
    alter column system drop expression,
    alter column task drop expression,
    alter column model drop expression,
    alter column configuration drop expression;
alter table results
    alter column split drop expression,
    alter column data_origin drop expression,
    alter column data_version drop expression,
    alter column examples drop expression;

-- Of a run, what people look for. Written for `from`, where it becomes a part of the statement.
create function described(spec jsonb)
    returns table (kind text, system text, task text, model text, configuration text)
    language sql immutable parallel safe as $$
    select spec ->> 'kind', spec ->> 'system', spec ->> 'task',
        coalesce(
            spec #>> '{model,named}', spec #>> '{model,path}', 'run ' || (spec #>> '{model,run}'),
            'fresh ' || (spec #>> '{model,preset}')
        ),
        md5((spec -> 'training')::text)
$$;

-- As before, in the language that keeps its plans from one call to the next.
create or replace function scored_on(result jsonb) returns jsonb language plpgsql immutable parallel safe as $$
begin
    return (
        with file as (
            select used ->> 'origin' as origin, part ->> 'name' as name, part ->> 'sha256' as sha256
            from jsonb_array_elements(
                case when jsonb_typeof(result -> 'datasets') = 'array' then result -> 'datasets' else '[]' end
            ) as used
            left join lateral jsonb_array_elements(used -> 'files') as part on true
            where used ->> 'split' in ('dev', 'dev_matched', 'dev_mismatched')
        )
        select case when count(*) > 0 then jsonb_build_object(
            'split', 'dev',
            -- The least trustworthy origin of them: sample, then modified, then official.
            'origin', case when bool_or(origin = 'sample') then 'sample' when bool_and(origin = 'official') then 'official'
                else 'modified' end,
            'version', left(md5(string_agg(coalesce(name, '') || ' ' || coalesce(sha256, ''), e'\n' order by name)), 12)
        ) end
        from file
    );
end
$$;

-- The plan is kept for the session: it must serve one row and a million, so nested loops are out.
create function note_states() returns trigger language plpgsql
    set enable_nestloop = off set enable_hashjoin = on set enable_mergejoin = on as $$
begin
    insert into events (suite_id, run_id, kind, from_state, to_state, attempt, token, reason)
    select now.suite_id, now.id, 'state', was.state, now.state, now.attempt, coalesce(now.token, was.token),
        coalesce('blocked by ' || now.blocked_by, now.reason)
    from changed now join former was on was.id = now.id
    where was.state <> now.state or (now.state = 'blocked' and was.blocked_by is distinct from now.blocked_by)
    order by now.id;
    return null;
end
$$;
drop trigger runs_note_their_state on runs;
create trigger runs_note_their_states after update on runs referencing old table as former new table as changed
    for each statement execute function note_states();
drop function note_state();
