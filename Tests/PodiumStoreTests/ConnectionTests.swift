import PodiumStore
import PodiumTestSupport
import Testing

@Suite(.database)
struct ConnectionTests {
    @Test func valuesOfEveryTypeComeBackUnchanged() async throws {
        let connection = try await Connection.open(TestDatabase.current)
        let rows = try await connection.query(
            """
            select $1::boolean as a, $2::bigint as b, $3::double precision as c, $4::text as d, $5::bytea as e,
                $6::jsonb as f, $7::timestamptz as g, $8::bigint[] as h, $9::text[] as i, $10::double precision[] as j,
                $11::boolean[] as k, $12::jsonb[] as l, $13::bytea[] as m
            """,
            .bool(true),
            .int(.min),
            .double(0.1),
            .text("ｆｕｌｌ \u{1F600} ' \\ \n"),
            .bytes([0, 255, 7]),
            .json(#"{"x": [1, null]}"#),
            .time(1_700_000_000.25),
            .ints([1, nil, 3]),
            .texts(["", nil, "ä"]),
            .doubles([.infinity, -0.0]),
            .bools([]),
            .jsons(["{}", nil]),
            .blobs([[], [1]])
        )
        let row = try #require(rows.first)
        #expect(try row.get("a") == true)
        #expect(try row.get("b") == Int64.min)
        #expect(try row.get("c") == 0.1)
        #expect(try row.get("d") == "ｆｕｌｌ \u{1F600} ' \\ \n")
        #expect(try row.get("e", as: [UInt8].self) == [0, 255, 7])
        #expect(try row.get("f") == #"{"x": [1, null]}"#)
        #expect(try row.get("g") == 1_700_000_000.25)
        #expect(try row.get("h", as: ColumnArray<Int64>.self).elements == [1, nil, 3])
        #expect(try row.get("i", as: ColumnArray<String>.self).elements == ["", nil, "ä"])
        #expect(try row.get("j", as: ColumnArray<Double>.self).elements == [.infinity, -0.0])
        #expect(try row.get("k", as: ColumnArray<Bool>.self).elements == [])
        #expect(try row.get("l", as: ColumnArray<String>.self).elements == ["{}", nil])
        #expect(try row.get("m", as: ColumnArray<[UInt8]>.self).elements == [[], [1]])
    }

    @Test func nullsComeBackAsNilAndAreRefusedWhereAValueIsNeeded() async throws {
        let connection = try await Connection.open(TestDatabase.current)
        let rows = try await connection.query(
            "select $1::bigint as a, $2::text as b, $3::jsonb as c, $4::timestamptz as d",
            .int(nil),
            .text(nil),
            .json(nil),
            .time(nil)
        )
        let row = try #require(rows.first)
        for column in ["a", "b", "c", "d"] { #expect(try row.optional(column, as: String.self) == nil) }
        #expect { try row.get("b", as: String.self) } throws: { ($0 as? StoreError)?.code == .value }
    }

    @Test func aValueOfAnotherTypeOrColumnIsAnErrorNotAGuess() async throws {
        let connection = try await Connection.open(TestDatabase.current)
        let rows = try await connection.query("select 1::bigint as a, 3.5::numeric as n")
        let row = try #require(rows.first)
        #expect { try row.get("a", as: String.self) } throws: { ($0 as? StoreError)?.code == .value }
        #expect { try row.get("n", as: Double.self) } throws: { ($0 as? StoreError)?.code == .value }
        #expect { try row.get("missing", as: Int.self) } throws: { ($0 as? StoreError)?.code == .value }
    }

    @Test func aParameterOfManyMegabytesArrivesWhole() async throws {
        let connection = try await Connection.open(TestDatabase.current)
        let bytes = (0..<20_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let rows = try await connection.query("select $1::bytea as a, sha256($1) = sha256($1) as b", .bytes(bytes))
        #expect(try rows.first?.get("a", as: [UInt8].self) == bytes)
    }

    @Test func aStatementIsPreparedOncePerConnection() async throws {
        let connection = try await Connection.open(TestDatabase.current)
        for number in 1...50 {
            let rows = try await connection.query("select $1::bigint + 1 as next", .int(Int64(number)))
            #expect(try rows.first?.get("next") == number + 1)
        }
        let rows = try await connection.query(
            "select count(*) as n from pg_prepared_statements where statement like 'select $1::bigint + 1%'"
        )
        #expect(try rows.first?.get("n") == 1)
    }

    @Test func aPreparedStatementThatIsGoneIsPreparedAgain() async throws {
        let connection = try await Connection.open(TestDatabase.current)
        try await connection.run(Script(trusted: "create table t (a bigint); insert into t values (1)"))
        for _ in 1...3 {
            let rows = try await connection.query("select * from t")
            #expect(try rows.first?.get("a") == 1)
            try await connection.run(Script(trusted: "deallocate all"))
        }
        _ = try await connection.query("select * from t")
        // The plan's result type changes under a prepared statement.
        try await connection.run(Script(trusted: "alter table t add column b text default 'new'"))
        let rows = try await connection.query("select * from t")
        #expect(try rows.first?.get("b") == "new")
    }

    /// Such a transaction is lost; the next one does not fall over the same statement again.
    @Test func aStatementThatIsOlderThanItsTableIsPreparedAgainAlsoInTransactions() async throws {
        let connection = try await Connection.open(TestDatabase.current)
        let select: Statement = "select * from changing"
        func rows() async throws(StoreError) -> Int {
            try await connection.transaction { connection throws(StoreError) in
                try await connection.query(select).count
            }
        }
        try await connection.run(Script(trusted: "create table changing (a integer)"))
        #expect(try await rows() == 0)
        try await connection.run(Script(trusted: "alter table changing add column b integer"))
        let error = await #expect(throws: StoreError.self) { try await rows() }
        #expect(error?.code == .serialization)
        #expect(try await rows() == 0)
    }

    @Test func aStatementOfPiecesIsPreparedOnceToo() async throws {
        let piece: Statement.Piece = "one as (select 1::bigint as x)"
        let connection = try await Connection.open(TestDatabase.current)
        for _ in 1...3 {
            let rows = try await connection.query("with \(piece) select x, 2::bigint as y from one")
            #expect(try rows[0].get("x", as: Int64.self) == 1)
        }
        let rows = try await connection.query(
            "select count(*) as statements from pg_prepared_statements where statement like 'with one as%'"
        )
        #expect(try rows[0].get("statements", as: Int64.self) == 1)
    }

    @Test func aTransactionIsAllOrNothing() async throws {
        let connection = try await Connection.open(TestDatabase.current)
        try await connection.run(Script(trusted: "create table t (a bigint constraint t_is_positive check (a > 0))"))
        await #expect(throws: StoreError.self) {
            try await connection.transaction { connection throws(StoreError) in
                try await connection.query("insert into t values ($1)", .int(1))
                try await connection.query("insert into t values ($1)", .int(-1))
            }
        }
        let rows = try await connection.query("select count(*) as n from t")
        #expect(try rows.first?.get("n") == 0)
    }

    @Test func aBrokenConstraintIsNamed() async throws {
        let connection = try await Connection.open(TestDatabase.current)
        try await connection.run(Script(trusted: "create table t (a bigint constraint t_is_positive check (a > 0))"))
        let error = await #expect(throws: StoreError.self) {
            try await connection.query("insert into t values ($1)", .int(-1))
        }
        #expect(error?.code == .constraint("t_is_positive"))
        #expect(error?.sqlState == "23514")
    }

    @Test func aHundredThousandRowsAreCopied() async throws {
        let connection = try await Connection.open(TestDatabase.current)
        try await connection.run(Script(trusted: "create table t (a bigint, b text, c double precision)"))
        let rows: [[Parameter]] = (0..<100_000).map {
            [.int(Int64($0)), .text($0 % 10 == 0 ? nil : "text\t\($0)\n"), .double(Double($0) / 3)]
        }
        let count = try await connection.copy("copy t from stdin (format binary)", rows: rows)
        #expect(count == 100_000)
        let sums = try await connection.query("select sum(a)::bigint as a, count(b) as b, sum(c) as c from t")
        #expect(try sums.first?.get("a") == 4_999_950_000)
        #expect(try sums.first?.get("b") == 90_000)
    }

    @Test func aCopyThatIsRefusedLeavesNothingAndTheConnectionUsable() async throws {
        let connection = try await Connection.open(TestDatabase.current)
        try await connection.run(Script(trusted: "create table t (a bigint primary key)"))
        let error = await #expect(throws: StoreError.self) {
            try await connection.copy("copy t from stdin (format binary)", rows: [[.int(1)], [.int(1)]])
        }
        #expect(error?.code == .constraint("t_pkey"))
        let rows = try await connection.query("select count(*) as n from t")
        #expect(try rows.first?.get("n") == 0)
        await #expect(throws: StoreError.self) {
            try await connection.copy("copy nowhere from stdin (format binary)", rows: [[.int(1)]])
        }
        _ = try await connection.query("select 1")
    }

    @Test func aSlowQueryEndsAtItsTimeoutAndTheConnectionStaysUsable() async throws {
        let connection = try await Connection.open(TestDatabase.current)
        let start = ContinuousClock.now
        let error = await #expect(throws: StoreError.self) {
            try await connection.query("select pg_sleep(30)", timeout: .milliseconds(100))
        }
        #expect(error?.code == .timeout)
        #expect(ContinuousClock.now - start < .seconds(5))
        let rows = try await connection.query("select 7 as a")
        #expect(try rows.first?.get("a") == 7)
    }

    @Test func cancellingTheTaskCancelsTheQueryOnTheServer() async throws {
        let address = try TestDatabase.current
        let connection = try await Connection.open(address)
        let observer = try await Connection.open(address)
        let task = Task { try await connection.query("select pg_sleep(30)") }
        try await waitUntilRunning("select pg_sleep(30)", observer)
        task.cancel()
        let error = await #expect(throws: StoreError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        let rows = try await observer.query(
            "select count(*) as n from pg_stat_activity where query like 'select pg_sleep(30)%' and state = 'active'"
        )
        #expect(try rows.first?.get("n") == 0)
        _ = try await connection.query("select 1")
    }

    @Test func aConnectionThatIsTerminatedMidQuerySaysSo() async throws {
        let address = try TestDatabase.current
        let connection = try await Connection.open(address)
        let observer = try await Connection.open(address)
        let task = Task { try await connection.query("select pg_sleep(31)") }
        try await waitUntilRunning("select pg_sleep(31)", observer)
        try await observer.query(
            "select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_sleep(31)%'"
        )
        let error = await #expect(throws: StoreError.self) { try await task.value }
        #expect(error?.code == .serverGone)
        await #expect(throws: StoreError.self) { try await connection.query("select 1") }
    }

    private func waitUntilRunning(_ text: String, _ observer: Connection) async throws {
        while true {
            let rows = try await observer.query(
                "select count(*) as n from pg_stat_activity where query = $1 and state = 'active'",
                .text(text)
            )
            if try rows.first?.get("n") == 1 { return }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
