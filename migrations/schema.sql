CREATE FUNCTION public.note_state() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    insert into events (run_id, kind, attempt, token, reason)
    values (new.id, new.state, new.attempt, new.token, new.reason);
    return null;
end
$$;
CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'rows of % are immutable', tg_table_name using errcode = 'restrict_violation';
end
$$;
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
    CONSTRAINT attempts_end_with_an_outcome CHECK (((ended_at IS NULL) = (outcome IS NULL)))
)
WITH (fillfactor='80');
CREATE TABLE public.checkpoints (
    id bigint NOT NULL,
    run_id bigint NOT NULL,
    token bigint NOT NULL,
    step bigint NOT NULL,
    path text NOT NULL,
    sha256 text NOT NULL,
    bytes bigint NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT checkpoints_hash_is_hexadecimal CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
ALTER TABLE public.checkpoints ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.checkpoints_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.dependencies (
    child_id bigint NOT NULL,
    parent_id bigint NOT NULL,
    condition text NOT NULL,
    CONSTRAINT dependencies_condition_is_known CHECK ((condition = ANY (ARRAY['afterSuccess'::text, 'afterAny'::text]))),
    CONSTRAINT dependencies_point_back CHECK ((parent_id < child_id))
);
CREATE TABLE public.events (
    id bigint NOT NULL,
    run_id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    kind text NOT NULL,
    attempt integer NOT NULL,
    token bigint,
    reason text
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
CREATE TABLE public.metrics (
    run_id bigint NOT NULL,
    name text NOT NULL,
    step bigint NOT NULL,
    value double precision NOT NULL,
    token bigint NOT NULL
);
CREATE TABLE public.predictions (
    run_id bigint NOT NULL,
    ordinal bigint NOT NULL,
    split text NOT NULL,
    example text NOT NULL,
    prediction text NOT NULL,
    gold text NOT NULL,
    score double precision NOT NULL
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
    sort_key bigint NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');
CREATE TABLE public.results (
    run_id bigint NOT NULL,
    token bigint NOT NULL,
    result jsonb NOT NULL,
    score double precision,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
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
    CONSTRAINT runs_end_when_over CHECK (((state = ANY (ARRAY['succeeded'::text, 'failed'::text, 'cancelled'::text])) = (ended_at IS NOT NULL))),
    CONSTRAINT runs_hold_a_lease_while_running CHECK (((state = 'running'::text) = ((token IS NOT NULL) AND (worker_id IS NOT NULL)))),
    CONSTRAINT runs_need_threads CHECK ((threads > 0)),
    CONSTRAINT runs_state_is_known CHECK ((state = ANY (ARRAY['blocked'::text, 'ready'::text, 'waiting'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text]))),
    CONSTRAINT runs_wait_for_a_time CHECK (((state = 'waiting'::text) = (not_before IS NOT NULL))),
    CONSTRAINT runs_want_is_known CHECK ((want = ANY (ARRAY['run'::text, 'cancel'::text])))
)
WITH (fillfactor='70');
ALTER TABLE public.runs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.runs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.schema_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.suites (
    id bigint NOT NULL,
    request text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    selection jsonb NOT NULL,
    priority integer NOT NULL,
    submitted_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT suites_have_a_name CHECK ((name <> ''::text))
);
ALTER TABLE public.suites ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.suites_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
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
    CONSTRAINT workers_have_threads CHECK ((threads > 0))
)
WITH (fillfactor='50');
ALTER TABLE public.workers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.workers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_have_a_token_of_their_own UNIQUE (token);
ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (run_id, attempt);
ALTER TABLE ONLY public.checkpoints
    ADD CONSTRAINT checkpoints_are_saved_once UNIQUE (run_id, token, step);
ALTER TABLE ONLY public.checkpoints
    ADD CONSTRAINT checkpoints_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.dependencies
    ADD CONSTRAINT dependencies_pkey PRIMARY KEY (child_id, parent_id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.leaders
    ADD CONSTRAINT leaders_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.log_lines
    ADD CONSTRAINT log_lines_pkey PRIMARY KEY (run_id, sequence);
ALTER TABLE ONLY public.metrics
    ADD CONSTRAINT metrics_pkey PRIMARY KEY (run_id, name, step);
ALTER TABLE ONLY public.predictions
    ADD CONSTRAINT predictions_pkey PRIMARY KEY (run_id, ordinal);
ALTER TABLE ONLY public.progress
    ADD CONSTRAINT progress_pkey PRIMARY KEY (run_id);
ALTER TABLE ONLY public.ready
    ADD CONSTRAINT ready_pkey PRIMARY KEY (run_id);
ALTER TABLE ONLY public.results
    ADD CONSTRAINT results_pkey PRIMARY KEY (run_id);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_are_named_once_in_a_suite UNIQUE (suite_id, name);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.suites
    ADD CONSTRAINT suites_are_submitted_once UNIQUE (request);
ALTER TABLE ONLY public.suites
    ADD CONSTRAINT suites_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (id);
CREATE INDEX checkpoints_in_order ON public.checkpoints USING btree (run_id, step DESC, id DESC);
CREATE INDEX dependencies_of_a_parent ON public.dependencies USING btree (parent_id);
CREATE INDEX events_of_a_run ON public.events USING btree (run_id, id);
CREATE INDEX ready_in_order ON public.ready USING btree (pool, threads, sort_key, run_id);
CREATE INDEX runs_not_over ON public.runs USING btree (suite_id, id) WHERE (state <> ALL (ARRAY['succeeded'::text, 'failed'::text, 'cancelled'::text]));
CREATE INDEX runs_of_a_worker ON public.runs USING btree (worker_id) WHERE (state = 'running'::text);
CREATE INDEX runs_waiting ON public.runs USING btree (not_before) WHERE (state = 'waiting'::text);
CREATE INDEX suites_by_name ON public.suites USING btree (name, id);
CREATE INDEX workers_at_work ON public.workers USING btree (id) WHERE (retired_at IS NULL);
CREATE TRIGGER predictions_are_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON public.predictions FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER results_are_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON public.results FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER runs_note_their_state AFTER UPDATE ON public.runs FOR EACH ROW WHEN ((old.state IS DISTINCT FROM new.state)) EXECUTE FUNCTION public.note_state();
CREATE TRIGGER runs_note_their_submission AFTER INSERT ON public.runs FOR EACH ROW EXECUTE FUNCTION public.note_state();
ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id);
ALTER TABLE ONLY public.checkpoints
    ADD CONSTRAINT checkpoints_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.dependencies
    ADD CONSTRAINT dependencies_child_id_fkey FOREIGN KEY (child_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.dependencies
    ADD CONSTRAINT dependencies_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
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
ALTER TABLE ONLY public.results
    ADD CONSTRAINT results_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(id);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_blocked_by_fkey FOREIGN KEY (blocked_by) REFERENCES public.runs(id);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_suite_id_fkey FOREIGN KEY (suite_id) REFERENCES public.suites(id);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id);
