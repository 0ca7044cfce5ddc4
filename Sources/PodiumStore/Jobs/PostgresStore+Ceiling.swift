/// What the server can do at most, to measure the queue against.
extension PostgresStore {
    /// Commits a transaction that writes next to nothing, as durable as any other.
    package func commitNothing() async throws {
        _ = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query("select pg_logical_emit_message(true, 'podium', '')")
        }
    }
}
