/// Lends connections, at most `limit` at a time.
///
/// A connection is checked before it is lent and when it comes back; a broken
/// one is dropped and the next borrower gets a fresh one, so the pool heals by
/// itself once the server is up again. Borrowers wait in order, and not longer
/// than `waitLimit`.
package actor ConnectionPool {
    package nonisolated let address: DatabaseAddress
    private let limit: Int
    private let waitLimit: Duration
    /// With how each plans since its last borrower.
    private var idle: [(connection: Connection, planning: Session.Planning)] = []
    /// Lent or being opened.
    private var busy = 0
    private var waiters: [Waiter] = []
    private var nextWaiter = 0
    private var isClosed = false

    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Result<Void, StoreError>, Never>
    }

    package init(_ address: DatabaseAddress, limit: Int = 8, waitLimit: Duration = .seconds(30)) {
        precondition(limit > 0, "a pool has at least one connection")
        self.address = address
        self.limit = limit
        self.waitLimit = waitLimit
    }

    /// Lends a connection for the time of `body`, which must not keep it.
    package nonisolated func withConnection<R: Sendable>(
        _ body: @Sendable (Connection) async throws(StoreError) -> R
    ) async throws(StoreError) -> R {
        let connection = try await borrow()
        do throws(StoreError) {
            let value = try await body(connection)
            await giveBack(connection)
            return value
        } catch {
            await giveBack(connection)
            throw error
        }
    }

    /// Does work on a connection's thread; see `Connection.perform`.
    nonisolated func perform<R: Sendable>(
        _ planning: Session.Planning = .free,
        _ work: @Sendable (Session) throws(StoreError) -> R
    ) async throws(StoreError) -> R {
        try await takeTurn()
        while true {
            let connection: Connection
            if let idle = await takeIdle(planning) {
                connection = idle
            } else {
                do throws(StoreError) {
                    connection = try await Connection.open(address, timeout: waitLimit)
                } catch {
                    await freeTurn()
                    throw error
                }
            }
            if case .done(let result, let isReusable) = await connection.perform(planning, work) {
                await giveBack(connection, planning, isReusable: isReusable)
                return try result.get()
            }
        }
    }

    /// One that plans so already where there is one: to say it anew costs a round trip.
    private func takeIdle(_ planning: Session.Planning) -> Connection? {
        guard let index = idle.lastIndex(where: { $0.planning == planning }) else { return idle.popLast()?.connection }
        return idle.remove(at: index).connection
    }

    private func giveBack(_ connection: Connection, _ planning: Session.Planning, isReusable: Bool) {
        if !isClosed, isReusable { idle.append((connection, planning)) }
        freeTurn()
    }

    /// Lends a connection with a transaction open on it; see `Connection.transaction`.
    package nonisolated func transaction<R: Sendable>(
        _ body: @Sendable (Connection) async throws(StoreError) -> R
    ) async throws(StoreError) -> R {
        try await withConnection { connection throws(StoreError) in try await connection.transaction(body) }
    }

    /// Refuses further borrowers and drops idle connections; lent ones are dropped when they come back.
    package func close() {
        isClosed = true
        idle = []
        for waiter in waiters { waiter.continuation.resume(returning: .failure(Self.closed)) }
        waiters = []
    }

    /// How many connections are lent and idle.
    package var occupancy: (busy: Int, idle: Int) { (busy, idle.count) }

    private static let closed = StoreError(.closed, "the connection pool is closed")

    private func borrow() async throws(StoreError) -> Connection {
        try await takeTurn()
        while let connection = takeIdle(.free) {
            if await connection.isReusable { return connection }
        }
        do throws(StoreError) {
            return try await Connection.open(address, timeout: waitLimit)
        } catch {
            freeTurn()
            throw error
        }
    }

    /// Waits until fewer than `limit` connections are busy, then counts one more.
    private func takeTurn() async throws(StoreError) {
        guard !isClosed else { throw Self.closed }
        if busy < limit {
            busy += 1
            return
        }
        let number = nextWaiter
        nextWaiter += 1
        let timer = Task {
            try await Task.sleep(for: waitLimit)
            abandon(
                number,
                StoreError(.timeout, "no free connection within \(waitLimit): all \(limit) of the pool are busy")
            )
        }
        defer { timer.cancel() }
        let result: Result<Void, StoreError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled else {
                    continuation.resume(returning: .failure(Self.cancelled))
                    return
                }
                waiters.append(Waiter(number: number, continuation: continuation))
            }
        } onCancel: {
            Task { await abandon(number, Self.cancelled) }
        }
        // A turn that was handed over is already counted in `busy`.
        try result.get()
    }

    private static let cancelled = StoreError(.cancelled, "cancelled while waiting for a connection")

    private func abandon(_ number: Int, _ error: StoreError) {
        guard let index = waiters.firstIndex(where: { $0.number == number }) else { return }
        waiters.remove(at: index).continuation.resume(returning: .failure(error))
    }

    private func giveBack(_ connection: Connection) async {
        if !isClosed, await connection.isReusable { idle.append((connection, .free)) }
        freeTurn()
    }

    private func freeTurn() {
        if waiters.isEmpty {
            busy -= 1
        } else {
            waiters.removeFirst().continuation.resume(returning: .success(()))
        }
    }
}
