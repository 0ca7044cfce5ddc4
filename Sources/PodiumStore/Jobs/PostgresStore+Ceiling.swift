package import PodiumCore

/// What the server can do at most, to measure the queue against.
extension PostgresStore {
    /// Commits a transaction that writes next to nothing, as durable as any other.
    package func commitNothing() async throws {
        _ = try await write(inTransaction: false, notifyIf: { _ in false }) { connection, _ throws(StoreError) in
            try await connection.query("select pg_logical_emit_message(true, 'podium', '')")
        }
    }

    /// A claim of one run and its success as a script of pgbench: the very statements that `claim` and `finish` send
    /// for a run without parents and children, with the names of variables for `$1`, `$2` and so on.
    ///
    /// - Parameters:
    ///   - firstWorker: client n of pgbench claims for the worker with this number and n more.
    ///   - pool, threads: what they claim.
    ///   - result: what every run comes to.
    static func claimAndFinishScript(
        firstWorker: WorkerID,
        pool: String,
        threads: Int,
        result: RunResult
    ) throws(StoreError) -> (text: String, variables: [String: String]) {
        let claim =
            with(
                claimReady,
                [":worker::bigint", ":pool::text", ":threads::bigint", "1::bigint", ":from::bigint", ":request::text"]
            ) + " \\gset"
        let end = [
            ":id::bigint", ":token::bigint", ":result::jsonb", ":score::double precision", ":attempt::bigint",
        ]
        let finish = with(storeAlone, end + Array(repeating: "'{}'", count: 7)) + ";"
        let settings = [
            "\\set worker \(firstWorker.rawValue) + :client_id", "\\set request random(1, 9000000000000000000)",
        ]
        return (
            (settings + [claim, finish]).joined(separator: "\n") + "\n",
            [
                "pool": pool, "threads": String(threads), "from": String(Int64.min),
                "result": try StoredJSON.encode(result), "score": String(result.score ?? 0),
            ]
        )
    }

    /// The statement with these texts for its parameters.
    private static func with(_ statement: Statement, _ values: [String]) -> String {
        values.indices.reversed().reduce(statement.sql) { sql, index in
            sql.replacing("$\(index + 1)", with: values[index])
        }
    }
}

extension Cluster {
    /// A further database with nothing in it, to measure beside the first.
    package func makeDatabase(_ name: String) async throws(StoreError) -> DatabaseAddress {
        let connection = try await Connection.open(address)
        let quoted = try await connection.quoted(name)
        try await connection.run(Script(trusted: "create database \(quoted)"))
        return address.database(name)
    }

    /// Lets pgbench, which the server comes with, claim and finish runs that are queued, one after the other.
    ///
    /// There must be as many queued runs as `clients` times `each`, and as many workers registered from `firstWorker` on
    /// as there are clients.
    ///
    /// - Returns: runs a second over all clients, connecting left out.
    package func claimAndFinishByPgbench(
        clients: Int,
        each: Int,
        firstWorker: WorkerID,
        pool: String,
        threads: Int,
        result: RunResult
    ) async throws(StoreError) -> Double {
        let script = try PostgresStore.claimAndFinishScript(
            firstWorker: firstWorker,
            pool: pool,
            threads: threads,
            result: result
        )
        return try await pgbench(script.text, variables: script.variables, clients: clients, each: each)
    }
}
