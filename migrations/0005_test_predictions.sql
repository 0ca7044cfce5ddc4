-- Runs keep their predictions of the test sets.
alter table artifacts drop constraint artifacts_kind_is_known;
alter table artifacts add constraint artifacts_kind_is_known check (
    kind in ('checkpoint', 'model', 'predictions', 'test-predictions', 'report', 'features', 'corpus', 'vectors')
);
