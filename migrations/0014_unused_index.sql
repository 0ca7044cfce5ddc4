-- Systems are looked for by patterns in any case, or within a suite: no plan has used this index.
drop index runs_of_a_system;
