-- Each worker may keep its free threads for a run, not one worker of a pool only. What is kept now is decided anew within seconds.
delete from reservations;
alter table reservations drop constraint reservations_pkey;
alter table reservations add primary key (worker_id);
drop index reservations_by_worker;
drop index reservations_by_run;
create unique index reservations_by_run on reservations (run_id);
