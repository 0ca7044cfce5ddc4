/// Scalars from and to valid UTF-8.
enum UTF8Bytes {
    /// The scalar at `i`, which is moved past it.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, _ i: inout Int) -> UInt32 {
        let first = UInt32(bytes[i])
        if first < 0x80 {
            i += 1
            return first
        }
        func next(_ offset: Int) -> UInt32 { UInt32(bytes[i + offset] & 0x3F) }
        if first < 0xE0 {
            defer { i += 2 }
            return (first & 0x1F) << 6 | next(1)
        }
        if first < 0xF0 {
            defer { i += 3 }
            return (first & 0x0F) << 12 | next(1) << 6 | next(2)
        }
        defer { i += 4 }
        return (first & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3)
    }

    static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        switch value {
        case ..<0x80:
            bytes.append(UInt8(value))
        case ..<0x800:
            bytes.append(UInt8(0xC0 | value >> 6))
            bytes.append(UInt8(0x80 | value & 0x3F))
        case ..<0x1_0000:
            bytes.append(UInt8(0xE0 | value >> 12))
            bytes.append(UInt8(0x80 | value >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | value & 0x3F))
        default:
            bytes.append(UInt8(0xF0 | value >> 18))
            bytes.append(UInt8(0x80 | value >> 12 & 0x3F))
            bytes.append(UInt8(0x80 | value >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | value & 0x3F))
        }
    }

    /// Whether a scalar's first byte stands at `i`, or the end.
    static func isBoundary(_ bytes: UnsafeBufferPointer<UInt8>, _ i: Int) -> Bool {
        i == bytes.count || bytes[i] & 0xC0 != 0x80
    }
}
