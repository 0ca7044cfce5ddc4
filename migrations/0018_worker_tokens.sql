-- Tokens of workers that fetch and bring files through the daemon.
alter table access_tokens drop constraint access_tokens_role_is_known;
alter table access_tokens add constraint access_tokens_role_is_known
    check (role in ('reader', 'worker', 'operator', 'admin'));
