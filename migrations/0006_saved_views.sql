-- Questions to the history that people want to ask again, under a name that everybody sees.

create table saved_views (
    name text primary key constraint saved_views_have_a_name check (name <> '' and length(name) <= 100),
    -- The query of the history's page, without the question mark.
    query text not null constraint saved_views_query_is_short check (length(query) <= 2000),
    saved_by text not null,
    saved_at timestamptz not null default clock_timestamp()
);
