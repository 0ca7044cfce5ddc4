package import PodiumCore

/// Suites as history lists them, with what their runs came to.
extension PostgresStore {
    package func suiteSummaries(
        _ filter: HistoryFilter,
        before: SuiteID?,
        limit: Int
    ) async throws -> [SuiteSummary] {
        let json = try StoredFilter(filter).json
        let rows = try await find(
            Self.summaries,
            [.json(json), .bool(filter.isAboutRuns), .int(before?.rawValue), .int(Int64(limit)), .int(nil)]
        )
        return try rows.map { row throws(StoreError) in try SuiteSummary(row) }
    }

    package func annotate(_ suite: SuiteID, _ annotation: SuiteAnnotation) async throws -> SuiteSummary? {
        let rows = try await write { connection, _ throws(StoreError) in
            try await connection.query(
                """
                update suites set
                    tags = array(
                        select distinct tag from unnest(tags || $2::text[]) as tag where tag <> all($3::text[]) order by tag
                    ),
                    note = coalesce($4::text, note),
                    archived_at = case $5::boolean
                        when true then coalesce(archived_at, clock_timestamp()) when false then null else archived_at
                    end
                where id = $1
                """,
                .int(suite.rawValue),
                .texts(annotation.addedTags.map(\.storable)),
                .texts(annotation.removedTags.map(\.storable)),
                .text(annotation.note?.storable),
                .bool(annotation.archived)
            )
            return try await connection.query(
                Self.summaries,
                .json(#"{"archived": true}"#),
                .bool(false),
                .int(nil),
                .int(1),
                .int(suite.rawValue)
            )
        }
        return try rows.first.map { row throws(StoreError) in try SuiteSummary(row) }
    }

    // MARK: Statements

    /// Suites first, so that runs are counted of one page's suites only.
    private static let summaries: Statement = """
        with page as (
            select s.* from suites s
            where ($3::bigint is null or s.id < $3) and ($5::bigint is null or s.id = $5)
                and ($1 -> 'suites' is null or s.id in (select jsonb_array_elements($1 -> 'suites')::bigint))
                and ($1 ->> 'tag' is null or s.tags @> array[$1 ->> 'tag'])
                and ($1 ->> 'from' is null or s.submitted_at >= to_timestamp(($1 ->> 'from')::double precision))
                and ($1 ->> 'before' is null or s.submitted_at < to_timestamp(($1 ->> 'before')::double precision))
                and (($1 ->> 'archived')::boolean is true or s.archived_at is null)
                and (not $2 or s.id in (select suite_id from find_runs($1)))
            order by s.id desc limit $4
        )
        select page.id, page.name, page.kind, page.submitted_at, page.tags, page.note, page.archived_at, counts.*
        from page left join lateral (
            -- part: one pass over a suite's runs, which may be a hundred thousand
            with part as (
                select standing(state, held) as state, kind, system, task, count(*) as runs, max(ended_at) as ended_at,
                    count(blocked_by) filter (where state = 'blocked') as stuck
                from runs where suite_id = page.id group by 1, kind, system, task
            ),
            states as (select state, sum(runs)::bigint as runs from part group by state)
            select coalesce((select jsonb_object_agg(state, runs) from states), '{}') as runs,
                coalesce((select sum(stuck)::bigint from part), 0) as stuck,
                (
                    select case when bool_and(state in ('succeeded', 'failed', 'cancelled')) then max(ended_at) end
                    from part
                ) as ended_at,
                array(
                    select distinct system collate "C" from part where kind <> 'report' and system is not null order by 1
                ) as systems,
                array(select distinct task from part where task is not null) as tasks
        ) as counts on true
        order by page.id desc
        """
}
