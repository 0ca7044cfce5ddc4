import Foundation
import PodiumCore
import PodiumExperiments
import PodiumStore
import PodiumTestSupport
import Testing

/// Whose files lie in a data directory.
@Suite(.database)
struct DirectoryDatabasesTests {
    /// A folder of a run that the database does not know, old enough to go.
    private static func leave(_ name: String, in folder: TestFolder) throws {
        try folder.write("\(name)/file", "x")
        let old = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 1_000_000)]
        for path in [name + "/file", name] {
            try FileManager.default.setAttributes(old, ofItemAtPath: "\(folder.path)/\(path)")
        }
    }

    private static func cleaned(_ folder: TestFolder, _ store: PostgresStore) async throws -> [String] {
        try await CleaningPlan.make(dataDirectory: folder.path, age: 0, store: store).items
            .map { String($0.path.dropFirst(folder.path.count + 1)) }
    }

    @Test func leftOversGoOnlyWhereTheDirectoryIsKnownToBeTheDatabasesOwn() async throws {
        let folder = try TestFolder()
        let store = try await PostgresStore.open(try TestDatabase.current)
        defer { Task { await store.close() } }
        try Self.leave("artifacts/run-7/attempt-9", in: folder)
        try Self.leave("pretraining/abc", in: folder)
        #expect(try await Self.cleaned(folder, store) == [], "nobody has said whose these are")
        var databases = DirectoryDatabases(dataDirectory: folder.path)
        try databases.note(try await store.identity())
        try databases.note(try await store.identity())
        #expect(try await Self.cleaned(folder, store) == ["artifacts/run-7/attempt-9", "pretraining/abc"])
        #expect(DirectoryDatabases(dataDirectory: folder.path) == databases && databases.identities.count == 1)
    }

    @Test func nothingGoesWhereAnotherDatabaseHasFiles() async throws {
        let folder = try TestFolder()
        try Self.leave("artifacts/run-7/attempt-9", in: folder)
        let store = try await PostgresStore.open(try TestDatabase.current)
        let other = try await PostgresStore.open(try await TestServer.shared.makeDatabase())
        #expect(try await store.identity() != other.identity())
        for store in [store, other] {
            var databases = DirectoryDatabases(dataDirectory: folder.path)
            try databases.note(try await store.identity())
        }
        for (store, foreign) in [(store, other), (other, store)] {
            let identity = try await foreign.identity()
            let error = await #expect(throws: ExperimentError.self) { try await Self.cleaned(folder, store) }
            #expect(error?.message.contains("another database (\(identity))") == true, "\(error as Any)")
            let finding = await Readiness.files(of: folder.path, store)
            #expect(finding.status == .missing && finding.message == error?.message)
        }
        await store.close()
        await other.close()
    }
}
