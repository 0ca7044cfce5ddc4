import PodiumStore
import PodiumTestSupport
import Synchronization
import Testing

@Suite(.database)
struct ConnectionPoolTests {
    @Test func noMoreConnectionsAreOpenThanTheLimit() async throws {
        let pool = ConnectionPool(try TestDatabase.current, limit: 3)
        let open = OpenConnections()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...30 {
                group.addTask {
                    try await pool.withConnection { connection throws(StoreError) in
                        open.change(by: 1)
                        try await connection.query("select pg_sleep(0.002)")
                        open.change(by: -1)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(open.most <= 3)
        let occupancy = await pool.occupancy
        #expect(occupancy.busy == 0)
        #expect((1...3).contains(occupancy.idle))
    }

    @Test func aBorrowerDoesNotWaitForever() async throws {
        let pool = ConnectionPool(try TestDatabase.current, limit: 1, waitLimit: .seconds(2))
        try await pool.withConnection { _ throws(StoreError) in
            let error = await #expect(throws: StoreError.self) {
                try await pool.withConnection { _ throws(StoreError) in }
            }
            #expect(error?.code == .timeout)
        }
        try await pool.withConnection { _ throws(StoreError) in }
    }

    @Test func aCancelledBorrowerLeavesTheQueue() async throws {
        let pool = ConnectionPool(try TestDatabase.current, limit: 1)
        try await pool.withConnection { _ throws(StoreError) in
            let waiting = Task { try await pool.withConnection { _ throws(StoreError) in } }
            waiting.cancel()
            let error = await #expect(throws: StoreError.self) { try await waiting.value }
            #expect(error?.code == .cancelled)
        }
        try await pool.withConnection { _ throws(StoreError) in }
    }

    @Test func aConnectionLeftInATransactionIsNotLentAgain() async throws {
        let pool = ConnectionPool(try TestDatabase.current, limit: 1)
        _ = try await pool.withConnection { connection throws(StoreError) in
            try await connection.run(Script(trusted: "begin; create table lost (a bigint)"))
        }
        let rows = try await pool.withConnection { connection throws(StoreError) in
            try await connection.query("select to_regclass('lost') is null as gone")
        }
        #expect(try rows.first?.get("gone") == true)
    }

    @Test func aConnectionTerminatedWhileIdleIsReplaced() async throws {
        let address = try TestDatabase.current
        let pool = ConnectionPool(address, limit: 2)
        let backend = try await pool.withConnection { connection throws(StoreError) -> Int64 in
            try await connection.query("select pg_backend_pid()::bigint as pid")[0].get("pid")
        }
        let observer = try await Connection.open(address)
        try await observer.query("select pg_terminate_backend($1::bigint::integer, 5000)", .int(backend))
        let next = try await pool.withConnection { connection throws(StoreError) -> Int64 in
            try await connection.query("select pg_backend_pid()::bigint as pid")[0].get("pid")
        }
        #expect(next != backend)
    }

    @Test func aClosedPoolLendsNothing() async throws {
        let pool = ConnectionPool(try TestDatabase.current, limit: 1)
        await pool.close()
        let error = await #expect(throws: StoreError.self) { try await pool.withConnection { _ throws(StoreError) in } }
        #expect(error?.code == .closed)
    }
}

/// How many connections are lent, and the most there were at once.
private final class OpenConnections: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    var most: Int { counts.withLock { $0.most } }

    func change(by difference: Int) {
        counts.withLock {
            $0.now += difference
            $0.most = max($0.most, $0.now)
        }
    }
}
