/// Tells listeners that something changed, in a transaction of its own and not more often than useful.
///
/// NOTIFY takes a lock on the whole database at commit, so it never rides in a
/// transaction that does other work.
actor ChangeNotifier {
    private static let pause: Duration = .milliseconds(20)

    /// Without waiting for the disk: after a crash nobody listens any more.
    private static let notify: Statement =
        "select set_config('synchronous_commit', 'off', true), pg_notify('podium_changes', '')"

    private let pool: ConnectionPool
    private var isPending = false
    private var task: Task<Void, Never>?

    init(_ pool: ConnectionPool) {
        self.pool = pool
    }

    /// Sends a notification soon; calls meanwhile are covered by it.
    func notifySoon() {
        isPending = true
        if task == nil { task = Task { await send() } }
    }

    /// Waits until everything requested so far is sent.
    func flush() async {
        await task?.value
    }

    private func send() async {
        while isPending {
            isPending = false
            // A lost hint costs at most a second: everyone polls as well.
            _ = try? await pool.withConnection { connection throws(StoreError) in
                try await connection.query(Self.notify, timeout: .seconds(5))
            }
            try? await Task.sleep(for: Self.pause)
        }
        task = nil
    }
}
