import FoundationEssentials
import PodiumCore
import PodiumTestSupport
import Testing

struct MemoryStoreTests {
    @Test(arguments: JobStoreConformance.checks)
    func conforms(to check: JobStoreConformance) async throws {
        try await check.run(MemoryStore { Date().timeIntervalSince1970 })
    }
}
