package import PodiumCore

/// History across suites.
extension PostgresStore {
    package func history(
        _ filter: HistoryFilter,
        order: HistoryOrder,
        offset: Int,
        limit: Int
    ) async throws -> [HistoryEntry] {
        // Within a suite its runs are found first; the order of all scores would be read through for them.
        let isAcrossSuites = filter.suites.isEmpty
        let filter = try StoredFilter(filter).json
        let page = [Parameter.int(Int64(offset)), .int(Int64(limit))]
        let rows: [Row] =
            switch order {
            case .newest: Array(try await find(Self.newestRuns, [.json(filter)] + page))
            case .oldest: Array(try await find(Self.oldestRuns, [.json(filter)] + page))
            case .score where isAcrossSuites: try await byScore(filter, offset: offset, limit: limit)
            case .score, .system, .task, .duration:
                Array(try await find(Self.orderedRuns, [.json(filter)] + page + [.text(order.rawValue)]))
            }
        return try rows.map { row throws(StoreError) in try HistoryEntry(row) }
    }

    /// A page of runs, the best score first and those without one last.
    ///
    /// Those with a score are read in the order of an index, until the page is full; the others only where they are on it.
    private func byScore(_ filter: String, offset: Int, limit: Int) async throws -> [Row] {
        var rows = Array(
            try await find(Self.scoredRuns, [.json(filter), .int(Int64(offset)), .int(Int64(limit))])
        )
        guard rows.count < limit else { return rows }
        var skipped = 0
        if rows.isEmpty, offset > 0 {
            let count = try await find(
                "select count(*) as runs from find_runs($1) where score is not null",
                [.json(filter)]
            )
            skipped = max(0, offset - (try count[0].get("runs") as Int))
        }
        rows += Array(
            try await find(
                Self.unscoredRuns,
                [.json(filter), .int(Int64(skipped)), .int(Int64(limit - rows.count))]
            )
        )
        return rows
    }

    /// A statement that finds runs by a filter, planned for that very filter.
    ///
    /// A plan that serves every filter, which the server would keep after five calls, uses no index of what one asks for.
    func find(_ statement: Statement, _ parameters: [Parameter]) async throws -> Rows {
        try await read { connection throws(StoreError) in
            try await connection.transaction { connection throws(StoreError) in
                try await connection.query("set local plan_cache_mode = force_custom_plan")
                return try await connection.query(statement, parameters)
            }
        }
    }

    package func historyCount(_ filter: HistoryFilter) async throws -> Int {
        let filter = try StoredFilter(filter).json
        let rows = try await find("select count(*) as runs from find_runs($1)", [.json(filter)])
        return try rows[0].get("runs")
    }

    package func configurations(_ filter: HistoryFilter) async throws -> [ConfigurationScores] {
        let filter = try StoredFilter(filter).json
        let rows = try await find(Self.scoresByConfiguration, [.json(filter)])
        return try rows.map { row throws(StoreError) in try ConfigurationScores(row) }
    }

    package func runs(of configurations: [ConfigurationScores]) async throws -> [Int: [RunID]] {
        let suites = configurations.map { Optional($0.suite.rawValue) }
        let names = [
            configurations.map(\.system), configurations.map(\.task.rawValue), configurations.map(\.configuration),
        ]
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                Self.runsOfConfigurations,
                .ints(suites),
                .texts(names[0]),
                .texts(names[1]),
                .texts(names[2])
            )
        }
        var runs: [Int: [RunID]] = [:]
        for row in rows { runs[try row.get("place"), default: []].append(RunID(rawValue: try row.get("id"))) }
        return runs
    }

    package func histories(of runs: [RunID]) async throws -> [SuiteHistory.Run] {
        let numbers = runs.map { Optional($0.rawValue) }
        var histories = try await self.runs(runs, specs: specs).map {
            SuiteHistory.Run(record: $0, attempts: [], result: nil)
        }
        var places: [Int64: Int] = [:]
        for (place, run) in histories.enumerated() { places[run.record.id.rawValue] = place }
        let (results, artifacts) = try await read { connection throws(StoreError) in
            (
                try await connection.query(
                    "select run_id, result from results where run_id = any($1::bigint[])",
                    .ints(numbers)
                ),
                try await connection.query(Self.artifactsOfRuns, .ints(numbers))
            )
        }
        for row in results {
            guard let place = places[try row.get("run_id")] else { continue }
            histories[place].result = try self.results.value(of: try row.get("result"))
        }
        for row in artifacts {
            if let place = places[try row.get("run_id")] { histories[place].artifacts.append(try ArtifactRecord(row)) }
        }
        return histories
    }

    // MARK: Statements

    private static let newestRuns: Statement = "select * from find_runs($1) order by id desc offset $2 limit $3"
    private static let oldestRuns: Statement = "select * from find_runs($1) order by id offset $2 limit $3"

    /// The page is chosen first, by what its order needs: all columns are read of its runs only.
    private static let orderedRuns: Statement = """
        with page as (
            select id from find_runs($1)
            order by
                case $4::text when 'score' then score
                    when 'duration' then extract(epoch from ended_at - started_at)::double precision end desc nulls last,
                case $4 when 'system' then system when 'task' then task end collate "C" nulls last,
                id desc
            offset $2 limit $3
        )
        select run_history.* from page join run_history using (id)
        order by
            case $4 when 'score' then score
                when 'duration' then extract(epoch from ended_at - started_at)::double precision end desc nulls last,
            case $4 when 'system' then system when 'task' then task end collate "C" nulls last,
            id desc
        """

    private static let scoredRuns: Statement = """
        with page as (
            select id, score from find_runs($1) where score is not null
            order by score desc nulls last, id desc offset $2 limit $3
        )
        select run_history.* from page join run_history using (id) order by run_history.score desc nulls last, id desc
        """

    private static let unscoredRuns: Statement = """
        with page as (select id from find_runs($1) where score is null order by id desc offset $2 limit $3)
        select run_history.* from page join run_history using (id) order by id desc
        """

    private static let runsOfConfigurations: Statement = """
        select chosen.position - 1 as place, r.id
        from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) with ordinality
            as chosen (suite_id, system, task, configuration, position)
        join runs r on r.suite_id = chosen.suite_id and r.system = chosen.system and r.task = chosen.task
            and r.configuration = chosen.configuration
        where r.state = 'succeeded'
        order by r.id
        """

    private static let artifactsOfRuns: Statement = """
        select id, run_id, attempt, token, kind, step, share, score, path, sha256, bytes, created_at, removed_at
        from artifacts where run_id = any($1::bigint[]) order by id
        """

    private static let scoresByConfiguration: Statement = """
        select suite_id, suite_name, min(submitted_at) as submitted_at, system, task, configuration, split, data_origin,
            data_version, case when split is not null then examples end as examples, min(id) as first_run,
            count(*) as runs, count(*) filter (where state in ('failed', 'cancelled')) as failed, count(score) as scored,
            avg(score) as mean, stddev_samp(score) as deviation, min(score) as minimum,
            percentile_cont(0.5) within group (order by score) as median, max(score) as maximum
        from find_runs($1)
        where task is not null and configuration is not null
        group by suite_id, suite_name, system, task, configuration, split, data_origin, data_version,
            case when split is not null then examples end
        order by suite_id, min(id)
        """
}

/// A filter as `find_runs` reads it.
struct StoredFilter: Encodable {
    var suites: [Int64]?
    var task: String?
    var kind: String?
    var system: String?
    var model: String?
    var name: String?
    var states: [String]?
    var tag: String?
    var from: Double?
    var before: Double?
    var minimumScore: Double?
    var maximumScore: Double?
    var archived: Bool?

    init(_ filter: HistoryFilter) {
        suites = filter.suites.isEmpty ? nil : filter.suites.map(\.rawValue)
        task = filter.task?.rawValue
        kind = filter.kind?.rawValue
        system = filter.system?.likePattern
        model = filter.model?.likePattern
        name = filter.name?.likePattern
        states = filter.states.isEmpty ? nil : filter.states.map(\.rawValue).sorted()
        tag = filter.tag?.storable
        from = filter.submittedFrom
        before = filter.submittedBefore
        minimumScore = filter.minimumScore
        maximumScore = filter.maximumScore
        archived = filter.includesArchived ? true : nil
    }

    var json: String {
        get throws(StoreError) { try StoredJSON.encode(self) }
    }
}

extension NamePattern {
    /// For LIKE, whose own wildcards lose their meaning.
    fileprivate var likePattern: String {
        var pattern = ""
        for scalar in text.storable.unicodeScalars {
            switch scalar {
            case "*": pattern += "%"
            case "%", "_", "\\": pattern += "\\\(scalar)"
            default: pattern.unicodeScalars.append(scalar)
            }
        }
        return pattern
    }
}
