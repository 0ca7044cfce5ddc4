CREATE SCHEMA podium;
COMMENT ON SCHEMA podium IS 'Views for reading: docs/sql.md';
CREATE FUNCTION public.described(spec jsonb) RETURNS TABLE(kind text, system text, task text, model text, configuration text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select spec ->> 'kind', spec ->> 'system', spec ->> 'task',
        coalesce(
            spec #>> '{model,named}', spec #>> '{model,path}', 'run ' || (spec #>> '{model,run}'),
            'fresh ' || (spec #>> '{model,preset}')
        ),
        md5((spec -> 'training')::text)
$$;
CREATE FUNCTION public.standing(state text, held boolean) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select case when state = 'ready' and held then 'held' else state end
$$;
CREATE TABLE public.results (
    run_id bigint NOT NULL,
    token bigint NOT NULL,
    result jsonb NOT NULL,
    score double precision,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    split text,
    data_origin text,
    data_version text,
    examples bigint,
    work_key text,
    reused_from bigint
);
COMMENT ON COLUMN public.results.work_key IS 'SHA-256 of all that decided the result: RunResult.workKey';
CREATE TABLE public.runs (
    id bigint NOT NULL,
    suite_id bigint NOT NULL,
    name text NOT NULL,
    spec jsonb NOT NULL,
    pool text NOT NULL,
    threads integer NOT NULL,
    sort_key bigint NOT NULL,
    state text NOT NULL,
    want text DEFAULT 'run'::text NOT NULL,
    reason text,
    blocked_by bigint,
    has_children boolean NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    token bigint,
    worker_id bigint,
    not_before timestamp with time zone,
    submitted_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    kind text,
    system text,
    task text,
    model text,
    configuration text,
    held boolean DEFAULT false NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    CONSTRAINT runs_end_when_over CHECK (((state = ANY (ARRAY['succeeded'::text, 'failed'::text, 'cancelled'::text])) = (ended_at IS NOT NULL))),
    CONSTRAINT runs_hold_a_lease_while_running CHECK (((state = 'running'::text) = ((token IS NOT NULL) AND (worker_id IS NOT NULL)))),
    CONSTRAINT runs_need_threads CHECK ((threads > 0)),
    CONSTRAINT runs_state_is_known CHECK ((state = ANY (ARRAY['blocked'::text, 'ready'::text, 'waiting'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text]))),
    CONSTRAINT runs_wait_for_a_time CHECK (((state = 'waiting'::text) = (not_before IS NOT NULL))),
    CONSTRAINT runs_want_is_known CHECK ((want = ANY (ARRAY['run'::text, 'cancel'::text, 'preempt'::text])))
)
WITH (fillfactor='45');
CREATE TABLE public.suites (
    id bigint NOT NULL,
    request text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    selection jsonb NOT NULL,
    priority integer NOT NULL,
    submitted_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    archived_at timestamp with time zone,
    submitter text,
    project text,
    account text GENERATED ALWAYS AS (COALESCE(project, submitter, ''::text)) STORED,
    finish_key bigint DEFAULT 0 NOT NULL,
    CONSTRAINT suites_have_a_name CHECK ((name <> ''::text))
);
CREATE VIEW public.run_history AS
 SELECT r.id,
    r.suite_id,
    s.name AS suite_name,
    s.tags,
    (s.archived_at IS NOT NULL) AS is_archived,
    r.name,
    r.kind,
    r.system,
    r.task,
    r.model,
    r.configuration,
    (r.spec ->> 'seed'::text) AS seed,
    r.state,
    r.reason,
    r.attempt,
    r.submitted_at,
    r.started_at,
    r.ended_at,
    results.score,
    results.split,
    results.data_origin,
    results.data_version,
    results.examples,
    public.standing(r.state, r.held) AS standing
   FROM ((public.runs r
     JOIN public.suites s ON ((s.id = r.suite_id)))
     LEFT JOIN public.results ON ((results.run_id = r.id)));
CREATE FUNCTION public.find_runs(filter jsonb) RETURNS SETOF public.run_history
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
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
CREATE FUNCTION public.insert_documents(target regclass, documents jsonb) RETURNS bigint
    LANGUAGE plpgsql
    AS $_$
declare
    names text;
    stored bigint;
begin
    select string_agg(quote_ident(attname), ', ' order by attnum) into names
    from pg_attribute
    where attrelid = target and attnum > 0 and not attisdropped and attgenerated = '';
    execute format(
        'insert into %s (%s) overriding system value select %s from jsonb_populate_recordset(null::%s, $1)',
        target, names, names, target
    ) using documents;
    get diagnostics stored = row_count;
    return stored;
end
$_$;
CREATE FUNCTION public.leave_spent_projects_out() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
    if exists (select from budgets where spent_at is not null) then
        delete from ready using added, runs r, suites s, budgets b
        where ready.run_id = added.run_id and r.id = added.run_id and s.id = r.suite_id
            and b.project = s.project and b.spent_at is not null;
    end if;
    return null;
end
$$;
CREATE FUNCTION public.note_annotation() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    insert into events (suite_id, kind, attempt) values (new.id, 'annotated', 0);
    return null;
end
$$;
CREATE FUNCTION public.note_artifacts() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    insert into events (suite_id, run_id, kind, to_state, attempt, token, reason)
    select runs.suite_id, runs.id, 'artifact', runs.state, added.attempt, added.token,
        added.kind || coalesce(' of step ' || added.step, '')
    from added join runs on runs.id = added.run_id
    order by added.id;
    return null;
end
$$;
CREATE FUNCTION public.note_budget() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    insert into events (kind, attempt, reason) values ('budget', 0, coalesce(new.project, old.project));
    return null;
end
$$;
CREATE FUNCTION public.note_deletions() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    insert into events (suite_id, kind, attempt, reason)
    select suite_id, 'deleted', 0, count(*)::text from gone group by suite_id order by suite_id;
    return null;
end
$$;
CREATE FUNCTION public.note_order() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    insert into events (suite_id, run_id, kind, to_state, attempt, token)
    values (
        new.suite_id, new.id,
        case when old.held = new.held then 'reordered' when new.held then 'held' else 'released' end,
        new.state, new.attempt, new.token
    );
    return null;
end
$$;
CREATE FUNCTION public.note_request() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    insert into events (suite_id, run_id, kind, to_state, attempt, token)
    values (new.suite_id, new.id, new.want || 'Requested', new.state, new.attempt, new.token);
    return null;
end
$$;
CREATE FUNCTION public.note_states() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_nestloop TO 'off'
    SET enable_hashjoin TO 'on'
    SET enable_mergejoin TO 'on'
    AS $$
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
CREATE FUNCTION public.note_submissions() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    insert into events (suite_id, run_id, kind, to_state, attempt)
    select suite_id, id, 'state', state, attempt from added order by id;
    return null;
end
$$;
CREATE FUNCTION public.open_suites() RETURNS SETOF bigint
    LANGUAGE sql STABLE
    AS $$
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
CREATE FUNCTION public.refuse_another_plan() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'a plan of seeds is immutable' using errcode = 'restrict_violation';
end
$$;
CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if tg_op = 'DELETE' and current_setting('podium.deletes_runs', true) = 'on' then return null; end if;
    raise exception 'rows of % are immutable', tg_table_name using errcode = 'restrict_violation';
end
$$;
CREATE FUNCTION public.scored_on(result jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
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
CREATE FUNCTION public.seconds_used(of_project text, after timestamp with time zone, among bigint[] DEFAULT NULL::bigint[]) RETURNS double precision
    LANGUAGE sql STABLE
    AS $$
    select coalesce(sum(
        extract(epoch from coalesce(a.ended_at, clock_timestamp()) - greatest(a.started_at, after))
        * case when split_part(r.pool, '/', 1) in ('cpu', 'xla-cpu') then r.threads
            else (r.spec #>> '{resources,replicas}')::integer end
    ), 0)::double precision
    from suites s join runs r on r.suite_id = s.id join attempts a on a.run_id = r.id
    where s.account = of_project and s.project = of_project and (among is null or r.id = any(among))
        and coalesce(a.ended_at, clock_timestamp()) > after
$$;
CREATE TABLE public.artifacts (
    id bigint NOT NULL,
    run_id bigint NOT NULL,
    attempt integer NOT NULL,
    token bigint NOT NULL,
    kind text NOT NULL,
    step bigint,
    share double precision,
    score double precision,
    path text NOT NULL,
    sha256 text NOT NULL,
    bytes bigint NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    removed_at timestamp with time zone,
    CONSTRAINT artifacts_hash_is_hexadecimal CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT artifacts_kind_is_known CHECK ((kind = ANY (ARRAY['checkpoint'::text, 'model'::text, 'predictions'::text, 'test-predictions'::text, 'report'::text, 'features'::text, 'corpus'::text, 'vectors'::text])))
);
CREATE VIEW podium.artifacts AS
 SELECT a.id,
    a.run_id,
    r.suite_id,
    a.attempt,
    a.kind,
    a.step,
    a.score,
    a.path,
    a.sha256,
    a.bytes,
    a.created_at,
    a.removed_at
   FROM (public.artifacts a
     JOIN public.runs r ON ((r.id = a.run_id)));
CREATE TABLE public.attempts (
    run_id bigint NOT NULL,
    attempt integer NOT NULL,
    token bigint NOT NULL,
    worker_id bigint NOT NULL,
    request text NOT NULL,
    resumed_from_step bigint,
    started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    ended_at timestamp with time zone,
    outcome text,
    message text,
    environment jsonb,
    CONSTRAINT attempts_end_with_an_outcome CHECK (((ended_at IS NULL) = (outcome IS NULL)))
)
WITH (fillfactor='80');
CREATE TABLE public.workers (
    id bigint NOT NULL,
    host text NOT NULL,
    process_id integer NOT NULL,
    pool text NOT NULL,
    threads integer NOT NULL,
    version text NOT NULL,
    registered_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    lease_until timestamp with time zone NOT NULL,
    retired_at timestamp with time zone,
    lost boolean DEFAULT false NOT NULL,
    drain_at timestamp with time zone,
    pilot text,
    pilot_task integer,
    ends_at timestamp with time zone,
    CONSTRAINT workers_have_threads CHECK ((threads > 0))
)
WITH (fillfactor='50');
CREATE VIEW podium.attempts AS
 SELECT a.run_id,
    r.suite_id,
    a.attempt,
    w.host,
    a.started_at,
    a.ended_at,
    (EXTRACT(epoch FROM (a.ended_at - a.started_at)))::double precision AS seconds,
    a.outcome,
    a.message,
    a.resumed_from_step,
    a.environment
   FROM ((public.attempts a
     JOIN public.runs r ON ((r.id = a.run_id)))
     LEFT JOIN public.workers w ON ((w.id = a.worker_id)));
CREATE TABLE public.inputs (
    run_id bigint NOT NULL,
    name text NOT NULL,
    parent_id bigint NOT NULL,
    kind text NOT NULL,
    selector jsonb NOT NULL,
    artifact_id bigint,
    CONSTRAINT inputs_point_back CHECK ((parent_id < run_id))
);
CREATE VIEW podium.inputs AS
 SELECT i.run_id,
    r.suite_id,
    i.name,
    i.parent_id,
    i.kind,
    i.artifact_id,
    a.sha256
   FROM ((public.inputs i
     JOIN public.runs r ON ((r.id = i.run_id)))
     LEFT JOIN public.artifacts a ON ((a.id = i.artifact_id)));
CREATE TABLE public.metrics (
    run_id bigint NOT NULL,
    name text NOT NULL,
    step bigint NOT NULL,
    value double precision NOT NULL,
    token bigint NOT NULL
);
CREATE VIEW podium.metrics AS
 SELECT m.run_id,
    r.suite_id,
    r.system,
    r.task,
    m.name AS metric,
    m.step,
    m.value
   FROM (public.metrics m
     JOIN public.runs r ON ((r.id = m.run_id)));
CREATE VIEW podium.runs AS
 SELECT h.id,
    h.suite_id,
    h.suite_name AS suite,
    h.tags,
    h.is_archived,
    h.name,
    h.kind,
    h.system,
    h.task,
    h.model,
    h.configuration,
    (h.seed)::numeric AS seed,
    h.state,
    h.reason,
    h.attempt AS attempts,
    h.score,
    h.submitted_at,
    h.started_at,
    h.ended_at,
    (EXTRACT(epoch FROM (h.ended_at - h.started_at)))::double precision AS seconds,
    (r.spec -> 'training'::text) AS parameters,
    r.priority,
    r.held AS is_held
   FROM (public.run_history h
     JOIN public.runs r ON ((r.id = h.id)));
CREATE VIEW podium.scores AS
 SELECT h.id AS run_id,
    h.suite_id,
    h.suite_name AS suite,
    h.system,
    h.task,
    h.model,
    h.configuration,
    (h.seed)::numeric AS seed,
    metric.name AS metric,
    (metric.value / (metric.scale)::double precision) AS value,
    (bounds.low / (metric.scale)::double precision) AS low,
    (bounds.high / (metric.scale)::double precision) AS high,
    bounds.method AS interval_method,
    h.split,
    h.data_origin,
    h.data_version,
    h.examples,
    h.is_archived
   FROM (((public.run_history h
     JOIN public.results ON ((results.run_id = h.id)))
     CROSS JOIN LATERAL ( SELECT jsonb_each_text.key AS name,
            (jsonb_each_text.value)::double precision AS value,
                CASE
                    WHEN (h.task ~~ 'squad/%'::text) THEN 100
                    ELSE 1
                END AS scale
           FROM jsonb_each_text((results.result -> 'metrics'::text)) jsonb_each_text(key, value)
        UNION ALL
         SELECT 'score'::text,
            h.score,
            1
          WHERE (h.score IS NOT NULL)) metric)
     LEFT JOIN LATERAL jsonb_to_record(((results.result -> 'intervals'::text) -> metric.name)) bounds(low double precision, high double precision, method text) ON (true))
  WHERE (h.task IS NOT NULL);
CREATE VIEW podium.suites AS
SELECT
    NULL::bigint AS id,
    NULL::text AS name,
    NULL::text AS kind,
    NULL::text[] AS tags,
    NULL::text AS note,
    NULL::timestamp with time zone AS archived_at,
    NULL::timestamp with time zone AS submitted_at,
    NULL::bigint AS runs,
    NULL::bigint AS succeeded,
    NULL::bigint AS failed,
    NULL::bigint AS open,
    NULL::timestamp with time zone AS ended_at,
    NULL::text AS submitter,
    NULL::text AS project;
CREATE TABLE public.access_tokens (
    id bigint NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    sha256 text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT access_tokens_hash_is_hexadecimal CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT access_tokens_have_a_name CHECK ((name <> ''::text)),
    CONSTRAINT access_tokens_role_is_known CHECK ((role = ANY (ARRAY['reader'::text, 'worker'::text, 'operator'::text, 'admin'::text])))
);
ALTER TABLE public.access_tokens ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.access_tokens_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.actions (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    actor text NOT NULL,
    role text NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    outcome text
);
ALTER TABLE public.actions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.actions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE public.artifacts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.artifacts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.budgets (
    project text NOT NULL,
    hours double precision NOT NULL,
    counted_from timestamp with time zone NOT NULL,
    deleted_seconds double precision DEFAULT 0 NOT NULL,
    spent_at timestamp with time zone,
    check_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT budgets_are_not_negative CHECK ((hours >= (0)::double precision)),
    CONSTRAINT budgets_are_of_a_project CHECK ((project <> ''::text))
);
CREATE TABLE public.dependencies (
    child_id bigint NOT NULL,
    parent_id bigint NOT NULL,
    condition text NOT NULL,
    CONSTRAINT dependencies_condition_is_known CHECK ((condition = ANY (ARRAY['afterSuccess'::text, 'afterAny'::text])))
);
CREATE TABLE public.events (
    id bigint NOT NULL,
    run_id bigint,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    kind text NOT NULL,
    attempt integer NOT NULL,
    token bigint,
    reason text,
    suite_id bigint,
    from_state text,
    to_state text,
    transaction bigint DEFAULT ((pg_current_xact_id())::text)::bigint NOT NULL,
    CONSTRAINT events_are_of_a_run_a_suite_or_a_project CHECK (
CASE kind
    WHEN 'budget'::text THEN ((suite_id IS NULL) AND (run_id IS NULL) AND (to_state IS NULL) AND (reason IS NOT NULL))
    WHEN 'deleted'::text THEN ((suite_id IS NOT NULL) AND (run_id IS NULL) AND (to_state IS NULL))
    WHEN 'annotated'::text THEN ((suite_id IS NOT NULL) AND (run_id IS NULL) AND (to_state IS NULL))
    ELSE ((suite_id IS NOT NULL) AND (run_id IS NOT NULL) AND (to_state IS NOT NULL))
END),
    CONSTRAINT events_kind_is_known CHECK ((kind = ANY (ARRAY['state'::text, 'cancelRequested'::text, 'preemptRequested'::text, 'artifact'::text, 'held'::text, 'released'::text, 'reordered'::text, 'deleted'::text, 'annotated'::text, 'budget'::text])))
);
ALTER TABLE public.events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.leaders (
    name text NOT NULL,
    holder text NOT NULL,
    term bigint NOT NULL,
    expires_at timestamp with time zone NOT NULL
)
WITH (fillfactor='50');
CREATE SEQUENCE public.lease_tokens
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE public.leases (
    worker_id bigint NOT NULL,
    run_id bigint NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');
CREATE TABLE public.log_lines (
    run_id bigint NOT NULL,
    sequence bigint NOT NULL,
    attempt integer NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    level text NOT NULL,
    message text NOT NULL
);
ALTER TABLE public.log_lines ALTER COLUMN sequence ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.log_lines_sequence_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.pilot_pools (
    name text NOT NULL,
    is_wanted boolean DEFAULT true NOT NULL,
    holder text,
    held_until timestamp with time zone
)
WITH (fillfactor='50');
CREATE TABLE public.pilots (
    id bigint NOT NULL,
    pool text NOT NULL,
    name text NOT NULL,
    queue text NOT NULL,
    threads integer NOT NULL,
    tasks integer NOT NULL,
    intended_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    tried_at timestamp with time zone,
    tries integer DEFAULT 0 NOT NULL,
    job text,
    seen_at timestamp with time zone,
    states jsonb DEFAULT '[]'::jsonb NOT NULL,
    reason text,
    ended_at timestamp with time zone,
    CONSTRAINT pilots_are_some CHECK ((tasks > 0)),
    CONSTRAINT pilots_have_threads CHECK ((threads > 0))
)
WITH (fillfactor='70');
ALTER TABLE public.pilots ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.pilots_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.predictions (
    run_id bigint NOT NULL,
    ordinal bigint NOT NULL,
    split text NOT NULL,
    example text NOT NULL,
    prediction text NOT NULL,
    gold text NOT NULL,
    score double precision NOT NULL,
    example_group text
);
CREATE TABLE public.progress (
    run_id bigint NOT NULL,
    token bigint NOT NULL,
    latest jsonb NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE public.ready (
    run_id bigint NOT NULL,
    pool text NOT NULL,
    threads integer NOT NULL,
    sort_key bigint NOT NULL,
    since timestamp with time zone DEFAULT clock_timestamp() NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');
CREATE VIEW public.queue_places AS
 SELECT ready.run_id,
    ready.pool,
    ready.sort_key,
    true AS may_start
   FROM public.ready
UNION ALL
 SELECT r.id AS run_id,
    r.pool,
    r.sort_key,
    false AS may_start
   FROM ((public.budgets b
     JOIN public.suites s ON (((s.account = b.project) AND (s.project = b.project))))
     JOIN public.runs r ON ((r.suite_id = s.id)))
  WHERE ((b.spent_at IS NOT NULL) AND (r.state = 'ready'::text) AND (NOT r.held) AND (r.ended_at IS NULL) AND (NOT (EXISTS ( SELECT
           FROM public.ready
          WHERE (ready.run_id = r.id)))));
CREATE TABLE public.reservations (
    pool text NOT NULL,
    worker_id bigint NOT NULL,
    run_id bigint NOT NULL,
    reserved_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE VIEW public.run_records AS
 WITH needs AS MATERIALIZED (
         SELECT need.pool,
            need.threads,
                CASE
                    WHEN (NOT (EXISTS ( SELECT
                       FROM public.workers w
                      WHERE ((w.retired_at IS NULL) AND (w.lease_until > clock_timestamp()) AND (w.pool = need.pool))))) THEN
                    CASE
                        WHEN (need.nodes = ''::text) THEN ('no worker with device '::text || need.pool)
                        ELSE (((('needs a worker of '::text || need.nodes) || ' nodes with device '::text) || need.device) || '; none is registered'::text)
                    END
                    WHEN (NOT (EXISTS ( SELECT
                       FROM public.workers w
                      WHERE ((w.retired_at IS NULL) AND (w.lease_until > clock_timestamp()) AND (w.pool = need.pool) AND (w.threads >= need.threads))))) THEN
                    CASE
                        WHEN (need.nodes = ''::text) THEN (('no worker has '::text || need.threads) || ' threads'::text)
                        ELSE (((('no worker of '::text || need.nodes) || ' nodes has '::text) || (need.threads / (need.nodes)::integer)) || ' threads on each'::text)
                    END
                    WHEN (NOT (EXISTS ( SELECT
                       FROM public.workers w
                      WHERE ((w.retired_at IS NULL) AND (w.lease_until > clock_timestamp()) AND (w.pool = need.pool) AND (w.threads >= need.threads) AND ((w.drain_at IS NULL) OR (w.drain_at > clock_timestamp())))))) THEN 'every worker that could take it is drained'::text
                    ELSE NULL::text
                END AS reason
           FROM ( SELECT DISTINCT ready.pool,
                    ready.threads,
                    split_part(ready.pool, '/nodes='::text, 1) AS device,
                    split_part(ready.pool, '/nodes='::text, 2) AS nodes
                   FROM public.ready) need
        )
 SELECT r.id,
    r.suite_id,
    s.name AS suite_name,
    r.spec,
    r.state,
    r.attempt,
    r.worker_id,
    r.blocked_by,
    r.submitted_at,
    r.started_at,
    r.ended_at,
    progress.latest,
        CASE
            WHEN (r.held AND (r.state = 'ready'::text)) THEN 'held'::text
            WHEN (r.held AND (r.state = ANY (ARRAY['blocked'::text, 'waiting'::text]))) THEN ('held; '::text || why.reason)
            ELSE why.reason
        END AS reason,
    r.held,
    r.priority,
    s.submitter,
    s.project
   FROM ((((((((public.runs r
     JOIN public.suites s ON ((s.id = r.suite_id)))
     LEFT JOIN public.progress ON ((progress.run_id = r.id)))
     LEFT JOIN public.runs cause ON ((cause.id = r.blocked_by)))
     LEFT JOIN needs ON (((r.state = 'ready'::text) AND (needs.pool = r.pool) AND (needs.threads = r.threads))))
     LEFT JOIN public.reservations kept ON (((r.state = 'ready'::text) AND (kept.run_id = r.id))))
     LEFT JOIN LATERAL ( SELECT (('the budget of project '::text || b.project) || ' is used up'::text) AS reason
           FROM public.budgets b
          WHERE ((b.project = s.project) AND (b.spent_at IS NOT NULL))) spent ON (true))
     LEFT JOIN LATERAL ( SELECT count(*) AS parents,
            min(parent.id) AS first,
            min(parent.id) FILTER (WHERE (unmet.reason IS NOT NULL)) AS stuck,
            (array_agg(unmet.reason ORDER BY parent.id) FILTER (WHERE (unmet.reason IS NOT NULL)))[1] AS stuck_reason
           FROM ((public.dependencies d
             JOIN public.runs parent ON ((parent.id = d.parent_id)))
             LEFT JOIN LATERAL ( SELECT
                        CASE
                            WHEN parent.held THEN 'held'::text
                            ELSE COALESCE(spent.reason, needs_1.reason)
                        END AS reason
                   FROM (( SELECT) one
                     LEFT JOIN needs needs_1 ON (((needs_1.pool = parent.pool) AND (needs_1.threads = parent.threads))))
                  WHERE (parent.state = 'ready'::text)) unmet ON (true))
          WHERE ((r.state = 'blocked'::text) AND (r.blocked_by IS NULL) AND (d.child_id = r.id) AND (parent.state <> ALL (ARRAY['succeeded'::text, 'failed'::text, 'cancelled'::text])))) pending ON (true))
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN ((r.state = 'blocked'::text) AND (r.blocked_by IS NOT NULL)) THEN (((('blocked by '::text || r.blocked_by) || ' ('::text) || cause.state) || ')'::text)
                    WHEN (r.state = 'blocked'::text) THEN (
                    CASE
                        WHEN (pending.parents = 1) THEN ('waits for run '::text || pending.first)
                        ELSE (('waits for '::text || pending.parents) || ' runs'::text)
                    END || COALESCE(((('; run '::text || pending.stuck) || ': '::text) || pending.stuck_reason), ''::text))
                    WHEN ((r.state = 'running'::text) AND (r.want = 'cancel'::text)) THEN 'cancel requested'::text
                    WHEN ((r.state = 'running'::text) AND (r.want = 'preempt'::text)) THEN 'to be preempted'::text
                    WHEN (r.state = 'ready'::text) THEN COALESCE(spent.reason, needs.reason, (('worker '::text || kept.worker_id) || ' keeps its free threads for it'::text), r.reason)
                    ELSE r.reason
                END AS reason) why);
ALTER TABLE public.runs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.runs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.saved_views (
    name text NOT NULL,
    query text NOT NULL,
    saved_by text NOT NULL,
    saved_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT saved_views_have_a_name CHECK (((name <> ''::text) AND (length(name) <= 100))),
    CONSTRAINT saved_views_query_is_short CHECK ((length(query) <= 2000))
);
CREATE TABLE public.schema_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.seed_looks (
    suite_id bigint NOT NULL,
    number integer NOT NULL,
    look jsonb NOT NULL,
    decided_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT seed_looks_count_from_one CHECK ((number > 0))
);
CREATE TABLE public.seed_plans (
    suite_id bigint NOT NULL,
    plan jsonb NOT NULL,
    ended_at timestamp with time zone
);
ALTER TABLE public.suites ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.suites_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE public.workers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.workers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY public.access_tokens
    ADD CONSTRAINT access_tokens_are_told_apart UNIQUE (sha256);
ALTER TABLE ONLY public.access_tokens
    ADD CONSTRAINT access_tokens_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.actions
    ADD CONSTRAINT actions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.artifacts
    ADD CONSTRAINT artifacts_are_saved_once UNIQUE (run_id, token, path);
ALTER TABLE ONLY public.artifacts
    ADD CONSTRAINT artifacts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_have_a_token_of_their_own UNIQUE (token);
ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (run_id, attempt);
ALTER TABLE ONLY public.budgets
    ADD CONSTRAINT budgets_pkey PRIMARY KEY (project);
ALTER TABLE ONLY public.dependencies
    ADD CONSTRAINT dependencies_pkey PRIMARY KEY (child_id, parent_id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.inputs
    ADD CONSTRAINT inputs_pkey PRIMARY KEY (run_id, name);
ALTER TABLE ONLY public.leaders
    ADD CONSTRAINT leaders_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.leases
    ADD CONSTRAINT leases_pkey PRIMARY KEY (worker_id, run_id);
ALTER TABLE ONLY public.log_lines
    ADD CONSTRAINT log_lines_pkey PRIMARY KEY (run_id, sequence);
ALTER TABLE ONLY public.metrics
    ADD CONSTRAINT metrics_pkey PRIMARY KEY (run_id, name, step);
ALTER TABLE ONLY public.pilot_pools
    ADD CONSTRAINT pilot_pools_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.pilots
    ADD CONSTRAINT pilots_are_named_once UNIQUE (name);
ALTER TABLE ONLY public.pilots
    ADD CONSTRAINT pilots_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.predictions
    ADD CONSTRAINT predictions_pkey PRIMARY KEY (run_id, ordinal);
ALTER TABLE ONLY public.progress
    ADD CONSTRAINT progress_pkey PRIMARY KEY (run_id);
ALTER TABLE ONLY public.ready
    ADD CONSTRAINT ready_pkey PRIMARY KEY (run_id);
ALTER TABLE ONLY public.reservations
    ADD CONSTRAINT reservations_pkey PRIMARY KEY (worker_id);
ALTER TABLE ONLY public.results
    ADD CONSTRAINT results_pkey PRIMARY KEY (run_id);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_are_named_once_in_a_suite UNIQUE (suite_id, name);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.saved_views
    ADD CONSTRAINT saved_views_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.seed_looks
    ADD CONSTRAINT seed_looks_pkey PRIMARY KEY (suite_id, number);
ALTER TABLE ONLY public.seed_plans
    ADD CONSTRAINT seed_plans_pkey PRIMARY KEY (suite_id);
ALTER TABLE ONLY public.suites
    ADD CONSTRAINT suites_are_submitted_once UNIQUE (request);
ALTER TABLE ONLY public.suites
    ADD CONSTRAINT suites_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (id);
CREATE UNIQUE INDEX access_tokens_in_force ON public.access_tokens USING btree (name) WHERE (revoked_at IS NULL);
CREATE INDEX artifacts_of_a_kind ON public.artifacts USING btree (run_id, kind, id);
CREATE INDEX dependencies_of_a_parent ON public.dependencies USING btree (parent_id);
CREATE INDEX events_in_order ON public.events USING btree (transaction, id);
CREATE INDEX events_of_a_run ON public.events USING btree (run_id, id);
CREATE INDEX events_of_a_suite ON public.events USING btree (suite_id, transaction, id);
CREATE INDEX inputs_of_a_parent ON public.inputs USING btree (parent_id);
CREATE INDEX inputs_that_rest_on_an_artifact ON public.inputs USING btree (artifact_id) WHERE (artifact_id IS NOT NULL);
CREATE INDEX pilots_not_over ON public.pilots USING btree (pool, id) WHERE (ended_at IS NULL);
CREATE INDEX pilots_of_a_pool ON public.pilots USING btree (pool, ended_at DESC) WHERE (ended_at IS NOT NULL);
CREATE INDEX ready_in_order ON public.ready USING btree (pool, threads, sort_key, run_id);
CREATE UNIQUE INDEX reservations_by_run ON public.reservations USING btree (run_id);
CREATE INDEX results_by_score ON public.results USING btree (score DESC NULLS LAST, run_id DESC);
CREATE INDEX results_reused ON public.results USING btree (reused_from) WHERE (reused_from IS NOT NULL);
CREATE INDEX results_to_reuse ON public.results USING btree (work_key) WHERE (work_key IS NOT NULL);
CREATE INDEX runs_behind_a_failure ON public.runs USING btree (blocked_by) WHERE (blocked_by IS NOT NULL);
CREATE INDEX runs_held ON public.runs USING btree (suite_id, id) WHERE held;
CREATE INDEX runs_not_over ON public.runs USING btree (suite_id, id) WHERE (ended_at IS NULL);
CREATE INDEX runs_of_a_suite ON public.runs USING btree (suite_id DESC, id);
CREATE INDEX runs_of_a_task ON public.runs USING btree (task, id) WHERE (task IS NOT NULL);
CREATE INDEX runs_waiting ON public.runs USING btree (not_before) WHERE (not_before IS NOT NULL);
CREATE INDEX seed_plans_not_over ON public.seed_plans USING btree (suite_id) WHERE (ended_at IS NULL);
CREATE INDEX suites_by_name ON public.suites USING btree (name, id);
CREATE INDEX suites_by_tag ON public.suites USING gin (tags);
CREATE INDEX suites_of_an_account ON public.suites USING btree (account, finish_key);
CREATE INDEX workers_at_work ON public.workers USING btree (id) WHERE (retired_at IS NULL);
CREATE INDEX workers_that_are_pilots ON public.workers USING btree (pilot) WHERE (pilot IS NOT NULL);
CREATE OR REPLACE VIEW podium.suites AS
 SELECT s.id,
    s.name,
    s.kind,
    s.tags,
    s.note,
    s.archived_at,
    s.submitted_at,
    count(r.id) AS runs,
    count(r.id) FILTER (WHERE (r.state = 'succeeded'::text)) AS succeeded,
    count(r.id) FILTER (WHERE (r.state = 'failed'::text)) AS failed,
    count(r.id) FILTER (WHERE (r.state <> ALL (ARRAY['succeeded'::text, 'failed'::text, 'cancelled'::text]))) AS open,
    max(r.ended_at) AS ended_at,
    s.submitter,
    s.project
   FROM (public.suites s
     LEFT JOIN public.runs r ON ((r.suite_id = s.id)))
  GROUP BY s.id;
CREATE TRIGGER artifacts_note_themselves AFTER INSERT ON public.artifacts REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.note_artifacts();
CREATE TRIGGER budgets_note_changes AFTER UPDATE ON public.budgets FOR EACH ROW WHEN (((old.hours <> new.hours) OR (old.counted_from <> new.counted_from) OR ((old.spent_at IS NULL) <> (new.spent_at IS NULL)))) EXECUTE FUNCTION public.note_budget();
CREATE TRIGGER budgets_note_themselves AFTER INSERT OR DELETE ON public.budgets FOR EACH ROW EXECUTE FUNCTION public.note_budget();
CREATE TRIGGER predictions_are_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON public.predictions FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER ready_leaves_spent_projects_out AFTER INSERT ON public.ready REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.leave_spent_projects_out();
CREATE TRIGGER results_are_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON public.results FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER runs_note_deletions AFTER DELETE ON public.runs REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.note_deletions();
CREATE TRIGGER runs_note_orders AFTER UPDATE ON public.runs FOR EACH ROW WHEN (((old.held <> new.held) OR (old.sort_key <> new.sort_key))) EXECUTE FUNCTION public.note_order();
CREATE TRIGGER runs_note_requests AFTER UPDATE ON public.runs FOR EACH ROW WHEN (((old.want <> new.want) AND (new.want <> 'run'::text) AND (new.state = 'running'::text))) EXECUTE FUNCTION public.note_request();
CREATE TRIGGER runs_note_their_states AFTER UPDATE ON public.runs REFERENCING OLD TABLE AS former NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.note_states();
CREATE TRIGGER runs_note_their_submission AFTER INSERT ON public.runs REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.note_submissions();
CREATE TRIGGER seed_looks_are_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON public.seed_looks FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER seed_plans_are_immutable BEFORE UPDATE ON public.seed_plans FOR EACH ROW WHEN (((old.plan <> new.plan) OR (old.ended_at IS NOT NULL))) EXECUTE FUNCTION public.refuse_another_plan();
CREATE TRIGGER suites_note_annotations AFTER UPDATE ON public.suites FOR EACH ROW WHEN (((old.tags IS DISTINCT FROM new.tags) OR (old.note IS DISTINCT FROM new.note) OR (old.archived_at IS DISTINCT FROM new.archived_at))) EXECUTE FUNCTION public.note_annotation();
ALTER TABLE ONLY public.artifacts
    ADD CONSTRAINT artifacts_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.dependencies
    ADD CONSTRAINT dependencies_child_id_fkey FOREIGN KEY (child_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.dependencies
    ADD CONSTRAINT dependencies_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.inputs
    ADD CONSTRAINT inputs_artifact_id_fkey FOREIGN KEY (artifact_id) REFERENCES public.artifacts(id);
ALTER TABLE ONLY public.inputs
    ADD CONSTRAINT inputs_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.inputs
    ADD CONSTRAINT inputs_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.log_lines
    ADD CONSTRAINT log_lines_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.metrics
    ADD CONSTRAINT metrics_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.predictions
    ADD CONSTRAINT predictions_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.results(run_id);
ALTER TABLE ONLY public.progress
    ADD CONSTRAINT progress_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.ready
    ADD CONSTRAINT ready_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.reservations
    ADD CONSTRAINT reservations_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.reservations
    ADD CONSTRAINT reservations_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.results
    ADD CONSTRAINT results_reused_from_fkey FOREIGN KEY (reused_from) REFERENCES public.runs(id);
ALTER TABLE ONLY public.results
    ADD CONSTRAINT results_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_blocked_by_fkey FOREIGN KEY (blocked_by) REFERENCES public.runs(id);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_suite_id_fkey FOREIGN KEY (suite_id) REFERENCES public.suites(id);
ALTER TABLE ONLY public.seed_looks
    ADD CONSTRAINT seed_looks_suite_id_fkey FOREIGN KEY (suite_id) REFERENCES public.seed_plans(suite_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.seed_plans
    ADD CONSTRAINT seed_plans_suite_id_fkey FOREIGN KEY (suite_id) REFERENCES public.suites(id) ON DELETE CASCADE;
