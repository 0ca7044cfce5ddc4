-- Held runs have a word of their own wherever people are told where runs stand, and lists of history are found by indexes.

-- A run's state, but `held` for what would be in the queue if nobody held it.
create function standing(state text, held boolean) returns text language sql immutable parallel safe as $$
    select case when state = 'ready' and held then 'held' else state end
$$;

create or replace view run_history as
    select r.id, r.suite_id, s.name as suite_name, s.tags, s.archived_at is not null as is_archived, r.name, r.kind,
        r.system, r.task, r.model, r.configuration, r.spec ->> 'seed' as seed, r.state, r.reason, r.attempt,
        r.submitted_at, r.started_at, r.ended_at, results.score, results.split, results.data_origin,
        results.data_version, results.examples, standing(r.state, r.held) as standing
    from runs r
    join suites s on s.id = r.suite_id
    left join results on results.run_id = r.id;

create or replace function find_runs(filter jsonb) returns setof run_history language sql stable parallel safe as $$
    select * from run_history h
    where (filter -> 'suites' is null or h.suite_id in (select jsonb_array_elements(filter -> 'suites')::bigint))
        and (filter ->> 'task' is null or h.task = filter ->> 'task')
        and (filter ->> 'kind' is null or h.kind = filter ->> 'kind')
        and (filter ->> 'system' is null or h.system ilike (filter ->> 'system'))
        and (filter ->> 'model' is null or h.model ilike (filter ->> 'model'))
        and (filter ->> 'name' is null or h.name ilike (filter ->> 'name'))
        and (filter -> 'states' is null or filter -> 'states' ? h.standing)
        and (filter ->> 'tag' is null or h.tags @> array[filter ->> 'tag'])
        and (filter ->> 'from' is null or h.submitted_at >= to_timestamp((filter ->> 'from')::double precision))
        and (filter ->> 'before' is null or h.submitted_at < to_timestamp((filter ->> 'before')::double precision))
        and (filter ->> 'minimumScore' is null or h.score >= (filter ->> 'minimumScore')::double precision)
        and (filter ->> 'maximumScore' is null or h.score <= (filter ->> 'maximumScore')::double precision)
        and ((filter ->> 'archived')::boolean is true or not h.is_archived)
$$;
