-- What happens to a suite as a whole is in the change feed too: pages that stay open are told.
alter table events alter column run_id drop not null;
alter table events alter column to_state drop not null;
alter table events drop constraint events_kind_is_known;
alter table events add constraint events_kind_is_known check (
    kind in (
        'state', 'cancelRequested', 'preemptRequested', 'artifact', 'held', 'released', 'reordered', 'deleted', 'annotated'
    )
);
alter table events add constraint events_are_of_a_run_or_a_suite check (
    case when kind in ('deleted', 'annotated') then run_id is null and to_state is null
        else run_id is not null and to_state is not null end
);

create function note_deletions() returns trigger language plpgsql as $$
begin
    insert into events (suite_id, kind, attempt, reason)
    select suite_id, 'deleted', 0, count(*)::text from gone group by suite_id order by suite_id;
    return null;
end
$$;
create trigger runs_note_deletions after delete on runs
    referencing old table as gone for each statement execute function note_deletions();

create function note_annotation() returns trigger language plpgsql as $$
begin
    insert into events (suite_id, kind, attempt) values (new.id, 'annotated', 0);
    return null;
end
$$;
create trigger suites_note_annotations after update on suites
    for each row when (
        old.tags is distinct from new.tags or old.note is distinct from new.note
        or old.archived_at is distinct from new.archived_at
    )
    execute function note_annotation();
