package import PodiumCore
import Synchronization

/// A part of the queue that claims look at the head of.
struct QueueHead: Hashable, Sendable {
    var pool: String
    var threads: Int
}

/// The sort key where a queue's head was last seen, believed for a second.
///
/// While some transaction holds an old snapshot, deleted rows stay in the
/// index, and a claim from the very start would wade through all of them.
struct LowWaterMark: Sendable {
    var sortKey: Int64
    var until: ContinuousClock.Instant
}

extension PostgresStore {
    package func claim(for worker: WorkerID, pool: String, threads: Int, limit: Int) async throws -> [Claim] {
        guard limit > 0, threads > 0 else { return [] }
        let request = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        let head = QueueHead(pool: pool, threads: threads)
        let mark = lowWater.withLock { marks in marks[head].flatMap { $0.until > .now ? $0.sortKey : nil } }
        let claims = try await claim(worker, head, limit, from: mark ?? .min, request: request)
        // Something more urgent may have come in below the mark.
        guard claims.isEmpty, mark != nil else { return claims }
        lowWater.withLock { $0[head] = nil }
        return try await claim(worker, head, limit, from: .min, request: request)
    }

    private func claim(
        _ worker: WorkerID,
        _ head: QueueHead,
        _ limit: Int,
        from sortKey: Int64,
        request: String
    ) async throws(StoreError) -> [Claim] {
        let claimed = try await perform(planning: .onceByProbes, notifyIf: { !$0.runs.isEmpty }) {
            session,
            isRepeat throws(StoreError) in
            // A claim whose reply got lost went through: take what it took.
            if isRepeat {
                let known = try session.query(Self.findClaimed, .int(worker.rawValue), .text(request))
                if !known.isEmpty { return try Claimed(known, session) }
            }
            return try Claimed(
                session.query(
                    Self.claimReady,
                    .int(worker.rawValue),
                    .text(head.pool),
                    .int(Int64(head.threads)),
                    .int(Int64(limit)),
                    .int(sortKey),
                    .text(request)
                ),
                session
            )
        }
        guard let first = try claimed.runs.first?.get("sort_key", as: Int64.self) else { return [] }
        lowWater.withLock { marks in
            if (marks[head]?.until ?? .now) <= .now {
                marks[head] = LowWaterMark(sortKey: first, until: .now + .seconds(1))
            }
        }
        return try await claims(claimed)
    }

    /// What a claim took, with what the runs go on from and read of others; none of that changes while they run.
    private struct Claimed: Sendable {
        var runs: Rows
        var checkpoints: Rows?
        var inputs: Rows?
        var candidates: Rows?
        var children: Rows?

        /// Reads only what the runs have any of: most have none.
        init(_ runs: Rows, _ session: Session) throws(StoreError) {
            self.runs = runs
            var (resumed, reading, read): ([Int64?], [Int64?], [Int64?]) = ([], [], [])
            for run in runs {
                let id: Int64 = try run.get("id")
                if try run.get("has_checkpoints") { resumed.append(id) }
                if try run.get("has_inputs") { reading.append(id) }
                if try run.get("has_children") { read.append(id) }
            }
            if !resumed.isEmpty { checkpoints = try session.query(PostgresStore.selectCheckpoints, .ints(resumed)) }
            if !reading.isEmpty {
                inputs = try session.query(PostgresStore.selectInputs, .ints(reading))
                candidates = try session.query(PostgresStore.selectCandidates, .ints(reading))
            }
            if !read.isEmpty { children = try session.query(PostgresStore.selectSnapshots, .ints(read)) }
        }
    }

    private func claims(_ claimed: Claimed) async throws(StoreError) -> [Claim] {
        var specs = SpecDocuments.Reader()
        var claims: [Claim] = []
        for row in claimed.runs { claims.append(try Claim(row, &specs)) }
        for row in claimed.checkpoints.joined {
            let record = try ArtifactRecord(row)
            claims.update(record.run) { $0.checkpoints.append(record) }
        }
        let made = try claimed.candidates.joined.map { row throws(StoreError) in try ArtifactRecord(row) }
        var uses: [(run: Int64, name: String, artifact: Int64?)] = []
        for row in claimed.inputs.joined {
            let input = RunInput(
                name: try row.get("name"),
                parent: try row.get("parent"),
                kind: try row.word("kind"),
                selector: try row.json("selector")
            )
            let parent: Int64 = try row.get("parent_id")
            let run: Int64 = try row.get("run_id")
            let source = input.selector.choose(
                from: made.filter { $0.run.rawValue == parent && $0.artifact.kind == input.kind }
            )
            uses.append((run, input.name, source?.id))
            claims.update(RunID(rawValue: run)) { $0.inputs.append(ResolvedInput(input: input, source: source)) }
        }
        for row in claimed.children.joined {
            let selector: ArtifactSelector = try row.json("selector")
            claims.update(RunID(rawValue: try row.get("parent_id"))) { $0.snapshots.append(selector) }
        }
        try await note(uses)
        return claims
    }

    /// Stores which artifacts the inputs came to: the provenance of what the runs will make.
    private func note(_ uses: [(run: Int64, name: String, artifact: Int64?)]) async throws(StoreError) {
        guard !uses.isEmpty else { return }
        let runs = uses.map { Optional($0.run) }
        let names = uses.map(\.name)
        let artifacts = uses.map(\.artifact)
        _ = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query(
                """
                update inputs set artifact_id = used.artifact_id
                from unnest($1::bigint[], $2::text[], $3::bigint[]) as used (run_id, name, artifact_id)
                where inputs.run_id = used.run_id and inputs.name = used.name
                """,
                .ints(runs),
                .texts(names),
                .ints(artifacts)
            )
        }
    }

    /// The newest few: an engine falls back to the one before where a file is damaged.
    static let selectCheckpoints: Statement = """
        select c.* from unnest($1::bigint[]) as run (id) cross join lateral (
            select id, run_id, attempt, token, kind, step, share, score, path, sha256, bytes, created_at, removed_at
            from artifacts
            where artifacts.run_id = run.id and kind = 'checkpoint' and removed_at is null
            order by step desc, id desc limit 3
        ) as c
        order by c.run_id, c.step desc, c.id desc
        """

    static let selectInputs: Statement = """
        select inputs.run_id, inputs.name, inputs.parent_id, inputs.kind, inputs.selector, parent.name as parent
        from inputs join runs parent on parent.id = inputs.parent_id
        where inputs.run_id = any($1::bigint[])
        order by inputs.run_id, inputs.name
        """

    /// Everything that inputs of these runs might select.
    static let selectCandidates: Statement = """
        select distinct a.id, a.run_id, a.attempt, a.token, a.kind, a.step, a.share, a.score, a.path, a.sha256, a.bytes,
            a.created_at, a.removed_at
        from inputs join artifacts a on a.run_id = inputs.parent_id and a.kind = inputs.kind
        where inputs.run_id = any($1::bigint[]) and a.removed_at is null
        order by a.id
        """

    /// What children of these runs select before the end of the training.
    static let selectSnapshots: Statement = """
        select distinct parent_id, selector from inputs
        where parent_id = any($1::bigint[]) and kind = 'model' and (selector ? 'step' or selector ? 'share')
        order by parent_id, selector
        """

    static let claimReady: Statement = """
        -- worker: only one whose lease holds may claim, and nothing behind a run that it keeps its free threads for
        with worker as (
            select id, coalesce((
                select min(ready.sort_key) from reservations join ready on ready.run_id = reservations.run_id
                where reservations.worker_id = $1
            ), 9223372036854775807) as last
            from workers where id = $1 and retired_at is null and lease_until > clock_timestamp()
                and (drain_at is null or drain_at > clock_timestamp())
        ),
        -- candidates: the head of each class of threads that fits; one index probe a class, and twice what is
        -- needed and some more, because others may be claiming the first ones right now
        candidates as (
            select head.run_id, head.sort_key
            from worker cross join generate_series(1, $3::bigint) as class (threads)
            cross join lateral (
                select run_id, sort_key from ready
                where ready.pool = $2 and ready.threads = class.threads and ready.sort_key between $5 and worker.last
                order by sort_key, run_id
                limit 2 * $4 + 32
            ) as head
        ),
        -- chosen: locked in the queue's order until there are enough; what another claim holds is passed over
        chosen as (
            select ready.run_id, ready.threads, candidates.sort_key
            from candidates join ready on ready.run_id = candidates.run_id
            order by candidates.sort_key, candidates.run_id
            limit $4
            for update of ready skip locked
        ),
        -- fitting: the first of them, as far as the threads reach
        fitting as (
            select run_id from (
                select run_id, sum(threads) over (order by sort_key, run_id rows unbounded preceding) as threads
                from chosen
            ) as c where threads <= $3
        ),
        taken as (
            delete from ready using fitting where ready.run_id = fitting.run_id
            returning ready.run_id
        ),
        -- running: the fencing token is drawn here
        running as (
            update runs set state = 'running', attempt = attempt + 1, token = nextval('lease_tokens'),
                worker_id = $1, started_at = coalesce(started_at, clock_timestamp()), reason = null
            from taken where runs.id = taken.run_id and runs.state = 'ready'
            returning runs.id, runs.suite_id, runs.spec - '{name,seed}'::text[] as configuration,
                runs.spec ->> 'name' as name, runs.spec ->> 'seed' as seed, runs.attempt, runs.token, runs.sort_key,
                runs.has_children
        ),
        leased as (
            insert into leases (worker_id, run_id) select $1, id from running
        ),
        noted as (
            insert into attempts (run_id, attempt, token, worker_id, request)
            select id, attempt, token, $1, $6 from running
        )
        select running.*,
            exists (
                select from artifacts where artifacts.run_id = running.id and kind = 'checkpoint' and removed_at is null
            ) as has_checkpoints,
            exists (select from inputs where inputs.run_id = running.id) as has_inputs
        from running order by sort_key, id
        """

    private static let findClaimed: Statement = """
        select runs.id, runs.suite_id, runs.spec - '{name,seed}'::text[] as configuration,
            runs.spec ->> 'name' as name, runs.spec ->> 'seed' as seed, runs.attempt, runs.token, runs.sort_key,
            runs.has_children,
            exists (
                select from artifacts where artifacts.run_id = runs.id and kind = 'checkpoint' and removed_at is null
            ) as has_checkpoints,
            exists (select from inputs where inputs.run_id = runs.id) as has_inputs
        from leases join runs on runs.id = leases.run_id
        join attempts on attempts.run_id = runs.id and attempts.attempt = runs.attempt
        where leases.worker_id = $1 and runs.state = 'running' and attempts.request = $2
        order by runs.sort_key, runs.id
        """
}

extension Rows? {
    /// The rows; none where nothing was asked.
    fileprivate var joined: [Row] { self.map { Array($0) } ?? [] }
}

extension [Claim] {
    fileprivate mutating func update(_ run: RunID, _ change: (inout Claim) -> Void) {
        guard let index = firstIndex(where: { $0.lease.run == run }) else { return }
        change(&self[index])
    }
}

extension Claim {
    fileprivate init(_ row: Row, _ specs: inout SpecDocuments.Reader) throws(StoreError) {
        self.init(
            lease: Lease(
                run: RunID(rawValue: try row.get("id")),
                attempt: try row.get("attempt"),
                token: try row.get("token")
            ),
            suite: SuiteID(rawValue: try row.get("suite_id")),
            spec: try specs.read(
                try row.get("configuration"),
                name: try row.get("name"),
                seed: try row.optional("seed")
            )
        )
    }
}
