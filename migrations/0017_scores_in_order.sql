-- History by score is read in the order of scores, until a page is full.
create index results_by_score on results (score desc nulls last, run_id desc);
