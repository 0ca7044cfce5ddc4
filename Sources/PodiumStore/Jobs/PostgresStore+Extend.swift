package import PodiumCore

extension PostgresStore {
    package func extend(_ suite: SuiteID, with added: [AddedRun]) async throws -> SubmittedSuite {
        guard !added.isEmpty else { return SubmittedSuite(suite: suite, runs: [:]) }
        let columns = try AddedColumns(added)
        return try await performTransaction { session, isRepeat throws(StoreError) in
            let locked = try session.query(Self.lockSuites, .ints([suite.rawValue]))
            guard !locked.isEmpty else { throw StoreError(.value, "there is no suite \(suite)") }
            if isRepeat {
                let known = try session.query(Self.findNamed, .int(suite.rawValue), .texts(columns.names))
                if known.count == columns.names.count { return try SubmittedSuite(suite.rawValue, known) }
            }
            guard try session.query(Self.selectOpenPlan, .int(suite.rawValue)).isEmpty else {
                throw StoreError(
                    .value,
                    "the plan of seeds of suite \(suite) is not over: it adds seeds by itself; extend the suite when it has ended"
                )
            }
            let rows = try Self.add(columns, to: suite, isHeld: false, session)
            try session.query(Self.resolveDependencies, .int(suite.rawValue))
            return try SubmittedSuite(suite.rawValue, rows)
        }
    }

    /// Stores runs that join a suite, blocked; returns their rows.
    ///
    /// The caller holds the suite's lock.
    static func add(
        _ columns: AddedColumns,
        to suite: SuiteID,
        isHeld: Bool,
        _ session: Session
    ) throws(StoreError) -> Rows {
        let own = try session.query(Self.selectAccount, .int(suite.rawValue))
        let share = try Self.fairShare(
            try own[0].get("account"),
            priority: try own[0].get("priority"),
            pool: columns.pools[0],
            session
        )
        let rows = try session.query(
            Self.insertAdded,
            .int(suite.rawValue),
            .texts(columns.names),
            .jsons(columns.specs),
            .texts(columns.pools),
            .ints(columns.threads),
            .ints(columns.siblings),
            .int(Self.priorityBoost),
            .ints(columns.names.indices.map { Int64(share.place(of: $0) * 1e6) }),
            .bool(isHeld)
        )
        guard rows.count == columns.names.count else {
            throw StoreError(.value, "suite \(suite) has no run like one of those that are to be added")
        }
        try session.query(
            Self.moveFinish,
            .int(suite.rawValue),
            .int(Int64(share.place(of: columns.names.count) * 1e6))
        )
        if !columns.inputs.children.isEmpty { try Self.insert(columns.inputs, of: suite.rawValue, session) }
        try session.query(
            Self.inheritDependencies,
            .int(suite.rawValue),
            .texts(columns.names),
            .ints(columns.siblings),
            .bools(columns.areReports)
        )
        return rows
    }

    /// The columns of `runs` for runs that join a suite.
    struct AddedColumns: Sendable {
        let names: [String]
        let specs: [String]
        let pools: [String]
        let threads: [Int64]
        let siblings: [Int64]
        let areReports: [Bool]
        let inputs: InputColumns

        init(_ added: [AddedRun]) throws(StoreError) {
            var documents: [String] = []
            for run in added { documents.append(try StoredJSON.encode(run.spec)) }
            specs = documents
            names = added.map(\.spec.name.storable)
            pools = added.map(\.spec.resources.pool)
            threads = added.map { Int64($0.spec.resources.allThreads) }
            siblings = added.map(\.like.rawValue)
            areReports = added.map { $0.spec.kind == .report }
            inputs = try InputColumns(added.map(\.spec))
        }
    }

    private static let selectOpenPlan: Statement = """
        select from seed_plans where suite_id = $1 and ended_at is null
        """

    private static let findNamed: Statement = """
        select id, name from runs where suite_id = $1 and name = any($2::text[])
        """

    private static let selectAccount: Statement = """
        select account, priority::bigint as priority from suites where id = $1
        """

    private static let moveFinish: Statement = """
        update suites set finish_key = greatest(finish_key, $2) where id = $1
        """

    /// Behind the account's own runs, as a suite of its own would be.
    ///
    /// Blocked at first: resolving dependencies queues those whose parents are over.
    private static let insertAdded: Statement = """
        insert into runs (
            suite_id, name, spec, pool, threads, sort_key, priority, state, has_children, held,
            kind, system, task, model, configuration
        )
        select $1, p.name, p.spec, p.pool, p.threads::integer,
            p.place - sibling.priority * $7::bigint, sibling.priority, 'blocked', true, $9,
            d.kind, d.system, d.task, d.model, d.configuration
        from unnest($2::text[], $3::jsonb[], $4::text[], $5::bigint[], $6::bigint[], $8::bigint[]) with ordinality
            as p (name, spec, pool, threads, sibling, place, position)
        join runs sibling on sibling.id = p.sibling and sibling.suite_id = $1
        cross join lateral described(p.spec) as d
        order by p.position
        returning id, name
        """

    /// What each new run's sibling waits for, it waits for too; a report waits for the other new runs as well.
    private static let inheritDependencies: Statement = """
        with added as (
            select own.id, a.sibling, a.is_report
            from unnest($2::text[], $3::bigint[], $4::boolean[]) as a (name, sibling, is_report)
            join runs own on own.suite_id = $1 and own.name = a.name
        )
        insert into dependencies (child_id, parent_id, condition)
        select added.id, d.parent_id, d.condition from added join dependencies d on d.child_id = added.sibling
        union all
        select report.id, other.id, 'afterAny'
        from added report join added other on not other.is_report
        where report.is_report
        """
}
