-- History across suites: what runs are found by, what users write on suites, and views for people with SQL.

alter table suites add column tags text[] not null default '{}';
alter table suites add column note text not null default '';
-- Left out of lists and rankings that do not ask for it.
alter table suites add column archived_at timestamptz;
create index suites_by_tag on suites using gin (tags);

-- What an example shares with others, such as the article that questions are about.
alter table predictions add column example_group text;

-- What a run is found by. The words of `spec`, kept by the database itself.
alter table runs add column kind text generated always as (spec ->> 'kind') stored;
alter table runs add column system text generated always as (spec ->> 'system') stored;
alter table runs add column task text generated always as (spec ->> 'task') stored;
alter table runs add column model text generated always as (coalesce(
    spec #>> '{model,named}', spec #>> '{model,path}', 'run ' || (spec #>> '{model,run}'),
    'fresh ' || (spec #>> '{model,preset}')
)) stored;
-- Runs of one system and task with equal ones differ in nothing but the seed.
alter table runs add column configuration text generated always as (md5((spec -> 'training')::text)) stored;
create index runs_of_a_task on runs (task, id) where task is not null;
create index runs_of_a_system on runs (system, id);

-- What a score was taken on, as one document: {"split", "origin", "version"}; null without evaluation data.
-- MNLI's two development sets are one. The version stands for names and hashes of the files.
create function scored_on(result jsonb) returns jsonb language sql immutable parallel safe as $$
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
$$;
alter table results add column split text generated always as (scored_on(result) ->> 'split') stored;
alter table results add column data_origin text generated always as (scored_on(result) ->> 'origin') stored;
alter table results add column data_version text generated always as (scored_on(result) ->> 'version') stored;
alter table results add column examples bigint generated always as ((result ->> 'examples')::bigint) stored;

-- Every run with what history shows of it.
create view run_history as
    select r.id, r.suite_id, s.name as suite_name, s.tags, s.archived_at is not null as is_archived, r.name, r.kind,
        r.system, r.task, r.model, r.configuration, r.spec ->> 'seed' as seed, r.state, r.reason, r.attempt,
        r.submitted_at, r.started_at, r.ended_at, results.score, results.split, results.data_origin,
        results.data_version, results.examples
    from runs r
    join suites s on s.id = r.suite_id
    left join results on results.run_id = r.id;

-- The runs that a filter lets through. Keys of the filter that are missing do not matter: suites, task, kind, system,
-- model, name (patterns for ILIKE), states, tag, from, before (seconds since 1970), minimumScore, maximumScore, archived.
create function find_runs(filter jsonb) returns setof run_history language sql stable parallel safe as $$
    select * from run_history h
    where (filter -> 'suites' is null or h.suite_id in (select jsonb_array_elements(filter -> 'suites')::bigint))
        and (filter ->> 'task' is null or h.task = filter ->> 'task')
        and (filter ->> 'kind' is null or h.kind = filter ->> 'kind')
        and (filter ->> 'system' is null or h.system ilike (filter ->> 'system'))
        and (filter ->> 'model' is null or h.model ilike (filter ->> 'model'))
        and (filter ->> 'name' is null or h.name ilike (filter ->> 'name'))
        and (filter -> 'states' is null or filter -> 'states' ? h.state)
        and (filter ->> 'tag' is null or h.tags @> array[filter ->> 'tag'])
        and (filter ->> 'from' is null or h.submitted_at >= to_timestamp((filter ->> 'from')::double precision))
        and (filter ->> 'before' is null or h.submitted_at < to_timestamp((filter ->> 'before')::double precision))
        and (filter ->> 'minimumScore' is null or h.score >= (filter ->> 'minimumScore')::double precision)
        and (filter ->> 'maximumScore' is null or h.score <= (filter ->> 'maximumScore')::double precision)
        and ((filter ->> 'archived')::boolean is true or not h.is_archived)
$$;

-- The documented views: docs/sql.md. They read only, because every one joins.
create schema podium;
comment on schema podium is 'Views for reading: docs/sql.md';

create view podium.suites as
    select s.id, s.name, s.kind, s.tags, s.note, s.archived_at, s.submitted_at,
        count(r.id) as runs,
        count(r.id) filter (where r.state = 'succeeded') as succeeded,
        count(r.id) filter (where r.state = 'failed') as failed,
        count(r.id) filter (where r.state not in ('succeeded', 'failed', 'cancelled')) as open,
        max(r.ended_at) as ended_at
    from suites s left join runs r on r.suite_id = s.id
    group by s.id;

create view podium.runs as
    select h.id, h.suite_id, h.suite_name as suite, h.tags, h.is_archived, h.name, h.kind, h.system, h.task, h.model,
        h.configuration, h.seed::numeric as seed, h.state, h.reason, h.attempt as attempts, h.score, h.submitted_at,
        h.started_at, h.ended_at, extract(epoch from h.ended_at - h.started_at)::double precision as seconds,
        r.spec -> 'training' as parameters
    from run_history h join runs r on r.id = h.id;

create view podium.scores as
    select h.id as run_id, h.suite_id, h.suite_name as suite, h.system, h.task, h.model, h.configuration,
        h.seed::numeric as seed, metric.name as metric, metric.value / metric.scale as value,
        bounds.low / metric.scale as low, bounds.high / metric.scale as high,
        bounds.method as interval_method, h.split, h.data_origin, h.data_version, h.examples, h.is_archived
    from run_history h
    join results on results.run_id = h.id
    cross join lateral (
        -- SQuAD's metrics are stored as the official scripts print them, in percent.
        select key as name, value::double precision as value, case when h.task like 'squad/%' then 100 else 1 end as scale
        from jsonb_each_text(results.result -> 'metrics')
        union all
        select 'score', h.score, 1 where h.score is not null
    ) as metric
    left join lateral jsonb_to_record(results.result -> 'intervals' -> metric.name)
        as bounds (low double precision, high double precision, method text) on true
    where h.task is not null;

create view podium.metrics as
    select m.run_id, r.suite_id, r.system, r.task, m.name as metric, m.step, m.value
    from metrics m join runs r on r.id = m.run_id;

create view podium.attempts as
    select a.run_id, r.suite_id, a.attempt, w.host, a.started_at, a.ended_at,
        extract(epoch from a.ended_at - a.started_at)::double precision as seconds, a.outcome, a.message,
        a.resumed_from_step, a.environment
    from attempts a join runs r on r.id = a.run_id left join workers w on w.id = a.worker_id;

create view podium.artifacts as
    select a.id, a.run_id, r.suite_id, a.attempt, a.kind, a.step, a.score, a.path, a.sha256, a.bytes, a.created_at,
        a.removed_at
    from artifacts a join runs r on r.id = a.run_id;

create view podium.inputs as
    select i.run_id, r.suite_id, i.name, i.parent_id, i.kind, i.artifact_id, a.sha256
    from inputs i join runs r on r.id = i.run_id left join artifacts a on a.id = i.artifact_id;
