/// A connection to PostgreSQL.
///
/// An actor on a thread of its own. One query runs at a time and, within the
/// actor, without a suspension: two tasks that share a connection by mistake
/// queue up but cannot interleave inside a query. Cancelling the task that
/// waits cancels the query on the server, and the connection stays usable.
package actor Connection {
    private let executor: QueueExecutor
    private let session: Session
    private let interrupter: Interrupter
    package nonisolated let address: DatabaseAddress

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Connects within `timeout`, off the cooperative pool.
    package static func open(
        _ address: DatabaseAddress,
        timeout: Duration = .seconds(10)
    ) async throws(StoreError) -> Connection {
        let opener = Opener()
        let interrupter = try Interrupter()
        let result: Result<Connection, StoreError> = await withTaskCancellationHandler {
            await opener.open(address, interrupter, timeout: timeout)
        } onCancel: {
            interrupter.fire()
        }
        return try result.get()
    }

    fileprivate init(
        _ address: DatabaseAddress,
        session: sending Session,
        interrupter: Interrupter,
        executor: QueueExecutor
    ) {
        self.address = address
        self.session = session
        self.interrupter = interrupter
        self.executor = executor
    }

    /// Runs one statement.
    ///
    /// - `timeout`: after it the query is cancelled on the server and `.timeout` thrown.
    @discardableResult
    package func query(
        _ statement: Statement,
        _ parameters: Parameter...,
        timeout: Duration? = nil
    ) async throws(StoreError) -> Rows {
        try await query(statement, parameters, timeout: timeout)
    }

    @discardableResult
    package func query(
        _ statement: Statement,
        _ parameters: [Parameter],
        timeout: Duration? = nil
    ) async throws(StoreError) -> Rows {
        try await interruptibly { session throws(StoreError) in
            try session.run(statement, parameters, timeout: timeout)
        }
    }

    /// Runs statements without parameters, in one implicit transaction unless they say otherwise.
    @discardableResult
    package func run(_ script: Script, timeout: Duration? = nil) async throws(StoreError) -> Rows {
        try await interruptibly { session throws(StoreError) in try session.run(script, timeout: timeout) }
    }

    /// Sends rows through `COPY … FROM STDIN (FORMAT binary)`; returns how many arrived.
    @discardableResult
    package func copy(
        _ statement: Statement,
        rows: [[Parameter]],
        timeout: Duration? = nil
    ) async throws(StoreError) -> Int {
        try await interruptibly { session throws(StoreError) in
            try session.copy(statement, rows: rows, timeout: timeout)
        }
    }

    /// Runs `body` in one transaction: all of it is stored, or nothing.
    ///
    /// READ COMMITTED, as the job store's statements are written for.
    package func transaction<R: Sendable>(
        _ body: @Sendable (Connection) async throws(StoreError) -> R
    ) async throws(StoreError) -> R {
        try await query("begin")
        do throws(StoreError) {
            let value = try await body(self)
            try await query("commit")
            return value
        } catch {
            rollBack()
            throw error
        }
    }

    /// Ends a failed transaction even where the task was cancelled meanwhile.
    private func rollBack() {
        guard !session.isBroken, session.isInTransaction else { return }
        interrupter.drain()
        do {
            _ = try session.run("rollback" as Statement, [], timeout: .seconds(5))
        } catch {
            session.markBroken()
        }
    }

    /// What came of work that was to be done at once.
    enum Performed<R: Sendable>: Sendable {
        case done(Result<R, StoreError>, isReusable: Bool)
        /// The connection had broken while nobody used it; nothing was done.
        case stale
    }

    /// Does several statements' work in one go on the connection's thread, cancelled by nothing.
    ///
    /// Each call from a task to this thread and back costs two wake-ups, which between a worker and a server on the same
    /// machine are as much as a short statement itself.
    func perform<R: Sendable>(
        _ planning: Session.Planning,
        _ work: @Sendable (Session) throws(StoreError) -> R
    ) -> Performed<R> {
        guard isReusable else { return .stale }
        interrupter.drain()
        let result: Result<R, StoreError>
        do throws(StoreError) {
            try session.plan(planning)
            result = .success(try work(session))
        } catch {
            result = .failure(error)
        }
        return .done(result, isReusable: isReusable)
    }

    package func quoted(_ identifier: String) throws(StoreError) -> String {
        try session.quoted(identifier)
    }

    /// Waits for notifications; empty when `timeout` passed without any.
    func notifications(within timeout: Duration) async throws(StoreError) -> [ServerNotification] {
        try await interruptibly { session throws(StoreError) in try session.notifications(within: timeout) }
    }

    /// Whether the connection can be lent again: alive, and with no transaction left open.
    var isReusable: Bool { session.isHealthy && !session.isInTransaction }

    private func interruptibly<R: Sendable>(
        _ work: (Session) throws(StoreError) -> R
    ) async throws(StoreError) -> R {
        guard !Task.isCancelled else { throw StoreError(.cancelled, "cancelled before the query was sent") }
        interrupter.drain()
        if !session.isBroken, !session.isInTransaction { try session.plan(.free) }
        let result: Result<R, StoreError> = await withTaskCancellationHandler {
            do throws(StoreError) { return .success(try work(session)) } catch { return .failure(error) }
        } onCancel: { [interrupter] in
            interrupter.fire()
        }
        return try result.get()
    }
}

/// Opens a connection on the thread that will be the connection's own.
private actor Opener {
    private let executor = QueueExecutor(label: "podium.connection")

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    func open(
        _ address: DatabaseAddress,
        _ interrupter: Interrupter,
        timeout: Duration
    ) -> Result<Connection, StoreError> {
        do throws(StoreError) {
            let session = try Session(address, interrupter: interrupter, timeout: timeout)
            return .success(
                Connection(address, session: session, interrupter: interrupter, executor: executor)
            )
        } catch {
            return .failure(error)
        }
    }
}
