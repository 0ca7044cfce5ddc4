package import PodiumCore

extension PostgresStore {
    package func history(of suite: SuiteID, metrics: [String], points: Int) async throws -> SuiteHistory? {
        guard let record = try await suites(named: "\(suite)").first, record.id == suite else { return nil }
        var runs = try await runs(suite: suite, includingTerminal: true).map {
            SuiteHistory.Run(record: $0, attempts: [], result: nil)
        }
        let seeds = try await seedPlans(of: [suite]).first
        // In the order of their numbers within a suite.
        var places: [Int64: Int] = [:]
        for (place, run) in runs.enumerated() { places[run.record.id.rawValue] = place }
        func place(_ row: Row) throws(StoreError) -> Int? { places[try row.get("run_id")] }

        for row in try await rows(Self.attemptsOfSuite, suite) {
            if let place = try place(row) { runs[place].attempts.append(try AttemptRecord(row)) }
        }
        for row in try await rows(Self.resultsOfSuite, suite) {
            if let place = try place(row) { runs[place].result = try row.json("result") }
        }
        for row in try await rows(Self.artifactsOfSuite, suite) {
            if let place = try place(row) { runs[place].artifacts.append(try ArtifactRecord(row)) }
        }
        guard points > 0, !metrics.isEmpty else { return SuiteHistory(suite: record, runs: runs, seeds: seeds) }
        let curves = try await read { connection throws(StoreError) in
            try await connection.query(
                Self.curvesOfSuite,
                .int(suite.rawValue),
                .texts(metrics),
                .int(Int64(points))
            )
        }
        for row in curves {
            guard let place = try place(row) else { continue }
            let point = MetricPoint(step: try row.get("step"), value: try row.get("value"))
            runs[place].curves[try row.get("name"), default: []].append(point)
        }
        return SuiteHistory(suite: record, runs: runs, seeds: seeds)
    }

    private func rows(_ statement: Statement, _ suite: SuiteID) async throws(StoreError) -> Rows {
        try await read { connection throws(StoreError) in try await connection.query(statement, .int(suite.rawValue)) }
    }

    private static let attemptsOfSuite: Statement = """
        select a.run_id, a.attempt, a.token, a.worker_id, w.host, a.started_at, a.ended_at, a.outcome, a.message,
            a.resumed_from_step, a.environment
        from runs join attempts a on a.run_id = runs.id left join workers w on w.id = a.worker_id
        where runs.suite_id = $1 order by a.run_id, a.attempt
        """

    private static let resultsOfSuite: Statement = """
        select results.run_id, results.result from runs join results on results.run_id = runs.id
        where runs.suite_id = $1
        """

    private static let artifactsOfSuite: Statement = """
        select a.id, a.run_id, a.attempt, a.token, a.kind, a.step, a.share, a.score, a.path, a.sha256, a.bytes,
            a.created_at, a.removed_at
        from runs join artifacts a on a.run_id = runs.id
        where runs.suite_id = $1 order by a.id
        """

    /// Thinned as by `metricPoints`: position p of n is kept if it is slot × (n − 1) ÷ (limit − 1) for a slot below
    /// the limit; the only slot that can give p is ⌈p × (limit − 1) ÷ (n − 1)⌉.
    private static let curvesOfSuite: Statement = """
        with numbered as (
            select m.run_id, m.name, m.step, m.value,
                row_number() over (partition by m.run_id, m.name order by m.step) - 1 as position,
                count(*) over (partition by m.run_id, m.name) as points
            from runs join metrics m on m.run_id = runs.id
            where runs.suite_id = $1 and m.name = any($2::text[])
        ),
        slotted as (
            select *, (position * greatest($3 - 1, 1) + points - 2) / greatest(points - 1, 1) as slot from numbered
        )
        select run_id, name, step, value from slotted
        where points <= $3 or (slot < $3 and slot * (points - 1) / greatest($3 - 1, 1) = position)
        order by run_id, name, step
        """
}
