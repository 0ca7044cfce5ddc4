import PodiumCore
import PodiumMigrations
import PodiumStore
import PodiumTestSupport
import Testing

/// A database of the first release goes on where it was.
@Suite
struct UpgradeTests {
    @Test func checkpointsModelsAndEventsOfTheFirstSchemaAreTakenOver() async throws {
        let address = try await TestServer.shared.makeEmptyDatabase()
        _ = try await Migrator(migrations: [Migration.all[0]]).migrate(address)
        let connection = try await Connection.open(address)
        try await connection.run(
            Script(
                trusted: """
                    insert into suites (request, name, kind, source, selection, priority)
                    values ('r', 'old', 'suite', '', '{"metric": "dev", "rule": "best"}', 0);
                    insert into workers (host, process_id, pool, threads, version, lease_until)
                    values ('h', 1, 'cpu', 2, '0.1.0', clock_timestamp());
                    insert into runs (suite_id, name, spec, pool, threads, sort_key, state, has_children, attempt, ended_at)
                    values (1, 'start', '{"model": {"preset": {"_0": "tiny"}}}', 'cpu', 2, 0, 'succeeded', true, 1,
                            clock_timestamp()),
                        (1, 'tune', '{"model": {"run": {"_0": "start"}}}', 'cpu', 2, 0, 'failed', false, 1,
                            clock_timestamp());
                    insert into attempts (run_id, attempt, token, worker_id, request, ended_at, outcome)
                    values (1, 1, 7, 1, 'x', clock_timestamp(), 'succeeded'), (2, 1, 8, 1, 'y', clock_timestamp(), 'crash');
                    insert into checkpoints (run_id, token, step, path, sha256, bytes)
                    values (1, 7, 10, '/a', repeat('a', 64), 1), (2, 8, 5, '/b', repeat('b', 64), 2);
                    insert into results (run_id, token, result, score)
                    values (1, 7, jsonb_build_object('modelPath', '/m', 'modelSHA256', repeat('c', 64), 'modelBytes', 3,
                        'trainedSteps', 20), 0.5);
                    """
            )
        )
        // Through every version on the way, each of which somebody may have.
        for version in 2...Migration.all.count {
            #expect(try await Migrator(migrations: Array(Migration.all.prefix(version))).migrate(address) == [version])
        }
        let store = try await PostgresStore.open(address)
        let made = try await store.artifacts(of: RunID(rawValue: 1))
        #expect(made.map(\.artifact.kind) == [.checkpoint, .model])
        #expect(made.map { $0.removedAt == nil } == [false, true])
        #expect(made.last?.artifact.step == 20 && made.last?.artifact.bytes == 3 && made.last?.token == 7)
        let left = try await store.artifacts(of: RunID(rawValue: 2))
        #expect(left.map(\.artifact.path) == ["/b"] && left.first?.removedAt == nil)
        let inputs = try await connection.query("select run_id, parent_id, selector from inputs")
        #expect(try inputs.map { try $0.get("run_id", as: Int64.self) } == [2])
        #expect(try inputs.first?.get("parent_id") == 1)
        let changes = try await store.changes(after: .start, suite: SuiteID(rawValue: 1), limit: 10)
        #expect(changes.map(\.to) == [.succeeded, .failed])
        await store.close()
    }
}
