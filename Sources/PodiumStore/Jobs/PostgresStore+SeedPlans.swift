package import PodiumCore

/// Plans of seeds and their looks.
extension PostgresStore {
    package func seedPlans(of suites: [SuiteID]) async throws -> [SeedPlanRecord] {
        let numbers = suites.map { Optional($0.rawValue) }
        return try await plans { connection throws(StoreError) in
            try await connection.query(
                "select suite_id, plan from seed_plans where suite_id = any($1::bigint[]) order by suite_id",
                .ints(numbers)
            )
        }
    }

    package func dueSeedPlans() async throws -> [SeedPlanRecord] {
        try await plans { connection throws(StoreError) in try await connection.query(Self.selectDue) }
    }

    /// What the next look of a suite's plan waits for.
    package func seedPlanWait(of suite: SuiteID) async throws -> SeedPlanWait {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(Self.selectWait, .int(suite.rawValue))
        }
        guard let row = rows.first else { return SeedPlanWait(openRuns: 0, isFollowed: false) }
        return SeedPlanWait(openRuns: try row.get("open_runs"), isFollowed: try row.get("is_followed"))
    }

    private func plans(
        _ select: @Sendable (Connection) async throws(StoreError) -> Rows
    ) async throws(StoreError) -> [SeedPlanRecord] {
        try await read { connection throws(StoreError) in
            var records: [SeedPlanRecord] = []
            for row in try await select(connection) {
                let suite: Int64 = try row.get("suite_id")
                var record = SeedPlanRecord(suite: SuiteID(rawValue: suite), plan: try row.json("plan"))
                for look in try await connection.query(Self.selectLooks, .int(suite)) {
                    record.looks.append(try look.json("look"))
                    record.times.append(try look.get("at"))
                }
                records.append(record)
            }
            return records
        }
    }

    package func store(_ look: SeedLook, of suite: SuiteID, adding added: [AddedRun]) async throws -> Bool {
        let document = try StoredJSON.encode(look)
        let columns = try AddedColumns(added)
        let scores = look.scores
        return try await perform(notifyIf: { $0 }) { session, isRepeat throws(StoreError) in
            try session.transaction { () throws(StoreError) in
                try session.query(Self.lockSuites, .ints([suite.rawValue]))
                let reports = try session.query(Self.selectDueReport, .int(suite.rawValue))
                let known = try session.query(
                    Self.selectKnown,
                    .int(suite.rawValue),
                    .int(Int64(look.number))
                )
                // An earlier try of this call may have gone through.
                if isRepeat, !known.isEmpty { return true }
                guard let report = reports.first, known.isEmpty else { return false }
                let changed = try session.query(
                    Self.selectChanged,
                    .int(suite.rawValue),
                    .texts(scores.map(\.system)),
                    .texts(scores.map(\.task.rawValue)),
                    .texts(scores.map { "\($0.seed)" }),
                    .texts(scores.map(\.state?.rawValue))
                )
                guard changed.isEmpty else { return false }
                try session.query(
                    Self.insertLook,
                    .int(suite.rawValue),
                    .int(Int64(look.number)),
                    .json(document)
                )
                if look.isLast {
                    try session.query(
                        Self.endPlan,
                        .int(suite.rawValue)
                    )
                }
                if !columns.names.isEmpty {
                    let rows = try Self.add(columns, to: suite, isHeld: try report.get("held"), session)
                    try session.query(
                        Self.insertReportDependencies,
                        .int(suite.rawValue),
                        .ints(try rows.map { row throws(StoreError) -> Int64? in try row.get("id") })
                    )
                }
                try session.query(Self.resolveDependencies, .int(suite.rawValue))
                return true
            }
        }
    }

    private static let selectKnown: Statement = "select number from seed_looks where suite_id = $1 and number >= $2"

    private static let insertLook: Statement = """
        insert into seed_looks (suite_id, number, look) values ($1, $2::integer, $3)
        """

    private static let endPlan: Statement = "update seed_plans set ended_at = clock_timestamp() where suite_id = $1"

    private static let selectLooks: Statement = """
        select look, extract(epoch from decided_at)::double precision as at
        from seed_looks where suite_id = $1 order by number
        """

    private static let selectWait: Statement = """
        select count(*) filter (
                where kind <> 'report' and ended_at is null
                    and not (state = 'blocked' and blocked_by is not null)
            ) as open_runs,
            coalesce(bool_or(kind = 'report' and state = 'blocked'), false) as is_followed
        from runs where suite_id = $1
        """

    /// A run that is not over keeps a look from being due; one behind a failure counts as over.
    private static let selectDue: Statement = """
        select p.suite_id, p.plan from seed_plans p
        where p.ended_at is null
            and exists (
                select from runs r where r.suite_id = p.suite_id and r.kind = 'report' and r.state = 'blocked'
            )
            and not exists (
                select from runs r
                where r.suite_id = p.suite_id and r.kind <> 'report'
                    and r.ended_at is null
                    and not (r.state = 'blocked' and r.blocked_by is not null)
            )
        order by p.suite_id
        """

    /// The report that waits for a look of the suite's plan; no row where none is due.
    private static let selectDueReport: Statement = """
        select r.id, r.held from seed_plans p join runs r on r.suite_id = p.suite_id
        where p.suite_id = $1 and p.ended_at is null and r.kind = 'report' and r.state = 'blocked'
            and not exists (
                select from runs other
                where other.suite_id = $1 and other.kind <> 'report'
                    and other.ended_at is null
                    and not (other.state = 'blocked' and other.blocked_by is not null)
            )
        order by r.id limit 1
        """

    /// Seeds whose runs are not in the state that a look saw.
    private static let selectChanged: Statement = """
        select seen.seed
        from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as seen (system, task, seed, state)
        left join runs r on r.suite_id = $1 and r.kind = 'finetune' and r.system = seen.system and r.task = seen.task
            and r.spec ->> 'seed' = seen.seed
        where r.state is distinct from seen.state
        """

    private static let insertReportDependencies: Statement = """
        insert into dependencies (child_id, parent_id, condition)
        select report.id, added.id, 'afterAny'
        from runs report cross join unnest($2::bigint[]) as added (id)
        where report.suite_id = $1 and report.kind = 'report' and report.state = 'blocked'
        """
}
