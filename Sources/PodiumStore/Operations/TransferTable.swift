/// A table whose rows travel with a suite, in the order in which they can be stored.
package enum TransferTable: String, CaseIterable, Codable, Sendable {
    case suites, workers, runs, dependencies, attempts, artifacts, inputs, results, predictions, metrics, progress
    case logLines = "log_lines"
    case seedPlans = "seed_plans"
    case seedLooks = "seed_looks"

    /// Rows of a suite (`$1`) as documents.
    ///
    /// An artifact's path is replaced by what `$2` (numbers) and `$3` say of it, and it counts as removed where they say
    /// nothing.
    var select: Statement {
        switch self {
        case .suites: "select to_jsonb(t) as document from suites t where id = $1"
        case .workers:
            """
            select to_jsonb(t) as document from workers t
            where id in (select a.worker_id from attempts a join runs r on r.id = a.run_id where r.suite_id = $1)
            order by id
            """
        case .runs: "select to_jsonb(t) as document from runs t where suite_id = $1 order by id"
        case .dependencies:
            """
            select to_jsonb(t) as document from dependencies t join runs r on r.id = t.child_id
            where r.suite_id = $1 order by t.child_id, t.parent_id
            """
        case .inputs:
            """
            select to_jsonb(t) as document from inputs t join runs r on r.id = t.run_id
            where r.suite_id = $1 order by t.run_id, t.name
            """
        case .attempts:
            """
            select to_jsonb(t) as document from attempts t join runs r on r.id = t.run_id
            where r.suite_id = $1 order by t.run_id, t.attempt
            """
        case .artifacts:
            """
            select to_jsonb(t) || jsonb_build_object(
                'path', coalesce(place.path, regexp_replace(t.path, '^.*/', '')),
                'removed_at', coalesce(t.removed_at, case when place.path is null then t.created_at end)
            ) as document
            from artifacts t join runs r on r.id = t.run_id
            left join unnest($2::bigint[], $3::text[]) as place (id, path) on place.id = t.id
            where r.suite_id = $1 order by t.id
            """
        case .results:
            """
            select to_jsonb(t) as document from results t join runs r on r.id = t.run_id
            where r.suite_id = $1 order by t.run_id
            """
        case .predictions:
            """
            select to_jsonb(t) as document from predictions t join runs r on r.id = t.run_id
            where r.suite_id = $1 order by t.run_id, t.ordinal
            """
        case .metrics:
            """
            select to_jsonb(t) as document from metrics t join runs r on r.id = t.run_id
            where r.suite_id = $1 order by t.run_id, t.name, t.step
            """
        case .progress:
            """
            select to_jsonb(t) as document from progress t join runs r on r.id = t.run_id
            where r.suite_id = $1 order by t.run_id
            """
        case .logLines:
            """
            select to_jsonb(t) as document from log_lines t join runs r on r.id = t.run_id
            where r.suite_id = $1 order by t.run_id, t.sequence
            """
        case .seedPlans: "select to_jsonb(t) as document from seed_plans t where suite_id = $1"
        case .seedLooks: "select to_jsonb(t) as document from seed_looks t where suite_id = $1 order by number"
        }
    }

    /// Stores documents (`$1`) under the numbers of this database, which `import_numbers` has; `$2` is the folder of
    /// artifacts here, `$3` the name of the import.
    var insert: Statement {
        switch self {
        case .suites:
            """
            select insert_documents('suites', jsonb_agg(
                document || jsonb_build_object('id', s.new, 'request', $3::text)
            )) as stored
            from unnest($1::jsonb[]) as document
            join import_numbers s on s.kind = 'suite' and s.old = (document ->> 'id')::bigint
            where $2::text is not null
            """
        case .workers:
            """
            select insert_documents('workers', jsonb_agg(
                document || jsonb_build_object('id', w.new, 'pilot', null,
                    'retired_at', coalesce(document ->> 'retired_at', document ->> 'lease_until'))
            )) as stored
            from unnest($1::jsonb[]) as document
            join import_numbers w on w.kind = 'worker' and w.old = (document ->> 'id')::bigint
            where $2::text is not null and $3::text is not null
            """
        case .runs:
            """
            select insert_documents('runs', jsonb_agg(
                document || jsonb_build_object('id', r.new, 'suite_id', s.new, 'blocked_by', b.new) order by r.new
            )) as stored
            from unnest($1::jsonb[]) as document
            join import_numbers r on r.kind = 'run' and r.old = (document ->> 'id')::bigint
            join import_numbers s on s.kind = 'suite' and s.old = (document ->> 'suite_id')::bigint
            left join import_numbers b on b.kind = 'run' and b.old = (document ->> 'blocked_by')::bigint
            where $2::text is not null and $3::text is not null
            """
        case .dependencies:
            """
            select insert_documents('dependencies', jsonb_agg(
                document || jsonb_build_object('child_id', c.new, 'parent_id', p.new)
            )) as stored
            from unnest($1::jsonb[]) as document
            join import_numbers c on c.kind = 'run' and c.old = (document ->> 'child_id')::bigint
            join import_numbers p on p.kind = 'run' and p.old = (document ->> 'parent_id')::bigint
            where $2::text is not null and $3::text is not null
            """
        case .inputs:
            """
            select insert_documents('inputs', jsonb_agg(
                document || jsonb_build_object('run_id', r.new, 'parent_id', p.new, 'artifact_id', a.new)
            )) as stored
            from unnest($1::jsonb[]) as document
            join import_numbers r on r.kind = 'run' and r.old = (document ->> 'run_id')::bigint
            join import_numbers p on p.kind = 'run' and p.old = (document ->> 'parent_id')::bigint
            left join import_numbers a on a.kind = 'artifact' and a.old = (document ->> 'artifact_id')::bigint
            where $2::text is not null and $3::text is not null
            """
        case .attempts:
            """
            select insert_documents('attempts', jsonb_agg(
                document || jsonb_build_object('run_id', r.new, 'token', t.new, 'worker_id', w.new)
            )) as stored
            from unnest($1::jsonb[]) as document
            join import_numbers r on r.kind = 'run' and r.old = (document ->> 'run_id')::bigint
            join import_numbers t on t.kind = 'token' and t.old = (document ->> 'token')::bigint
            join import_numbers w on w.kind = 'worker' and w.old = (document ->> 'worker_id')::bigint
            where $2::text is not null and $3::text is not null
            """
        case .artifacts:
            """
            select insert_documents('artifacts', jsonb_agg(
                document || jsonb_build_object('id', a.new, 'run_id', r.new, 'token', t.new,
                    'path', $2::text || '/run-' || r.new || '/attempt-' || t.new || '/' || (document ->> 'path'))
                order by a.new
            )) as stored
            from unnest($1::jsonb[]) as document
            join import_numbers a on a.kind = 'artifact' and a.old = (document ->> 'id')::bigint
            join import_numbers r on r.kind = 'run' and r.old = (document ->> 'run_id')::bigint
            join import_numbers t on t.kind = 'token' and t.old = (document ->> 'token')::bigint
            where $3::text is not null
            """
        case .results:
            """
            select insert_documents('results', jsonb_agg(
                document || jsonb_build_object('run_id', r.new, 'token', t.new, 'reused_from', s.new)
            )) as stored
            from unnest($1::jsonb[]) as document
            join import_numbers r on r.kind = 'run' and r.old = (document ->> 'run_id')::bigint
            join import_numbers t on t.kind = 'token' and t.old = (document ->> 'token')::bigint
            left join import_numbers s on s.kind = 'run' and s.old = (document ->> 'reused_from')::bigint
            where $2::text is not null and $3::text is not null
            """
        case .predictions:
            """
            select insert_documents('predictions', jsonb_agg(document || jsonb_build_object('run_id', r.new))) as stored
            from unnest($1::jsonb[]) as document
            join import_numbers r on r.kind = 'run' and r.old = (document ->> 'run_id')::bigint
            where $2::text is not null and $3::text is not null
            """
        case .metrics:
            """
            select insert_documents('metrics', jsonb_agg(
                document || jsonb_build_object('run_id', r.new, 'token', t.new)
            )) as stored
            from unnest($1::jsonb[]) as document
            join import_numbers r on r.kind = 'run' and r.old = (document ->> 'run_id')::bigint
            join import_numbers t on t.kind = 'token' and t.old = (document ->> 'token')::bigint
            where $2::text is not null and $3::text is not null
            """
        case .progress:
            """
            select insert_documents('progress', jsonb_agg(
                document || jsonb_build_object('run_id', r.new, 'token', t.new)
            )) as stored
            from unnest($1::jsonb[]) as document
            join import_numbers r on r.kind = 'run' and r.old = (document ->> 'run_id')::bigint
            join import_numbers t on t.kind = 'token' and t.old = (document ->> 'token')::bigint
            where $2::text is not null and $3::text is not null
            """
        case .logLines:
            """
            select insert_documents('log_lines', jsonb_agg(document || jsonb_build_object('run_id', r.new))) as stored
            from unnest($1::jsonb[]) as document
            join import_numbers r on r.kind = 'run' and r.old = (document ->> 'run_id')::bigint
            where $2::text is not null and $3::text is not null
            """
        case .seedPlans:
            """
            select insert_documents('seed_plans', jsonb_agg(document || jsonb_build_object('suite_id', s.new))) as stored
            from unnest($1::jsonb[]) as document
            join import_numbers s on s.kind = 'suite' and s.old = (document ->> 'suite_id')::bigint
            where $2::text is not null and $3::text is not null
            """
        case .seedLooks:
            """
            select insert_documents('seed_looks', jsonb_agg(document || jsonb_build_object('suite_id', s.new))) as stored
            from unnest($1::jsonb[]) as document
            join import_numbers s on s.kind = 'suite' and s.old = (document ->> 'suite_id')::bigint
            where $2::text is not null and $3::text is not null
            """
        }
    }
}
