package import PodiumCore

extension PostgresStore {
    /// How far one step of priority moves a run ahead of those submitted before it: an hour, in microseconds.
    static let priorityBoost: Int64 = 3_600_000_000

    package func submit(_ submission: Submission) async throws -> SubmittedSuite {
        let request =
            String(UInt64.random(in: 0...UInt64.max), radix: 36) + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        let selection = try StoredJSON.encode(submission.selection)
        var document: String?
        if let seeds = submission.seeds { document = try StoredJSON.encode(seeds) }
        let plan = document
        var rows = RunColumns()
        rows.specs = try await SpecDocuments.make(submission.runs)
        for run in submission.runs { rows.append(run) }
        for run in submission.runs { for dependency in run.dependencies { rows.parents.insert(dependency.parent) } }
        let columns = rows
        let edges = EdgeColumns(submission.runs)
        let inputs = try InputColumns(submission.runs.map(\.spec))
        return try await performTransaction { session, isRepeat throws(StoreError) in
            if isRepeat, let known = try Self.find(request, session) { return known }
            let suites = try session.query(
                Self.insertSuite,
                .text(request),
                .text(submission.name.storable),
                .text(submission.kind.rawValue),
                .text(submission.source.storable),
                .json(selection),
                .int(Int64(submission.priority)),
                .text(submission.submitter?.storable),
                .text(submission.project?.storable)
            )
            let suite: Int64 = try suites[0].get("id")
            if let plan { try session.query(Self.insertSeedPlan, .int(suite), .json(plan)) }
            let share = try Self.fairShare(
                submission.project ?? submission.submitter ?? "",
                priority: submission.priority,
                pool: columns.pools.first ?? "",
                session
            )
            let places = columns.names.indices.map { Int64(share.place(of: $0) * 1e6) }
            let runs = try session.query(
                Self.insertRuns,
                .int(suite),
                .texts(columns.names),
                .jsons(columns.specs),
                .texts(columns.pools),
                .ints(columns.threads),
                .bools(columns.hasParents),
                .bools(columns.names.map { columns.parents.contains($0) }),
                .int(Self.priorityBoost),
                .ints(places),
                .int(Int64(share.place(of: columns.names.count) * 1e6))
            )
            if !edges.children.isEmpty {
                let stored = try session.query(
                    Self.insertDependencies,
                    .int(suite),
                    .texts(edges.children),
                    .texts(edges.parents),
                    .texts(edges.conditions)
                )
                guard stored.affected == edges.children.count else {
                    throw StoreError(
                        .value,
                        "suite \(submission.name) has a dependency on a run that it does not contain"
                    )
                }
            }
            if !inputs.children.isEmpty { try Self.insert(inputs, of: suite, session) }
            return try SubmittedSuite(suite, runs)
        }
    }

    /// Stores what runs of a suite read of others; runs are found by their names.
    static func insert(_ inputs: InputColumns, of suite: Int64, _ session: Session) throws(StoreError) {
        let stored = try session.query(
            insertInputs,
            .int(suite),
            .texts(inputs.children),
            .texts(inputs.names),
            .texts(inputs.parents),
            .texts(inputs.kinds),
            .jsons(inputs.selectors)
        )
        guard stored.affected == inputs.children.count else {
            throw StoreError(.value, "suite \(suite) has a run that starts from one it does not contain")
        }
    }

    private static func find(_ request: String, _ session: Session) throws(StoreError) -> SubmittedSuite? {
        let rows = try session.query(
            """
            select runs.suite_id, runs.id, runs.name from suites join runs on runs.suite_id = suites.id
            where suites.request = $1
            """,
            .text(request)
        )
        guard let first = rows.first else { return nil }
        return try SubmittedSuite(try first.get("suite_id"), rows)
    }

    private static let insertSuite: Statement = """
        insert into suites (request, name, kind, source, selection, priority, submitter, project)
        values ($1, $2, $3, $4, $5, $6, $7, $8) returning id
        """

    private static let insertSeedPlan: Statement = "insert into seed_plans (suite_id, plan) values ($1, $2)"

    private static let insertRuns: Statement = """
        -- planned: the runs in the file's order, which their numbers keep
        with planned as (
            select *
            from unnest(
                $2::text[], $3::jsonb[], $4::text[], $5::bigint[], $6::boolean[], $7::boolean[], $9::bigint[]
            ) with ordinality as plan (name, spec, pool, threads, has_parents, has_children, place, position)
        ),
        inserted as (
            insert into runs (
                suite_id, name, spec, pool, threads, sort_key, priority, state, has_children, submitted_at,
                kind, system, task, model, configuration
            )
            select s.id, p.name, p.spec, p.pool, p.threads::integer,
                -- Linear ageing has an order that time does not change, so it is computed once.
                p.place - s.priority * $8::bigint, s.priority,
                case when p.has_parents then 'blocked' else 'ready' end, p.has_children, s.submitted_at,
                d.kind, d.system, d.task, d.model, d.configuration
            from planned p cross join suites s cross join lateral described(p.spec) as d
            where s.id = $1
            order by p.position
            returning id, name, pool, threads, sort_key, state
        ),
        queued as (
            insert into ready (run_id, pool, threads, sort_key)
            select id, pool, threads, sort_key from inserted where state = 'ready'
        ),
        finishing as (update suites set finish_key = $10 where id = $1)
        select id, name from inserted
        """

    private static let insertDependencies: Statement = """
        insert into dependencies (child_id, parent_id, condition)
        select child.id, parent.id, edge.condition
        from unnest($2::text[], $3::text[], $4::text[]) as edge (child, parent, condition)
        join runs child on child.suite_id = $1 and child.name = edge.child
        join runs parent on parent.suite_id = $1 and parent.name = edge.parent
        """

    private static let insertInputs: Statement = """
        insert into inputs (run_id, name, parent_id, kind, selector)
        select child.id, input.name, parent.id, input.kind, input.selector
        from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[])
            as input (child, name, parent, kind, selector)
        join runs child on child.suite_id = $1 and child.name = input.child
        join runs parent on parent.suite_id = $1 and parent.name = input.parent
        """

    /// The columns of `runs`, one array each: a suite of any size is one statement.
    private struct RunColumns: Sendable {
        var names: [String] = []
        var specs: [String] = []
        var pools: [String] = []
        var threads: [Int64] = []
        var hasParents: [Bool] = []
        var parents: Set<String> = []

        mutating func append(_ run: PlannedRun) {
            names.append(run.spec.name.storable)
            pools.append(run.spec.resources.pool)
            threads.append(Int64(run.spec.resources.allThreads))
            hasParents.append(!run.dependencies.isEmpty)
        }
    }

    private struct EdgeColumns: Sendable {
        var children: [String] = []
        var parents: [String] = []
        var conditions: [String] = []

        init(_ runs: [PlannedRun]) {
            for run in runs {
                for dependency in run.dependencies {
                    children.append(run.spec.name)
                    parents.append(dependency.parent)
                    conditions.append(dependency.condition.rawValue)
                }
            }
        }
    }
}

/// The columns of `inputs`, with names in place of numbers.
struct InputColumns: Sendable {
    var children: [String] = []
    var names: [String] = []
    var parents: [String] = []
    var kinds: [String] = []
    var selectors: [String] = []

    init(_ specs: [RunSpec]) throws(StoreError) {
        for spec in specs {
            for input in spec.inputs {
                children.append(spec.name)
                names.append(input.name)
                parents.append(input.parent)
                kinds.append(input.kind.rawValue)
                selectors.append(try StoredJSON.encode(input.selector))
            }
        }
    }
}

extension SubmittedSuite {
    /// From rows with `id` and `name`.
    init(_ suite: Int64, _ rows: Rows) throws(StoreError) {
        var runs: [String: RunID] = [:]
        for row in rows { runs[try row.get("name")] = RunID(rawValue: try row.get("id")) }
        self.init(suite: SuiteID(rawValue: suite), runs: runs)
    }
}
