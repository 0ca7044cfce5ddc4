package import PodiumCore

extension PostgresStore {
    /// One statement, whatever the number of events: all of them are stored, or none.
    ///
    /// Results and failures are `finish`'s business and left out here. After a
    /// database crash in the middle of a call log lines may appear twice;
    /// measurements and checkpoints may not.
    package func record(_ lease: Lease, events: [EngineEvent]) async throws -> Bool {
        var batch = EventBatch()
        for event in events { try batch.append(event) }
        let events = batch
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
                .ints(events.checkpoints.map { Int64($0.step) }),
                .texts(events.checkpoints.map(\.path.storable)),
                .texts(events.checkpoints.map(\.sha256)),
                .ints(events.checkpoints.map(\.bytes)),
                .json(events.progress)
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
        saved as (
            insert into checkpoints (run_id, token, step, path, sha256, bytes)
            select fence.id, $2, c.step, c.path, c.sha256, c.bytes
            from fence, unnest($8::bigint[], $9::text[], $10::text[], $11::bigint[]) as c (step, path, sha256, bytes)
            on conflict (run_id, token, step) do update
                set path = excluded.path, sha256 = excluded.sha256, bytes = excluded.bytes
        ),
        advanced as (
            insert into progress (run_id, token, latest)
            select fence.id, $2, $12 from fence where $12::jsonb is not null
            on conflict (run_id) do update set token = excluded.token, latest = excluded.latest
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
    private var files: [Int: CheckpointFile] = [:]
    private(set) var progress: String?

    private struct MetricKey: Hashable {
        var name: String
        var step: Int
    }

    var metricNames: [String] { metrics.keys.map(\.name) }
    var metricSteps: [Int64] { metrics.keys.map { Int64($0.step) } }
    var metricValues: [Double] { Array(metrics.values) }
    var checkpoints: [CheckpointFile] { files.values.sorted { $0.step < $1.step } }

    mutating func append(_ event: EngineEvent) throws(StoreError) {
        switch event {
        case .started(let steps, let examples, let resumed):
            let origin = resumed.map { ", going on from step \($0)" } ?? ""
            log(.info, "training on \(examples) examples for \(steps) steps\(origin)")
        case .progress(let point): try measure(point)
        case .log(let level, let message): log(level, message)
        case .checkpoint(let file): files[file.step] = file
        case .result, .failed: break
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
