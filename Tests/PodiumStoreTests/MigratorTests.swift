import FoundationEssentials
import PodiumMigrations
import PodiumStore
import PodiumTestSupport
import Testing

@Suite
struct MigratorTests {
    @Test func migratingTwiceDoesNothingTheSecondTime() async throws {
        let address = try await TestServer.shared.makeEmptyDatabase()
        #expect(try await Migrator().migrate(address) == Migration.all.map(\.version))
        #expect(try await Migrator().migrate(address) == [])
        try await Migrator().check(Connection.open(address))
    }

    @Test func migratingFromSeveralProcessesAtOnceAppliesEachOnce() async throws {
        let address = try await TestServer.shared.makeEmptyDatabase()
        let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
            for _ in 1...6 { group.addTask { try await Migrator().migrate(address) } }
            var all: [Int] = []
            for try await versions in group { all += versions }
            return all
        }
        #expect(applied == Migration.all.map(\.version))
    }

    @Test func aNewerSchemaIsRefused() async throws {
        let address = try await TestServer.shared.makeEmptyDatabase()
        let next = Migration(
            version: Migration.all.count + 1,
            name: "future",
            sql: Array("create table future ()".utf8)
        )
        _ = try await Migrator(migrations: Migration.all + [next]).migrate(address)
        for attempt in ["migrate", "open"] {
            let error = await #expect(throws: StoreError.self) {
                if attempt == "migrate" {
                    _ = try await Migrator().migrate(address)
                } else {
                    _ = try await PostgresStore.open(address)
                }
            }
            #expect(error?.code == .schemaTooNew)
            #expect(error?.description.contains("use a newer podium") == true)
        }
    }

    @Test func aDatabaseThatWasNotMigratedIsRefusedWithAdvice() async throws {
        let address = try await TestServer.shared.makeEmptyDatabase()
        let error = await #expect(throws: StoreError.self) { try await PostgresStore.open(address) }
        #expect(error?.code == .schemaTooOld)
        #expect(error?.description.contains("podium migrate") == true)
    }

    @Test func aMigrationThatWasChangedAfterwardsIsNoticed() async throws {
        let address = try await TestServer.shared.makeEmptyDatabase()
        _ = try await Migrator().migrate(address)
        let changed = Migration(version: 1, name: "initial", sql: Array("select 1".utf8))
        let error = await #expect(throws: StoreError.self) {
            try await Migrator(migrations: [changed] + Migration.all.dropFirst()).migrate(address)
        }
        #expect(error?.code == .schemaChanged)
    }

    @Test func aMigrationThatFailsLeavesNothing() async throws {
        let address = try await TestServer.shared.makeEmptyDatabase()
        let broken = Migration(version: 1, name: "broken", sql: Array("create table half (); select 1 / 0".utf8))
        await #expect(throws: StoreError.self) { try await Migrator(migrations: [broken]).migrate(address) }
        let rows = try await Connection.open(address).query("select to_regclass('half') is null as gone")
        #expect(try rows.first?.get("gone") == true)
        #expect(try await Migrator().migrate(address) == Migration.all.map(\.version))
    }

    @Test func theSchemaThatIsExpectedIsTheOneThatMigrationsMake() async throws {
        let address = try await TestServer.shared.makeEmptyDatabase()
        _ = try await Migrator().migrate(address)
        let found = try await SchemaParts(of: Connection.open(address))
        // Neither side knows more: not a line of the dump was misread.
        #expect(SchemaParts.expected.names.symmetricDifference(found.names) == [])
    }

    static let damages: [(sql: Statement, missing: [String])] = [
        ("drop table saved_views", ["table saved_views"]),
        ("alter table workers drop column pilot_task", ["column workers.pilot_task"]),
        ("drop view podium.runs", ["view podium.runs"]),
        ("drop index runs_waiting", ["index runs_waiting"]),
        ("alter table pilots drop constraint pilots_are_some", ["constraint pilots_are_some"]),
        ("drop trigger results_are_immutable on results", ["trigger results_are_immutable of results"]),
    ]

    @Test(arguments: damages.indices)
    func whatADatabaseLacksIsNamed(index: Int) async throws {
        let (sql, missing) = Self.damages[index]
        let address = try await TestServer.shared.makeDatabase()
        let store = try await PostgresStore.open(address)
        #expect(try await store.missingSchemaParts() == [])
        try await Connection.open(address).query(sql)
        let parts = try await store.missingSchemaParts()
        // Tables first; keys and indexes of theirs are told as well.
        #expect(Array(parts.prefix(missing.count)) == missing)
        #expect(parts.dropFirst(missing.count).allSatisfy { $0.contains("saved_views") }, "\(parts)")
        await store.close()
    }

    @Test func everyFileInTheFolderIsAMigration() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: SchemaDump.migrations)
            .filter { $0.hasSuffix(".sql") && !["privileges.sql", "roles.sql", "schema.sql"].contains($0) }.sorted()
        #expect(
            names
                == Migration.all.map {
                    String(repeating: "0", count: 4 - "\($0.version)".count) + "\($0.version)_\($0.name).sql"
                }
        )
        for (name, migration) in zip(names, Migration.all) {
            #expect(try Array(Data(contentsOf: URL(filePath: "\(SchemaDump.migrations)/\(name)"))) == migration.sql)
        }
    }

    /// Its plan is kept for the session: one that was made for a single row would take hours for a suite of 100,000.
    @Test func changesOfStateAreNeverNotedByNestedLoops() async throws {
        let address = try await TestServer.shared.makeEmptyDatabase()
        _ = try await Migrator().migrate(address)
        let connection = try await Connection.open(address)
        let rows = try await connection.query(
            "select array_to_string(proconfig, ' ') as settings from pg_proc where proname = 'note_states'"
        )
        let settings: String = try rows[0].get("settings")
        #expect(settings.contains("enable_nestloop=off") && settings.contains("enable_hashjoin=on"))
    }

    @Test func theSchemaDumpIsWhatTheMigrationsAddUpTo() async throws {
        let address = try await TestServer.shared.makeEmptyDatabase()
        _ = try await Migrator().migrate(address)
        let dump = try await SchemaDump.take(address)
        let path = "\(SchemaDump.migrations)/schema.sql"
        let recorded = try String(contentsOfFile: path, encoding: .utf8)
        if dump != recorded, ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
            try dump.write(toFile: path, atomically: true, encoding: .utf8)
        }
        #expect(dump == recorded, "run with RECORD_SNAPSHOTS=1 to write migrations/schema.sql anew, then review it")
    }
}
