import CLibPQ
import Glibc

extension Session {
    /// Sends rows through `COPY … FROM STDIN (FORMAT binary)`; returns how many arrived.
    ///
    /// The fastest way in, about a microsecond a row beside the server's own work.
    /// An error leaves none of the rows behind.
    func copy(
        _ statement: Statement,
        rows: some Sequence<[Parameter]>,
        timeout: Duration?
    ) throws(StoreError) -> Int {
        var deadline = QueryDeadline(instant: timeout.map { .now + $0 })
        try send { PQsendQuery(pointer, statement.sql) }
        _ = try lastResult(&deadline)
        var buffer = Self.copyHeader
        for row in rows {
            buffer.appendBigEndian(Int16(row.count))
            for value in row { Self.appendField(value, to: &buffer) }
            if buffer.count > 1 << 16 { try put(&buffer, &deadline) }
        }
        buffer.appendBigEndian(Int16(-1))
        try put(&buffer, &deadline)
        while PQputCopyEnd(pointer, nil) == 0 { try waitForServer(Int16(POLLOUT), &deadline) }
        return try lastResult(&deadline).affected
    }

    private func put(_ buffer: inout [UInt8], _ deadline: inout QueryDeadline) throws(StoreError) {
        while true {
            let sent = buffer.withUnsafeBytes {
                PQputCopyData(pointer, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count))
            }
            guard sent >= 0 else { throw lost(while: "copying rows") }
            if sent == 1 { break }
            try waitForServer(Int16(POLLIN | POLLOUT), &deadline)
            _ = PQconsumeInput(pointer)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Signature, flags, and length of the header's extension.
    private static var copyHeader: [UInt8] {
        Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
    }

    private static func appendField(_ value: Parameter, to buffer: inout [UInt8]) {
        let start = buffer.count
        buffer.appendBigEndian(Int32(-1))
        guard value.encode(into: &buffer) else { return }
        buffer.replaceBigEndian(Int32(buffer.count - start - 4), at: start)
    }
}
