package import PodiumCore

/// What the database knows of files that could go.
package struct CleaningFacts: Sendable, Equatable {
    package struct Run: Sendable, Equatable {
        package var state: RunState
        /// Seconds since 1970 by the store's clock; nil while it is not over.
        package var endedAt: Double?
        /// Of the attempt that runs.
        package var token: Int64?

        package init(state: RunState, endedAt: Double? = nil, token: Int64? = nil) {
            self.state = state
            self.endedAt = endedAt
            self.token = token
        }
    }

    /// By the store's clock.
    package var now: Double
    /// Of those asked for, the runs that there are.
    package var runs: [RunID: Run]
    /// Artifacts of those runs whose files are there.
    package var artifacts: [ArtifactRecord]
    /// Numbers of those that a run was made from.
    package var used: Set<Int64>
    /// Whether any pre-training is not over.
    package var hasOpenPretraining: Bool

    package init(
        now: Double,
        runs: [RunID: Run],
        artifacts: [ArtifactRecord],
        used: Set<Int64> = [],
        hasOpenPretraining: Bool = false
    ) {
        self.now = now
        self.runs = runs
        self.artifacts = artifacts
        self.used = used
        self.hasOpenPretraining = hasOpenPretraining
    }
}

extension PostgresStore {
    /// Tells the database from every other one, also of other servers and of the same name.
    package func identity() async throws -> String {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query(
                """
                select (select system_identifier from pg_control_system())::text || '/' || oid as identity
                from pg_database where datname = current_database()
                """
            )
        }
        return try rows[0].get("identity")
    }

    package func cleaningFacts(of runs: [RunID]) async throws -> CleaningFacts {
        let numbers = runs.map { Optional($0.rawValue) }
        return try await read { connection throws(StoreError) in
            let now = try await connection.query(
                """
                select clock_timestamp() as now, exists (
                    select from runs where kind = 'pretrain' and ended_at is null
                ) as pretrains
                """
            )[0]
            var facts = CleaningFacts(
                now: try now.get("now"),
                runs: [:],
                artifacts: [],
                hasOpenPretraining: try now.get("pretrains")
            )
            for row in try await connection.query(
                "select id, state, ended_at, token from runs where id = any($1::bigint[])",
                .ints(numbers)
            ) {
                facts.runs[RunID(rawValue: try row.get("id"))] = CleaningFacts.Run(
                    state: try row.word("state"),
                    endedAt: try row.optional("ended_at"),
                    token: try row.optional("token")
                )
            }
            for row in try await connection.query(
                """
                select id, run_id, attempt, token, kind, step, share, score, path, sha256, bytes, created_at, removed_at,
                    exists (select from inputs where inputs.artifact_id = artifacts.id) as is_used
                from artifacts where run_id = any($1::bigint[]) and removed_at is null order by id
                """,
                .ints(numbers)
            ) {
                let record = try ArtifactRecord(row)
                facts.artifacts.append(record)
                if try row.get("is_used", as: Bool.self) { facts.used.insert(record.id) }
            }
            return facts
        }
    }

    /// Gives up checkpoints of runs that are over and that no run was made from; returns those that were given up.
    ///
    /// Their files are the caller's business, afterwards: what is left over after a crash is named by no row.
    package func giveUpCheckpoints(_ artifacts: [Int64]) async throws -> Set<Int64> {
        let rows = try await write(inTransaction: false) { connection, _ throws(StoreError) in
            try await connection.query(
                """
                update artifacts a set removed_at = clock_timestamp()
                from runs r
                where a.id = any($1::bigint[]) and r.id = a.run_id and a.kind = 'checkpoint' and a.removed_at is null
                    -- Somebody may have asked for another try since.
                    and r.state in ('succeeded', 'failed', 'cancelled')
                    and not exists (select from inputs i where i.artifact_id = a.id)
                returning a.id
                """,
                .ints(artifacts.map(Optional.some))
            )
        }
        return Set(try rows.map { row throws(StoreError) in try row.get("id", as: Int64.self) })
    }
}
