-- What pilots take runs from is a queue (`cpu/big-memory`, `cpu/nodes=2`), of which a device is only a part.
alter table pilots rename column device to queue;

-- Whether a run could start now as far as its project's budget goes: the others stand before nobody.
create or replace view queue_places as
    select run_id, pool, sort_key, true as may_start from ready
    union all
    select r.id, r.pool, r.sort_key, false
    from budgets b join suites s on s.account = b.project and s.project = b.project join runs r on r.suite_id = s.id
    where b.spent_at is not null and r.state = 'ready' and not r.held and r.ended_at is null
        and not exists (select from ready where ready.run_id = r.id);

-- What happens to a project's budget is in the change feed too; the entry names the project and is of no suite.
alter table events alter column suite_id drop not null;
alter table events drop constraint events_kind_is_known;
alter table events add constraint events_kind_is_known check (
    kind in (
        'state', 'cancelRequested', 'preemptRequested', 'artifact', 'held', 'released', 'reordered', 'deleted', 'annotated',
        'budget'
    )
);
alter table events drop constraint events_are_of_a_run_or_a_suite;
alter table events add constraint events_are_of_a_run_a_suite_or_a_project check (
    case kind
        when 'budget' then suite_id is null and run_id is null and to_state is null and reason is not null
        when 'deleted' then suite_id is not null and run_id is null and to_state is null
        when 'annotated' then suite_id is not null and run_id is null and to_state is null
        else suite_id is not null and run_id is not null and to_state is not null
    end
);

create function note_budget() returns trigger language plpgsql as $$
begin
    insert into events (kind, attempt, reason) values ('budget', 0, coalesce(new.project, old.project));
    return null;
end
$$;
create trigger budgets_note_themselves after insert or delete on budgets for each row execute function note_budget();
create trigger budgets_note_changes after update on budgets
    for each row when (
        old.hours <> new.hours or old.counted_from <> new.counted_from or (old.spent_at is null) <> (new.spent_at is null)
    )
    execute function note_budget();
