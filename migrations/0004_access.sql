-- Who may use the dashboard and its API, and what they did there.

create table access_tokens (
    id bigint generated always as identity primary key,
    name text not null constraint access_tokens_have_a_name check (name <> ''),
    role text not null constraint access_tokens_role_is_known check (role in ('reader', 'operator', 'admin')),
    -- Of the token's text, which only its holder has.
    sha256 text not null constraint access_tokens_are_told_apart unique,
    created_at timestamptz not null default clock_timestamp(),
    revoked_at timestamptz,
    constraint access_tokens_hash_is_hexadecimal check (sha256 ~ '^[0-9a-f]{64}$')
);
create unique index access_tokens_in_force on access_tokens (name) where revoked_at is null;

-- Written before the action is carried out; `outcome` says afterwards what came of it.
create table actions (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    -- The token's name at that time.
    actor text not null,
    role text not null,
    action text not null,
    target text not null,
    outcome text
);
