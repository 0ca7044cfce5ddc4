-- Rows that come from documents: what imports are made of.

-- Stores documents as rows, numbers included; columns that the database computes are left to it. Returns how many.
create function insert_documents(target regclass, documents jsonb) returns bigint language plpgsql as $$
declare
    names text;
    stored bigint;
begin
    select string_agg(quote_ident(attname), ', ' order by attnum) into names
    from pg_attribute
    where attrelid = target and attnum > 0 and not attisdropped and attgenerated = '';
    execute format(
        'insert into %s (%s) overriding system value select %s from jsonb_populate_recordset(null::%s, $1)',
        target, names, names, target
    ) using documents;
    get diagnostics stored = row_count;
    return stored;
end
$$;
