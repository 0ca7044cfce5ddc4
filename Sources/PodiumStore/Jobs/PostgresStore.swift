import PodiumCore
import Synchronization

/// The job store in PostgreSQL.
///
/// Every statement is a literal, prepared once per connection. Faults of the
/// connection are ridden out for `patience`; each call is safe to repeat, also
/// when it was the reply that got lost. Writes go on to their end even where
/// the task that asked is cancelled, so a worker that shuts down can still say
/// so.
///
/// Lock order of all transactions: suites, ready, runs, the rest. Whoever puts
/// a run into `ready`, other than `submit`, holds the lock of its suite.
package final class PostgresStore: JobStore {
    package let address: DatabaseAddress
    let pool: ConnectionPool
    private let patience: Duration
    private let notifier: ChangeNotifier
    private let listener: ChangeListener
    /// Of runs that leaderboards read.
    let specs = DecodedTexts<RunSpec>()
    let results = DecodedTexts<RunResult>()
    /// Where in the queue the last claim found something; see `claim`.
    let lowWater = Mutex<[QueueHead: LowWaterMark]>([:])

    /// Connects and checks that the schema is this binary's; migrating is the caller's decision.
    ///
    /// - `patience`: how long a call may wait for a server that restarts.
    /// - `hearsChanges`: false for one whom no hint reaches, as through a pooler that forwards no notifications.
    package static func open(
        _ address: DatabaseAddress,
        connections: Int = 8,
        patience: Duration = .seconds(30),
        hearsChanges: Bool = true
    ) async throws(StoreError) -> PostgresStore {
        let pool = ConnectionPool(address, limit: connections)
        try await pool.withConnection { connection throws(StoreError) in try await Migrator().check(connection) }
        return PostgresStore(pool, patience: patience, hearsChanges: hearsChanges)
    }

    private init(_ pool: ConnectionPool, patience: Duration, hearsChanges: Bool) {
        address = pool.address
        self.pool = pool
        self.patience = patience
        notifier = ChangeNotifier(pool)
        listener = ChangeListener(pool.address, hears: hearsChanges)
    }

    /// Sends pending hints, ends the streams of changes, and closes the connections.
    package func close() async {
        await notifier.flush()
        listener.close()
        await pool.close()
    }

    package func notifications() async throws -> AsyncStream<Void> {
        listener.subscribe()
    }

    // MARK: Carrying out

    /// Reads, on any connection; cancelling the task cancels the query.
    func read<R: Sendable>(
        _ body: @Sendable (Connection) async throws(StoreError) -> R
    ) async throws(StoreError) -> R {
        try await withRetries { _ throws(StoreError) in try await pool.withConnection(body) }
    }

    /// Writes, unaffected by the task's cancellation, and tells listeners where that is worth it.
    ///
    /// - `inTransaction`: false for a single statement, which is one by itself.
    /// - `body`: learns whether an earlier try may have gone through without our hearing of it.
    func write<R: Sendable>(
        inTransaction: Bool = true,
        notifyIf isChange: (R) -> Bool = { _ in true },
        _ body: @escaping @Sendable (Connection, _ isRepeat: Bool) async throws(StoreError) -> R
    ) async throws(StoreError) -> R {
        let shield = Task<Result<R, StoreError>, Never> {
            do throws(StoreError) {
                return .success(
                    try await withRetries { isRepeat throws(StoreError) in
                        try await pool.withConnection { connection throws(StoreError) in
                            guard inTransaction else { return try await body(connection, isRepeat) }
                            return try await connection.transaction { connection throws(StoreError) in
                                try await body(connection, isRepeat)
                            }
                        }
                    }
                )
            } catch {
                return .failure(error)
            }
        }
        let value = try await shield.value.get()
        if isChange(value) { await notifier.notifySoon() }
        return value
    }

    /// As `write`, in one go on a connection's thread: for what is done for every run.
    func perform<R: Sendable>(
        planning: Session.Planning = .free,
        notifyIf isChange: (R) -> Bool = { _ in true },
        _ body: @escaping @Sendable (Session, _ isRepeat: Bool) throws(StoreError) -> R
    ) async throws(StoreError) -> R {
        let value: R
        do throws(StoreError) {
            value = try await pool.perform(planning) { session throws(StoreError) in try body(session, false) }
        } catch {
            guard error.isTransient || error.code == .serialization || error.code == .cancelled else { throw error }
            // From here on as any other write: with patience, whatever becomes of the task.
            let shield = Task<Result<R, StoreError>, Never> {
                do throws(StoreError) {
                    return .success(
                        try await withRetries { _ throws(StoreError) in
                            try await pool.perform(planning) { session throws(StoreError) in try body(session, true) }
                        }
                    )
                } catch {
                    return .failure(error)
                }
            }
            value = try await shield.value.get()
        }
        if isChange(value) { await notifier.notifySoon() }
        return value
    }

    /// As `perform`, all of it or nothing.
    func performTransaction<R: Sendable>(
        _ body: @escaping @Sendable (Session, _ isRepeat: Bool) throws(StoreError) -> R
    ) async throws(StoreError) -> R {
        try await perform(notifyIf: { _ in true }) { session, isRepeat throws(StoreError) in
            try session.transaction { () throws(StoreError) in try body(session, isRepeat) }
        }
    }

    /// Tries again after faults that pass: a server that restarts, two transactions that collided.
    private func withRetries<R: Sendable>(
        _ body: (_ isRepeat: Bool) async throws(StoreError) -> R
    ) async throws(StoreError) -> R {
        let deadline = ContinuousClock.now + patience
        var pause: Duration = .milliseconds(50)
        var collisions = 0
        var isRepeat = false
        while true {
            do throws(StoreError) {
                return try await body(isRepeat)
            } catch {
                if error.code == .serialization, collisions < 10 {
                    collisions += 1
                } else if error.isTransient, ContinuousClock.now + pause < deadline {
                    isRepeat = true
                    try? await Task.sleep(for: pause)
                    pause = min(pause * 2, .seconds(1))
                } else {
                    throw error
                }
            }
        }
    }
}
