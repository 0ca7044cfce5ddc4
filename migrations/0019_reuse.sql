-- Results that other runs may take over.
alter table results add column work_key text;
alter table results add column reused_from bigint references runs (id);
comment on column results.work_key is 'SHA-256 of all that decided the result: RunResult.workKey';
create index results_to_reuse on results (work_key) where work_key is not null;
create index results_reused on results (reused_from) where reused_from is not null;
