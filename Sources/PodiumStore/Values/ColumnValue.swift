/// A Swift type that a column can be read as.
package protocol ColumnValue {
    /// Reads the binary form of a value of `type`; nil where the type does not fit.
    static func decode(_ bytes: UnsafeRawBufferPointer, type: ColumnType) -> Self?
}

extension UnsafeRawBufferPointer {
    fileprivate func bigEndian<T: FixedWidthInteger>(_: T.Type, at offset: Int = 0) -> T? {
        guard offset >= 0, count - offset >= MemoryLayout<T>.size else { return nil }
        return T(bigEndian: loadUnaligned(fromByteOffset: offset, as: T.self))
    }
}

extension Int64: ColumnValue {
    package static func decode(_ bytes: UnsafeRawBufferPointer, type: ColumnType) -> Int64? {
        switch type {
        case .int8: bytes.bigEndian(Int64.self)
        case .int4: bytes.bigEndian(Int32.self).map(Int64.init)
        case .int2: bytes.bigEndian(Int16.self).map(Int64.init)
        default: nil
        }
    }
}

extension Int: ColumnValue {
    package static func decode(_ bytes: UnsafeRawBufferPointer, type: ColumnType) -> Int? {
        Int64.decode(bytes, type: type).flatMap { Int(exactly: $0) }
    }
}

/// Numbers as they are; a `timestamptz` as seconds since 1970.
extension Double: ColumnValue {
    package static func decode(_ bytes: UnsafeRawBufferPointer, type: ColumnType) -> Double? {
        switch type {
        case .float8: bytes.bigEndian(UInt64.self).map(Double.init(bitPattern:))
        case .float4: bytes.bigEndian(UInt32.self).map { Double(Float(bitPattern: $0)) }
        case .timestamp:
            bytes.bigEndian(Int64.self).map { Double($0) / 1_000_000 + Double(secondsToPostgresEpoch) }
        default: nil
        }
    }
}

extension Bool: ColumnValue {
    package static func decode(_ bytes: UnsafeRawBufferPointer, type: ColumnType) -> Bool? {
        type == .bool && bytes.count == 1 ? bytes[0] != 0 : nil
    }
}

/// Text of any kind, and JSON documents as text.
extension String: ColumnValue {
    package static func decode(_ bytes: UnsafeRawBufferPointer, type: ColumnType) -> String? {
        switch type {
        case .text, .varchar, .name, .json: String(decoding: bytes, as: UTF8.self)
        case .jsonb: bytes.first == 1 ? String(decoding: bytes.dropFirst(), as: UTF8.self) : nil
        default: nil
        }
    }
}

extension [UInt8]: ColumnValue {
    package static func decode(_ bytes: UnsafeRawBufferPointer, type: ColumnType) -> [UInt8]? {
        type == .bytes ? Array(bytes) : nil
    }
}

/// An array column of one dimension; NULL elements are nil.
package struct ColumnArray<Element: ColumnValue>: ColumnValue {
    package let elements: [Element?]

    package static func decode(_ bytes: UnsafeRawBufferPointer, type: ColumnType) -> Self? {
        guard let dimensions = bytes.bigEndian(Int32.self), dimensions >= 0, dimensions <= 1,
            let elementType = bytes.bigEndian(UInt32.self, at: 8).map(ColumnType.init(rawValue:))
        else { return nil }
        guard dimensions == 1 else { return Self(elements: []) }
        guard let count = bytes.bigEndian(Int32.self, at: 12), count >= 0 else { return nil }
        var elements: [Element?] = []
        var offset = 20
        for _ in 0..<count {
            guard let length = bytes.bigEndian(Int32.self, at: offset) else { return nil }
            offset += 4
            guard length >= 0 else {
                elements.append(nil)
                continue
            }
            guard bytes.count - offset >= Int(length) else { return nil }
            let part = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(length)])
            guard let element = Element.decode(part, type: elementType) else { return nil }
            elements.append(element)
            offset += Int(length)
        }
        return Self(elements: elements)
    }
}
