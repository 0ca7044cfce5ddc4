import CLibPQ

/// What a statement returned.
package struct Rows: Sendable, RandomAccessCollection {
    private let result: QueryResult

    init(_ result: QueryResult) {
        self.result = result
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { result.rowCount }
    package subscript(position: Int) -> Row {
        precondition(position >= 0 && position < result.rowCount, "row out of range")
        return Row(result: result, index: position)
    }

    /// How many rows an INSERT, UPDATE, DELETE or COPY changed.
    package var affected: Int { result.affected }
}

/// One row; columns are found by name.
package struct Row: Sendable {
    fileprivate let result: QueryResult
    fileprivate let index: Int

    /// The value of a column that is never NULL.
    package func get<T: ColumnValue>(_ column: String, as type: T.Type = T.self) throws(StoreError) -> T {
        guard let value = try optional(column, as: type) else {
            throw StoreError(.value, "column \(column) is NULL where a value is needed")
        }
        return value
    }

    /// The value of a column, or nil for NULL.
    package func optional<T: ColumnValue>(_ column: String, as type: T.Type = T.self) throws(StoreError) -> T? {
        guard let number = result.columns[column] else {
            throw StoreError(.value, "the result has no column \(column)")
        }
        guard let bytes = result.bytes(row: index, column: number) else { return nil }
        let columnType = result.type(column: number)
        guard let value = T.decode(bytes, type: columnType) else {
            throw StoreError(
                .value,
                "column \(column) of type number \(columnType.rawValue) cannot be read as \(T.self)"
            )
        }
        return value
    }
}

/// Owns a `PGresult`.
///
/// `@unchecked`: libpq never changes a result after handing it out, and only `deinit` frees it.
final class QueryResult: @unchecked Sendable {
    private let pointer: OpaquePointer
    let rowCount: Int
    let columns: [String: Int32]
    let affected: Int

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
        rowCount = Int(PQntuples(pointer))
        var columns: [String: Int32] = [:]
        for column in 0..<PQnfields(pointer) {
            if let name = PQfname(pointer, column) { columns[String(cString: name)] = column }
        }
        self.columns = columns
        affected = PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0
    }

    deinit { PQclear(pointer) }

    func type(column: Int32) -> ColumnType {
        ColumnType(rawValue: PQftype(pointer, column))
    }

    /// Valid as long as the result lives; nil for NULL.
    func bytes(row: Int, column: Int32) -> UnsafeRawBufferPointer? {
        guard PQgetisnull(pointer, Int32(row), column) == 0 else { return nil }
        return UnsafeRawBufferPointer(
            start: PQgetvalue(pointer, Int32(row), column),
            count: Int(PQgetlength(pointer, Int32(row), column))
        )
    }
}
