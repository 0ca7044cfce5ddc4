import PodiumCore
import PodiumStore
import PodiumTestSupport
import Testing

@Suite(.database)
struct PostgresStoreTests {
    @Test(arguments: JobStoreConformance.checks)
    func conforms(to check: JobStoreConformance) async throws {
        let store = try await PostgresStore.open(TestDatabase.current)
        try await check.run(store)
        await store.close()
    }
}
