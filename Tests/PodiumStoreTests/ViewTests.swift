import Foundation
import PodiumCore
import PodiumStore
import PodiumTestSupport
import Testing

/// The documented views are what docs/sql.md says they are.
@Suite(.database)
struct ViewTests {
    private static let page = "\(SchemaDump.migrations)/../docs/sql.md"

    /// A suite with a run that succeeded, on SQuAD, whose stored metrics are percentages.
    private func fill(_ store: PostgresStore) async throws {
        let work = FineTuning(model: .named("minilm-l6"), task: .squadV1, seed: .max)
        let spec = RunSpec(name: "tune", system: "minilm", work: .finetune(work))
        _ = try await store.submit(Submission(name: "s", kind: .suite, source: "", runs: [PlannedRun(spec: spec)]))
        let worker = try await store.registerWorker(
            WorkerRegistration(host: "here", processID: 1, pool: "cpu", threads: 2, version: "test"),
            leaseSeconds: 60
        )
        let claim = try #require(try await store.claim(for: worker, pool: "cpu", threads: 2, limit: 1).first)
        var result = RunResult(
            metrics: ["exact_match": 75, "f1": 87.5],
            score: 0.875,
            examples: 10_570,
            datasets: [
                DatasetUse(
                    task: .squadV1,
                    split: .dev,
                    origin: .official,
                    examples: 10_570,
                    files: [.init(name: "dev-v1.1.json", sha256: String(repeating: "a", count: 64), bytes: 1)]
                )
            ]
        )
        result.intervals = [
            "f1": ScoreInterval(low: 50, high: 100, level: 0.95, method: "bootstrap"),
            "score": ScoreInterval(low: 0.5, high: 1, level: 0.95, method: "bootstrap"),
        ]
        #expect(try await store.finish(claim.lease, outcome: .succeeded(result)))
    }

    @Test func scoresAreOnOneScaleWithWhatTheyWereTakenOn() async throws {
        let store = try await PostgresStore.open(TestDatabase.current)
        try await fill(store)
        let connection = try await Connection.open(TestDatabase.current)
        let rows = try await connection.query(
            """
            select metric, value, low, high, split, data_origin, length(data_version) as digits, examples, seed::text as seed
            from podium.scores order by metric
            """
        )
        #expect(try rows.map { try $0.get("metric", as: String.self) } == ["exact_match", "f1", "score"])
        #expect(try rows.map { try $0.get("value", as: Double.self) } == [0.75, 0.875, 0.875])
        #expect(try rows.map { try $0.optional("low", as: Double.self) } == [nil, 0.5, 0.5])
        #expect(try rows.map { try $0.optional("high", as: Double.self) } == [nil, 1, 1])
        #expect(try rows[0].get("split") == "dev" && rows[0].get("data_origin") == "official")
        #expect(try rows[0].get("digits", as: Int.self) == 12 && rows[0].get("examples") == 10_570)
        #expect(try rows[0].get("seed") == "\(UInt64.max)")
        await store.close()
    }

    @Test func thePageNamesEveryViewAndColumn() async throws {
        let page = try String(contentsOfFile: Self.page, encoding: .utf8)
        let connection = try await Connection.open(TestDatabase.current)
        let rows = try await connection.query(
            """
            select table_name::text as view, string_agg('`' || column_name || '`', ', ' order by ordinal_position) as columns
            from information_schema.columns where table_schema = 'podium' group by table_name order by table_name
            """
        )
        #expect(rows.count == 7)
        for row in rows {
            let (view, columns): (String, String) = (try row.get("view"), try row.get("columns"))
            let lines = page.split(separator: "\n").filter { $0.hasPrefix("| `podium.\(view)` |") }
            #expect(lines.count == 1 && lines[0].hasSuffix("| \(columns) |"), "\(view): \(columns)")
        }
    }

    @Test func everyExampleOfThePageRuns() async throws {
        let page = try String(contentsOfFile: Self.page, encoding: .utf8)
        let store = try await PostgresStore.open(TestDatabase.current)
        try await fill(store)
        let connection = try await Connection.open(TestDatabase.current)
        let examples = page.components(separatedBy: "```sql\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        #expect(examples.count >= 5)
        for example in examples { try await connection.run(Script(trusted: example)) }
        await store.close()
    }

    @Test func theViewsReadOnly() async throws {
        let connection = try await Connection.open(TestDatabase.current)
        for script in [
            "delete from podium.runs", "update podium.suites set note = 'x'", "delete from podium.metrics",
            "update podium.scores set value = 1", "delete from podium.artifacts", "delete from podium.attempts",
            "delete from podium.inputs",
        ] {
            await #expect(throws: StoreError.self) { try await connection.run(Script(trusted: script)) }
        }
    }

    @Test func namesWithoutASchemaMeanTheTablesWhoeverTheUserIs() async throws {
        let connection = try await Connection.open(TestDatabase.current)
        let rows = try await connection.query(
            "select current_schema()::text as schema, to_regclass('runs')::text as runs"
        )
        #expect(try rows[0].get("schema") == "public")
        #expect(try rows[0].get("runs") == "runs")
        // A user who is called as the views' schema has it first in the path by default.
        let plain = try await connection.query("select current_user = 'podium' as same")
        #expect(try plain[0].get("same", as: Bool.self) == true)
    }
}
