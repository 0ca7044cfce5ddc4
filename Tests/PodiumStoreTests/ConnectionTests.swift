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
                $6::jsonb as f, $7::timestamptz as g, $8::bigint[] as h, $9::text[] as i, $10::double precision[] as j
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
            .doubles([.infinity, -0.0])
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
    }
}
