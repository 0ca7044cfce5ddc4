import PodiumCore
import PodiumStore
import PodiumTestSupport
import Testing

/// What the change feed owes to PostgreSQL: transactions that end in another order than they began.
@Suite(.database)
struct ChangeFeedTests {
    private static func note(_ run: RunID, _ reason: String, _ connection: Connection) async throws {
        try await connection.query(
            """
            insert into events (suite_id, run_id, kind, to_state, attempt, reason)
            select suite_id, id, 'state', state, attempt, $2 from runs where id = $1
            """,
            .int(run.rawValue),
            .text(reason)
        )
    }

    private static func submit(_ store: PostgresStore) async throws -> RunID {
        let spec = RunSpec(name: "a", system: "tiny", work: .finetune(FineTuning(model: .preset("tiny"), task: .mrpc)))
        let suite = try await store.submit(
            Submission(name: "suite", kind: .suite, source: "", runs: [PlannedRun(spec: spec)])
        )
        return try #require(suite.runs["a"])
    }

    @Test func anEntryOfAnOlderTransactionIsNotSkipped() async throws {
        let address = try TestDatabase.current
        let store = try await PostgresStore.open(address)
        let run = try await Self.submit(store)
        var place = ChangeID.start
        // Transactions of other tests on this server put entries off, so they are waited for.
        func read(_ count: Int) async throws -> [String?] {
            var changes: [RunChange] = []
            for _ in 0..<5000 {
                changes = try await store.changes(after: place, suite: nil, limit: 10)
                if changes.count >= count { break }
                try await Task.sleep(for: .milliseconds(5))
            }
            if let last = changes.last { place = last.id }
            return changes.map(\.reason)
        }
        #expect(try await read(1) == [nil])
        let older = try await Connection.open(address)
        let newer = try await Connection.open(address)
        // The older draws the lower number; the newer ends first.
        try await older.query("begin")
        try await Self.note(run, "older", older)
        try await newer.query("begin")
        try await Self.note(run, "newer", newer)
        try await newer.query("commit")
        #expect(try await read(0) == [])
        try await older.query("commit")
        #expect(try await read(2) == ["older", "newer"])
        #expect(try await read(0) == [])
        await store.close()
    }

    @Test func anOlderTransactionThatDrawsTheHigherNumberIsNotSkippedEither() async throws {
        let address = try TestDatabase.current
        let store = try await PostgresStore.open(address)
        let run = try await Self.submit(store)
        var place = ChangeID.start
        // Transactions of other tests on this server put entries off, so they are waited for.
        func read(_ count: Int) async throws -> [String?] {
            var changes: [RunChange] = []
            for _ in 0..<5000 {
                changes = try await store.changes(after: place, suite: nil, limit: 10)
                if changes.count >= count { break }
                try await Task.sleep(for: .milliseconds(5))
            }
            if let last = changes.last { place = last.id }
            return changes.map(\.reason)
        }
        #expect(try await read(1) == [nil])
        let older = try await Connection.open(address)
        let newer = try await Connection.open(address)
        try await older.query("begin")
        try await older.query("select pg_current_xact_id()::text")
        try await newer.query("begin")
        try await Self.note(run, "newer", newer)
        try await Self.note(run, "older", older)
        try await older.query("commit")
        #expect(try await read(1) == ["older"])
        try await newer.query("commit")
        #expect(try await read(1) == ["newer"])
        await store.close()
    }

    @Test func whatIsRolledBackIsNeverTold() async throws {
        let address = try TestDatabase.current
        let store = try await PostgresStore.open(address)
        let run = try await Self.submit(store)
        let connection = try await Connection.open(address)
        try await connection.query("begin")
        try await Self.note(run, "undone", connection)
        try await connection.query("rollback")
        _ = try await store.cancel([run])
        var changes: [RunChange] = []
        for _ in 0..<5000 where changes.count < 2 {
            changes = try await store.changes(after: .start, suite: nil, limit: 10)
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(changes.map(\.to) == [.ready, .cancelled])
        await store.close()
    }
}
