package import PodiumStore
package import Testing

/// Gives each test a migrated database of its own: `@Suite(.database)`, then `try TestDatabase.current`.
package struct DatabaseTrait: SuiteTrait, TestTrait, TestScoping {
    package let isRecursive = true

    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        // Once around each test case; a suite itself needs no database.
        guard testCase != nil else { return try await function() }
        let address = try await TestServer.shared.makeDatabase()
        try await TestDatabase.$value.withValue(address) { try await function() }
    }
}

extension Trait where Self == DatabaseTrait {
    package static var database: DatabaseTrait { DatabaseTrait() }
}

/// The database of the test that runs.
package enum TestDatabase {
    @TaskLocal fileprivate static var value: DatabaseAddress?

    package static var current: DatabaseAddress {
        get throws {
            try #require(value, "the test needs the trait .database")
        }
    }
}
