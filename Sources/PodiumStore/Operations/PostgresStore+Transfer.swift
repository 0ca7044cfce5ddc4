package import PodiumCore

/// The numbers that rows of an export have in this database, by their old ones.
package struct TransferNumbers: Sendable, Equatable {
    package var suites: [Int64: Int64] = [:]
    package var workers: [Int64: Int64] = [:]
    package var runs: [Int64: Int64] = [:]
    package var artifacts: [Int64: Int64] = [:]
    package var tokens: [Int64: Int64] = [:]

    var rows: [(kind: String, old: Int64, new: Int64)] {
        [("suite", suites), ("worker", workers), ("run", runs), ("artifact", artifacts), ("token", tokens)]
            .flatMap { kind, numbers in numbers.map { (kind, $0.key, $0.value) } }
    }
}

/// Suites as documents, and back.
extension PostgresStore {
    /// Rows of a table that belong to a suite, each as a JSON document.
    ///
    /// - Parameter paths: where artifacts lie in the export, by their numbers; the rest counts as removed.
    package func documents(
        _ table: TransferTable,
        of suite: SuiteID,
        paths: [Int64: String]
    ) async throws -> [String] {
        let places = paths.sorted { $0.key < $1.key }
        let rows = try await read { connection throws(StoreError) in
            guard table == .artifacts else { return try await connection.query(table.select, .int(suite.rawValue)) }
            return try await connection.query(
                table.select,
                .int(suite.rawValue),
                .ints(places.map { Optional($0.key) }),
                .texts(places.map { Optional($0.value) })
            )
        }
        return try rows.map { row throws(StoreError) in try row.get("document") }
    }

    /// The suite that came of an import; nil if there was none of that name.
    package func imported(_ request: String) async throws -> SuiteID? {
        let rows = try await read { connection throws(StoreError) in
            try await connection.query("select id from suites where request = $1", .text(request))
        }
        return try rows.first.map { row throws(StoreError) in SuiteID(rawValue: try row.get("id")) }
    }

    /// New numbers for rows that are to come; numbers that are never used do no harm.
    package func transferNumbers(
        suites: [Int64],
        workers: [Int64],
        runs: [Int64],
        artifacts: [Int64],
        tokens: [Int64]
    ) async throws -> TransferNumbers {
        try await read { connection throws(StoreError) in
            func draw(_ statement: Statement, _ old: [Int64]) async throws(StoreError) -> [Int64: Int64] {
                // In the old order: parents stay before children.
                let old = Set(old).sorted()
                let rows = try await connection.query(statement, .int(Int64(old.count)))
                var new: [Int64] = []
                for row in rows { new.append(try row.get("number")) }
                return Dictionary(uniqueKeysWithValues: zip(old, new.sorted()))
            }
            return TransferNumbers(
                suites: try await draw(
                    "select nextval(pg_get_serial_sequence('suites', 'id')) as number from generate_series(1, $1)",
                    suites
                ),
                workers: try await draw(
                    "select nextval(pg_get_serial_sequence('workers', 'id')) as number from generate_series(1, $1)",
                    workers
                ),
                runs: try await draw(
                    "select nextval(pg_get_serial_sequence('runs', 'id')) as number from generate_series(1, $1)",
                    runs
                ),
                artifacts: try await draw(
                    "select nextval(pg_get_serial_sequence('artifacts', 'id')) as number from generate_series(1, $1)",
                    artifacts
                ),
                tokens: try await draw(
                    "select nextval('lease_tokens') as number from generate_series(1, $1)",
                    tokens
                )
            )
        }
    }

    /// Stores the rows of an export in one transaction; returns the suite, which an earlier import may have made.
    ///
    /// - Parameters:
    ///   - artifacts: the folder under which artifacts lie here.
    ///   - request: names the import: the same again stores nothing.
    package func importDocuments(
        _ documents: [TransferTable: [String]],
        numbers: TransferNumbers,
        artifacts: String,
        request: String
    ) async throws -> SuiteID {
        try await write { connection, _ throws(StoreError) in
            let known = try await connection.query("select id from suites where request = $1", .text(request))
            if let row = known.first { return SuiteID(rawValue: try row.get("id")) }
            let rows = numbers.rows
            try await connection.run(
                Script(
                    trusted: """
                        create temporary table import_numbers (kind text, old bigint, new bigint, primary key (kind, old))
                        on commit drop
                        """
                )
            )
            try await connection.query(
                "insert into import_numbers select * from unnest($1::text[], $2::bigint[], $3::bigint[])",
                .texts(rows.map(\.kind)),
                .ints(rows.map(\.old)),
                .ints(rows.map(\.new))
            )
            for table in TransferTable.allCases {
                let all = documents[table, default: []]
                for start in stride(from: 0, to: all.count, by: 1000) {
                    let part = all[start..<min(start + 1000, all.count)]
                    let stored = try await connection.query(
                        table.insert,
                        .jsons(part.map(Optional.some)),
                        .text(artifacts),
                        .text(request)
                    )
                    guard try stored[0].optional("stored", as: Int.self) == part.count else {
                        throw StoreError(.value, "rows of \(table.rawValue) name others that the export has not got")
                    }
                }
            }
            guard let suite = numbers.suites.values.first else { throw StoreError(.value, "the export has no suite") }
            return SuiteID(rawValue: suite)
        }
    }
}
