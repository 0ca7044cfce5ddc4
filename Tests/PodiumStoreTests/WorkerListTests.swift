import PodiumCore
import PodiumStore
import PodiumTestSupport
import Testing

@Suite(.database)
struct WorkerListTests {
    @Test func aWorkerThatLeftIsNotLostWhenItsLeaseEnds() async throws {
        let store = try await PostgresStore.open(TestDatabase.current)
        func register(lease: Double) async throws -> WorkerID {
            try await store.registerWorker(
                WorkerRegistration(host: "here", processID: 1, pool: "cpu", threads: 2, version: "test"),
                leaseSeconds: lease
            )
        }
        let left = try await register(lease: 0)
        try await store.retireWorker(left)
        let gone = try await register(lease: 0)
        let idle = try await register(lease: 600)
        let states = try await store.workers(limit: 10).map { [$0.id.rawValue: $0.state] }
        #expect(states == [[idle.rawValue: .idle], [gone.rawValue: .lost], [left.rawValue: .left]])
        await store.close()
    }
}
