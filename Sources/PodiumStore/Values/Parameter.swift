/// A typed value on its way to the server, or nil for NULL.
///
/// Everything travels in the binary format: doubles arrive bit for bit, and
/// nothing is ever quoted.
package enum Parameter: Sendable, Equatable {
    case bool(Bool?)
    case int(Int64?)
    case double(Double?)
    case text(String?)
    case bytes([UInt8]?)
    /// A JSON document, stored as `jsonb`.
    case json(String?)
    /// Seconds since 1970, stored as `timestamptz` to the microsecond.
    case time(Double?)
    case bools([Bool])
    case ints([Int64?])
    case doubles([Double?])
    case texts([String?])
    case jsons([String?])
    case blobs([[UInt8]?])

    var type: ColumnType {
        switch self {
        case .bool: .bool
        case .int: .int8
        case .double: .float8
        case .text: .text
        case .bytes: .bytes
        case .json: .jsonb
        case .time: .timestamp
        case .bools: .bools
        case .ints: .ints
        case .doubles: .doubles
        case .texts: .texts
        case .jsons: .jsons
        case .blobs: .blobs
        }
    }

    /// Appends the value's bytes to `buffer`; false for NULL, which has none.
    func encode(into buffer: inout [UInt8]) -> Bool {
        switch self {
        case .bool(let value): append(value, to: &buffer) { $1.append($0 ? 1 : 0) }
        case .int(let value): append(value, to: &buffer) { $1.appendBigEndian($0) }
        case .double(let value): append(value, to: &buffer) { $1.appendBigEndian($0.bitPattern) }
        case .text(let value): append(value, to: &buffer) { $1.append(contentsOf: $0.utf8) }
        case .bytes(let value): append(value, to: &buffer) { $1.append(contentsOf: $0) }
        case .json(let value): append(value, to: &buffer) { $1.appendJSON($0) }
        case .time(let value): append(value, to: &buffer) { $1.appendBigEndian(Self.microseconds($0)) }
        case .bools(let values): array(values, of: .bool, to: &buffer) { $1.append($0 ? 1 : 0) }
        case .ints(let values): array(values, of: .int8, to: &buffer) { $1.appendBigEndian($0) }
        case .doubles(let values): array(values, of: .float8, to: &buffer) { $1.appendBigEndian($0.bitPattern) }
        case .texts(let values): array(values, of: .text, to: &buffer) { $1.append(contentsOf: $0.utf8) }
        case .jsons(let values): array(values, of: .jsonb, to: &buffer) { $1.appendJSON($0) }
        case .blobs(let values): array(values, of: .bytes, to: &buffer) { $1.append(contentsOf: $0) }
        }
    }

    private func append<T>(_ value: T?, to buffer: inout [UInt8], _ write: (T, inout [UInt8]) -> Void) -> Bool {
        guard let value else { return false }
        write(value, &buffer)
        return true
    }

    /// The binary array format: dimensions, null flag, element type, length, lower bound, then the elements.
    private func array<T>(
        _ values: [T?],
        of type: ColumnType,
        to buffer: inout [UInt8],
        _ write: (T, inout [UInt8]) -> Void
    ) -> Bool {
        buffer.appendBigEndian(Int32(values.isEmpty ? 0 : 1))
        buffer.appendBigEndian(Int32(values.contains { $0 == nil } ? 1 : 0))
        buffer.appendBigEndian(type.rawValue)
        guard !values.isEmpty else { return true }
        buffer.appendBigEndian(Int32(values.count))
        buffer.appendBigEndian(Int32(1))
        for value in values {
            let start = buffer.count
            buffer.appendBigEndian(Int32(-1))
            guard let value else { continue }
            write(value, &buffer)
            buffer.replaceBigEndian(Int32(buffer.count - start - 4), at: start)
        }
        return true
    }

    private static func microseconds(_ seconds: Double) -> Int64 {
        Int64(((seconds - Double(secondsToPostgresEpoch)) * 1_000_000).rounded())
    }
}

extension [UInt8] {
    mutating func appendBigEndian<T: FixedWidthInteger>(_ value: T) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    mutating func replaceBigEndian(_ value: Int32, at offset: Int) {
        Swift.withUnsafeBytes(of: value.bigEndian) { replaceSubrange(offset..<offset + 4, with: $0) }
    }

    /// `jsonb` in binary is a version byte before the text.
    fileprivate mutating func appendJSON(_ text: String) {
        append(1)
        append(contentsOf: text.utf8)
    }
}
