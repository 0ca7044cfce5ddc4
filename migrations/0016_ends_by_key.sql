-- The end of a run asks for its state beside its number, and while few runs are running the planner preferred this index, small as
-- it seems, to the primary key. Beside a held snapshot the entries of all runs that ended meanwhile stay in it, and every end read
-- them all. By a predicate that the end does not imply, the index serves only what asks for a worker.
drop index runs_of_a_worker;
create index runs_of_a_worker on runs (worker_id) where worker_id is not null;
