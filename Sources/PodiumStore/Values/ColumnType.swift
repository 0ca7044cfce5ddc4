/// PostgreSQL types that Podium sends and reads, by their object numbers in `pg_type`.
package struct ColumnType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    static let bool = ColumnType(rawValue: 16)
    static let bytes = ColumnType(rawValue: 17)
    static let name = ColumnType(rawValue: 19)
    static let int8 = ColumnType(rawValue: 20)
    static let int2 = ColumnType(rawValue: 21)
    static let int4 = ColumnType(rawValue: 23)
    static let text = ColumnType(rawValue: 25)
    static let json = ColumnType(rawValue: 114)
    static let float4 = ColumnType(rawValue: 700)
    static let float8 = ColumnType(rawValue: 701)
    static let varchar = ColumnType(rawValue: 1043)
    static let timestamp = ColumnType(rawValue: 1184)
    static let jsonb = ColumnType(rawValue: 3802)
    static let blobs = ColumnType(rawValue: 1001)
    static let bools = ColumnType(rawValue: 1000)
    static let texts = ColumnType(rawValue: 1009)
    static let ints = ColumnType(rawValue: 1016)
    static let doubles = ColumnType(rawValue: 1022)
    static let jsons = ColumnType(rawValue: 3807)
}

/// Seconds between 1970 and 2000, from where PostgreSQL counts.
let secondsToPostgresEpoch: Int64 = 946_684_800
