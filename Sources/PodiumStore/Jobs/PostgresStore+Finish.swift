package import PodiumCore

extension PostgresStore {
    package func finish(_ lease: Lease, outcome: AttemptOutcome) async throws -> Bool {
        if case .succeeded(let result, let artifacts, let predictions) = outcome {
            return try await succeed(lease, result, artifacts, predictions)
        }
        return try await write(notifyIf: { $0 }) { connection, isRepeat throws(StoreError) in
            let suites = try await Self.lockSuites(of: [lease.run.rawValue], connection)
            let end = try await Self.end(of: lease, outcome, connection)
            guard let end, try await Self.store(end, of: lease, connection) else {
                return try await Self.wentThrough(lease, outcome, isRepeat, connection)
            }
            for suite in suites { try await connection.query(Self.resolveDependencies, .int(suite)) }
            return true
        }
    }

    private func succeed(
        _ lease: Lease,
        _ result: RunResult,
        _ artifacts: [Artifact],
        _ predictions: [ExamplePrediction]
    ) async throws(StoreError) -> Bool {
        let json = try StoredJSON.encode(result)
        let rows = predictions.enumerated().map { ordinal, one -> [Parameter] in
            [
                .int(lease.run.rawValue), .int(Int64(ordinal)), .text(one.split.rawValue), .text(one.example.storable),
                .text(one.prediction.storable), .text(one.gold.storable), .double(one.score),
                .text(one.group?.storable),
            ]
        }
        let made = ArtifactColumns(artifacts)
        let parameters: [Parameter] = [
            .int(lease.run.rawValue), .int(lease.token), .json(json), .double(result.score), .int(Int64(lease.attempt)),
        ]
        var wasRepeated = false
        if rows.isEmpty {
            // Nothing waits for such a run, mostly: one statement is a transaction by itself.
            let alone = try await perform(planning: .onceByProbes, notifyIf: \.isStored) {
                session,
                isRepeat throws(StoreError) in
                let stored = try session.query(Self.storeAlone, parameters + made.parameters)
                return (isStored: !stored.isEmpty, isRepeat: isRepeat)
            }
            if alone.isStored { return true }
            wasRepeated = alone.isRepeat
        }
        return try await perform(notifyIf: { $0 }) { [wasRepeated] session, isRepeat throws(StoreError) in
            try session.transaction { () throws(StoreError) in
                // Only a run that others wait for needs the suite's lock: single runs finish side by side.
                let suites = try session.query(Self.lockParentsSuite, .int(lease.run.rawValue))
                let over = try session.query(Self.storeResult, Array(parameters.dropLast()))
                guard !over.isEmpty else {
                    return try Self.wentThrough(lease, .succeeded(result), isRepeat || wasRepeated, session)
                }
                try session.query(
                    Self.publishArtifacts,
                    [.int(lease.run.rawValue), .int(Int64(lease.attempt)), .int(lease.token)] + made.parameters
                )
                if !rows.isEmpty { _ = try session.copy(Self.copyPredictions, rows: rows, timeout: nil) }
                for suite in suites { try session.query(Self.resolveDependencies, .int(try suite.get("id"))) }
                return true
            }
        }
    }

    static let lockParentsSuite: Statement = """
        select s.id from suites s join runs r on r.suite_id = s.id
        where r.id = $1 and r.has_children for no key update of s
        """

    static let storeResult: Statement = """
        -- over: the run, if this attempt still holds it
        with over as (
            update runs set state = 'succeeded', token = null, worker_id = null,
                ended_at = clock_timestamp(), reason = null
            where id = $1 and state = 'running' and token = $2
            returning id, attempt
        ),
        \(LeaseEnd.closed),
        \(LeaseEnd.givenUp)
        insert into results (run_id, token, result, score, split, data_origin, data_version, examples, work_key)
        select over.id, $2, $3, $4, scored ->> 'split', scored ->> 'origin', scored ->> 'version', ($3 ->> 'examples')::bigint,
            $3 ->> 'workKey'
        from over cross join lateral scored_on($3) as scored
        returning run_id
        """

    /// All of a success that nothing waits for; no row where something does, or the lease is lost.
    static let storeAlone: Statement = """
        -- over: the run, if this attempt still holds it
        with over as (
            update runs set state = 'succeeded', token = null, worker_id = null,
                ended_at = clock_timestamp(), reason = null
            where id = $1 and state = 'running' and token = $2 and not has_children
            returning id, attempt
        ),
        \(LeaseEnd.closed),
        \(LeaseEnd.givenUp),
        \(LeaseEnd.removed),
        made as (
            insert into artifacts (run_id, attempt, token, kind, step, share, score, path, sha256, bytes)
            select over.id, $5::bigint, $2, m.kind, m.step, m.share, m.score, m.path, m.sha256, m.bytes
            from over cross join unnest(
                $6::text[], $7::bigint[], $8::double precision[], $9::double precision[], $10::text[], $11::text[],
                $12::bigint[]
            ) with ordinality as m (kind, step, share, score, path, sha256, bytes, position)
            order by m.position
            on conflict (run_id, token, path) do update
                set step = excluded.step, share = excluded.share, score = excluded.score, sha256 = excluded.sha256,
                    bytes = excluded.bytes
        )
        insert into results (run_id, token, result, score, split, data_origin, data_version, examples, work_key)
        select over.id, $2, $3, $4, scored ->> 'split', scored ->> 'origin', scored ->> 'version', ($3 ->> 'examples')::bigint,
            $3 ->> 'workKey'
        from over cross join lateral scored_on($3) as scored
        returning run_id
        """

    /// Stores what a run made; its checkpoints, and other attempts' files but their models, are removed by its worker.
    static let publishArtifacts: Statement = """
        with removed as (
            update artifacts set removed_at = clock_timestamp()
            where run_id = $1 and removed_at is null and (kind = 'checkpoint' or (token <> $3 and kind <> 'model'))
        )
        insert into artifacts (run_id, attempt, token, kind, step, share, score, path, sha256, bytes)
        select $1, $2::bigint, $3, m.kind, m.step, m.share, m.score, m.path, m.sha256, m.bytes
        from unnest(
            $4::text[], $5::bigint[], $6::double precision[], $7::double precision[], $8::text[], $9::text[],
            $10::bigint[]
        ) with ordinality as m (kind, step, share, score, path, sha256, bytes, position)
        order by m.position
        on conflict (run_id, token, path) do update
            set step = excluded.step, share = excluded.share, score = excluded.score, sha256 = excluded.sha256,
                bytes = excluded.bytes
        """

    private static let copyPredictions: Statement = """
        copy predictions (run_id, ordinal, split, example, prediction, gold, score, example_group)
        from stdin (format binary)
        """

    /// What becomes of a run whose attempt ended without a result.
    struct AttemptEnd: Sendable {
        var state: RunState
        /// What the attempt's row says.
        var outcome: String
        var message: String?
        var isCharged = false
        var waitSeconds: Double?
    }

    /// Decides by the retry policy; nil when the lease is lost.
    private static func end(
        of lease: Lease,
        _ outcome: AttemptOutcome,
        _ connection: Connection
    ) async throws(StoreError) -> AttemptEnd? {
        let rows = try await connection.query(
            """
            select failures, spec from runs
            where id = $1 and state = 'running' and token = $2 for no key update
            """,
            .int(lease.run.rawValue),
            .int(lease.token)
        )
        guard let run = rows.first else { return nil }
        switch outcome {
        case .succeeded: preconditionFailure("a success is not decided on")
        case .cancelled, .failed(.cancelled, _):
            return AttemptEnd(state: .cancelled, outcome: "cancelled", message: "cancelled while it ran")
        case .released: return AttemptEnd(state: .ready, outcome: "released")
        case .preempted: return AttemptEnd(state: .ready, outcome: "preempted")
        case .failed(let failure, let message):
            let spec: RunSpec = try run.json("spec")
            var end = AttemptEnd(state: .failed, outcome: failure.rawValue, message: message.storable)
            end.isCharged = failure != .workerLost
            switch spec.retry.decision(after: failure, earlierFailures: try run.get("failures")) {
            case .giveUp: break
            case .retry(let seconds) where seconds > 0:
                end.state = .waiting
                end.waitSeconds = seconds
            case .retry: end.state = .ready
            }
            return end
        }
    }

    /// Stores how an attempt ended; false when the lease is lost.
    ///
    /// The caller holds the suite's lock. A run that is to be cancelled never goes back to the queue, whatever the attempt reported.
    static func store(_ end: AttemptEnd, of lease: Lease, _ connection: Connection) async throws(StoreError) -> Bool {
        let rows = try await connection.query(
            endAttempt,
            .int(lease.run.rawValue),
            .int(lease.token),
            .text(end.state.rawValue),
            .text(end.outcome),
            .text(end.message),
            .double(end.waitSeconds),
            .bool(end.isCharged)
        )
        return !rows.isEmpty
    }

    private static let endAttempt: Statement = """
        -- target: the run, if this attempt still holds it, and the state it goes to
        with target as (
            select id, case when want = 'cancel' then 'cancelled' else $3 end as next
            from runs where id = $1 and state = 'running' and token = $2 for no key update
        ),
        ended as (
            update runs set state = next, token = null, worker_id = null,
                failures = failures + case when $7 then 1 else 0 end,
                want = case when want = 'preempt' then 'run' else want end,
                reason = $5,
                not_before = case when next = 'waiting' then clock_timestamp() + $6 * interval '1 second' end,
                ended_at = case when next in ('failed', 'cancelled') then clock_timestamp() end
            from target where runs.id = target.id
            returning runs.id, runs.attempt, runs.pool, runs.threads, runs.sort_key, runs.state, runs.held
        ),
        closed as (
            update attempts set ended_at = clock_timestamp(), outcome = $4, message = $5
            from ended where attempts.run_id = ended.id and attempts.attempt = ended.attempt
            returning attempts.worker_id, attempts.run_id
        ),
        \(LeaseEnd.givenUp),
        -- queued: with the sort key it always had, so it loses no place
        queued as (
            insert into ready (run_id, pool, threads, sort_key)
            select id, pool, threads, sort_key from ended where state = 'ready' and not held
        )
        select id from ended
        """

    private static func wentThrough(
        _ lease: Lease,
        _ outcome: AttemptOutcome,
        _ isRepeat: Bool,
        _ session: Session
    ) throws(StoreError) -> Bool {
        guard isRepeat else { return false }
        let rows = try session.query(selectOutcome, .int(lease.run.rawValue), .int(lease.token))
        return try rows.first?.optional("outcome", as: String.self) == outcome.name
    }

    private static let selectOutcome: Statement = "select outcome from attempts where run_id = $1 and token = $2"

    /// Whether a lease that is gone was given up by an earlier try of this very call.
    private static func wentThrough(
        _ lease: Lease,
        _ outcome: AttemptOutcome,
        _ isRepeat: Bool,
        _ connection: Connection
    ) async throws(StoreError) -> Bool {
        guard isRepeat else { return false }
        let rows = try await connection.query(
            selectOutcome,
            .int(lease.run.rawValue),
            .int(lease.token)
        )
        return try rows.first?.optional("outcome", as: String.self) == outcome.name
    }
}

extension AttemptOutcome {
    /// As the attempt's row says it.
    fileprivate var name: String {
        switch self {
        case .succeeded: "succeeded"
        case .cancelled: "cancelled"
        case .released: "released"
        case .preempted: "preempted"
        case .failed(let failure, _): failure.rawValue
        }
    }
}
