import CLibPQ
import Glibc

extension Session {
    /// Runs one statement, prepared on first use, and returns its rows.
    func run(_ statement: Statement, _ parameters: [Parameter], timeout: Duration?) throws(StoreError) -> Rows {
        var deadline = QueryDeadline(instant: timeout.map { .now + $0 })
        do throws(StoreError) {
            return try runPrepared(statement, parameters, &deadline)
        } catch  where SQLState.isStalePreparedStatement(error.sqlState) {
            // A migration changed a table, or somebody discarded the statement: prepare it again, once.
            prepared[statement.identity] = nil
            // The transaction is lost, not the work: whoever began it begins again.
            if isInTransaction { throw StoreError(.serialization, error.message, sqlState: error.sqlState) }
            return try runPrepared(statement, parameters, &deadline)
        } catch  where error.isPermanent {
            throw error.telling(statement)
        }
    }

    private func runPrepared(
        _ statement: Statement,
        _ parameters: [Parameter],
        _ deadline: inout QueryDeadline
    ) throws(StoreError) -> Rows {
        let name = try prepare(statement, types: parameters.map(\.type), &deadline)
        try send { sendPrepared(name, parameters) }
        return Rows(try lastResult(&deadline))
    }

    /// Runs one statement, however long it takes.
    @discardableResult
    func query(_ statement: Statement, _ parameters: Parameter...) throws(StoreError) -> Rows {
        try run(statement, parameters, timeout: nil)
    }

    @discardableResult
    func query(_ statement: Statement, _ parameters: [Parameter]) throws(StoreError) -> Rows {
        try run(statement, parameters, timeout: nil)
    }

    /// Runs `body` in one transaction: all of it is stored, or nothing.
    func transaction<R>(_ body: () throws(StoreError) -> R) throws(StoreError) -> R {
        try query("begin")
        do throws(StoreError) {
            let value = try body()
            try query("commit")
            return value
        } catch {
            if !isBroken, isInTransaction {
                do { _ = try run("rollback" as Statement, [], timeout: .seconds(5)) } catch { markBroken() }
            }
            throw error
        }
    }

    /// Runs statements without parameters; returns the rows of the last.
    func run(_ script: Script, timeout: Duration?) throws(StoreError) -> Rows {
        var deadline = QueryDeadline(instant: timeout.map { .now + $0 })
        try send { PQsendQuery(pointer, script.sql) }
        return Rows(try lastResult(&deadline))
    }

    private func prepare(
        _ statement: Statement,
        types: [ColumnType],
        _ deadline: inout QueryDeadline
    ) throws(StoreError) -> String {
        if let known = prepared[statement.identity] {
            precondition(known.types == types, "a statement's parameters have the same types at every call")
            return known.name
        }
        let name = "podium_\(nextStatementNumber)"
        nextStatementNumber += 1
        let numbers = types.map(\.rawValue)
        try send { PQsendPrepare(pointer, name, statement.sql, Int32(numbers.count), numbers) }
        _ = try lastResult(&deadline)
        prepared[statement.identity] = PreparedStatement(name: name, types: types)
        return name
    }

    private func sendPrepared(_ name: String, _ parameters: [Parameter]) -> Int32 {
        var buffer: [UInt8] = []
        var ranges: [Range<Int>?] = []
        for parameter in parameters {
            let start = buffer.count
            let hasBytes = parameter.encode(into: &buffer)
            ranges.append(hasBytes ? start..<buffer.count : nil)
            // An empty value must not point past the buffer's end.
            buffer.append(0)
        }
        let lengths = ranges.map { Int32($0?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: parameters.count)
        return buffer.withUnsafeBytes { bytes in
            let values: [UnsafePointer<CChar>?] = ranges.map { range in
                guard let range, let base = bytes.baseAddress else { return nil }
                return (base + range.lowerBound).assumingMemoryBound(to: CChar.self)
            }
            return PQsendQueryPrepared(pointer, name, Int32(parameters.count), values, lengths, formats, 1)
        }
    }

    /// Hands a request to libpq; zero means that it could not even be queued.
    func send(_ request: () -> Int32) throws(StoreError) {
        guard !isBroken else { throw lost(while: "sending a query") }
        guard request() == 1 else { throw lost(while: "sending a query") }
    }

    /// Waits for a request's end and returns its last result, or throws the first error.
    func lastResult(_ deadline: inout QueryDeadline) throws(StoreError) -> QueryResult {
        try flush(&deadline)
        var last: QueryResult?
        var failure: StoreError?
        while let result = try nextResult(&deadline) {
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                last = QueryResult(owning: result)
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                // Data is expected now: the caller of `copy` goes on; nobody else sends COPY.
                return QueryResult(owning: result)
            default:
                if failure == nil { failure = error(of: result, stopping: deadline.stopping) }
                PQclear(result)
                if PQstatus(pointer) == CONNECTION_BAD { markBroken() }
            }
        }
        if deadline.stopping != nil { waitForCancelRequests() }
        if let failure { throw failure }
        guard let last else { throw lost(while: "waiting for a result") }
        return last
    }

    /// Sends what libpq has buffered, reading meanwhile so that both sides never wait for each other.
    func flush(_ deadline: inout QueryDeadline) throws(StoreError) {
        while true {
            let rest = PQflush(pointer)
            if rest == 0 { return }
            guard rest == 1 else {
                // The server may have said why before it hung up: let the reader find out.
                return
            }
            try waitForServer(Int16(POLLIN | POLLOUT), &deadline)
            _ = PQconsumeInput(pointer)
        }
    }

    private func nextResult(_ deadline: inout QueryDeadline) throws(StoreError) -> OpaquePointer? {
        while PQisBusy(pointer) == 1 {
            try waitForServer(Int16(POLLIN), &deadline)
            // On failure libpq makes an error result out of what is left; PQgetResult hands it over.
            if PQconsumeInput(pointer) == 0 { break }
        }
        return PQgetResult(pointer)
    }
}
