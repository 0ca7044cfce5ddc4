package import PodiumCore

extension PostgresStore {
    /// One statement, whatever the number of events: all of them are stored, or none.
    ///
    /// Results and failures are `finish`'s business and left out here. After a
    /// database crash in the middle of a call log lines may appear twice;
    /// measurements and artifacts may not.
    package func record(_ lease: Lease, events: [EngineEvent]) async throws -> Bool {
        var batch = EventBatch()
        for event in events { try batch.append(event) }
        let events = batch
        let made = batch.artifacts
        let rows = try await write(inTransaction: false) { connection, _ throws(StoreError) in
            try await connection.query(
                Self.recordEvents,
                .int(lease.run.rawValue),
                .int(lease.token),
                .texts(events.metricNames),
                .ints(events.metricSteps),
                .doubles(events.metricValues),
                .texts(events.logLevels),
                .texts(events.logMessages),
                .json(events.progress),
                .json(events.environment),
                .texts(events.removed),
                .texts(made.map(\.kind.rawValue)),
                .ints(made.map { $0.step.map(Int64.init) }),
                .doubles(made.map(\.share)),
                .doubles(made.map(\.score)),
                .texts(made.map(\.path.storable)),
                .texts(made.map(\.sha256)),
                .ints(made.map(\.bytes)),
                .int(events.resumedFromStep.map(Int64.init))
            )
        }
        return !rows.isEmpty
    }

    private static let recordEvents: Statement = """
        -- fence: the run, if this attempt still holds it; the lock keeps a rescue out until the commit
        with fence as (
            select id, attempt from runs where id = $1 and state = 'running' and token = $2 for share
        ),
        measured as (
            insert into metrics (run_id, name, step, value, token)
            select fence.id, m.name, m.step, m.value, $2
            from fence, unnest($3::text[], $4::bigint[], $5::double precision[]) as m (name, step, value)
            on conflict (run_id, name, step) do update set value = excluded.value, token = excluded.token
        ),
        logged as (
            insert into log_lines (run_id, attempt, level, message)
            select fence.id, fence.attempt, l.level, l.message
            from fence, unnest($6::text[], $7::text[]) with ordinality as l (level, message, position)
            order by l.position
        ),
        advanced as (
            insert into progress (run_id, token, latest)
            select fence.id, $2, $8 from fence where $8::jsonb is not null
            on conflict (run_id) do update set token = excluded.token, latest = excluded.latest
        ),
        described as (
            update attempts
            set environment = coalesce($9, environment), resumed_from_step = coalesce($18, resumed_from_step)
            from fence
            where attempts.run_id = fence.id and attempts.attempt = fence.attempt
                and ($9::jsonb is not null or $18::bigint is not null)
        ),
        removed as (
            update artifacts set removed_at = clock_timestamp()
            from fence
            where artifacts.run_id = fence.id and artifacts.path = any($10::text[]) and artifacts.removed_at is null
        ),
        saved as (
            insert into artifacts (run_id, attempt, token, kind, step, share, score, path, sha256, bytes, removed_at)
            select fence.id, fence.attempt, $2, m.kind, m.step, m.share, m.score, m.path, m.sha256, m.bytes,
                -- Made and given up between two writes.
                case when m.path = any($10::text[]) then clock_timestamp() end
            from fence, unnest(
                $11::text[], $12::bigint[], $13::double precision[], $14::double precision[], $15::text[], $16::text[],
                $17::bigint[]
            ) with ordinality as m (kind, step, share, score, path, sha256, bytes, position)
            order by m.position
            on conflict (run_id, token, path) do update
                set step = excluded.step, share = excluded.share, score = excluded.score, sha256 = excluded.sha256,
                    bytes = excluded.bytes
        )
        select id from fence
        """
}

/// Events sorted into the columns they go to.
private struct EventBatch: Sendable {
    private(set) var logLevels: [String] = []
    private(set) var logMessages: [String] = []
    /// The latest of each step: a statement must not meet the same row twice.
    private var metrics: [MetricKey: Double] = [:]
    /// By path, with the place of the first mention.
    private var made: [String: (place: Int, artifact: Artifact)] = [:]
    private(set) var removed: [String] = []
    private(set) var environment: String?
    private(set) var progress: String?
    /// What the engine says that it went on from, which may be an older checkpoint than the newest, or none.
    private(set) var resumedFromStep: Int?

    private struct MetricKey: Hashable {
        var name: String
        var step: Int
    }

    var metricNames: [String] { metrics.keys.map(\.name) }
    var metricSteps: [Int64] { metrics.keys.map { Int64($0.step) } }
    var metricValues: [Double] { Array(metrics.values) }
    var artifacts: [Artifact] { made.values.sorted { $0.place < $1.place }.map(\.artifact) }

    mutating func append(_ event: EngineEvent) throws(StoreError) {
        switch event {
        case .started(let steps, let examples, let resumed):
            log(.info, EngineEvent.startLine(totalSteps: steps, trainExamples: examples, resumedFromStep: resumed))
            resumedFromStep = resumed
        case .progress(let point): try measure(point)
        case .log(let level, let message): log(level, message)
        case .environment(let value): environment = try StoredJSON.encode(value)
        case .artifact(let artifact): made[artifact.path] = (made[artifact.path]?.place ?? made.count, artifact)
        case .removed(let path): removed.append(path.storable)
        case .moved, .result, .failed: break
        }
    }

    private mutating func log(_ level: LogLevel, _ message: String) {
        logLevels.append(level.rawValue)
        logMessages.append(message.storable)
    }

    private mutating func measure(_ point: TrainingProgress) throws(StoreError) {
        progress = try StoredJSON.encode(point)
        metrics[MetricKey(name: "loss", step: point.step)] = point.loss
        metrics[MetricKey(name: "learning_rate", step: point.step)] = point.learningRate
        metrics[MetricKey(name: "examples_per_second", step: point.step)] = point.examplesPerSecond
        metrics[MetricKey(name: "tokens_per_second", step: point.step)] = point.tokensPerSecond
        for (name, value) in point.extra { metrics[MetricKey(name: name.storable, step: point.step)] = value }
    }
}
