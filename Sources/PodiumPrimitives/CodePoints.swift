/// Code points from and to UTF-8 bytes, lone surrogates included.
package enum CodePoints {
    /// Decodes bytes known to be UTF-8 (or its three-byte surrogates); a damaged sequence becomes U+FFFD.
    package static func decode(_ bytes: [UInt8]) -> [UInt32] {
        var result: [UInt32] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let lead = bytes[index]
            let (length, start): (Int, UInt32) =
                switch lead {
                case 0..<0x80: (1, UInt32(lead))
                case 0xC2...0xDF: (2, UInt32(lead & 0x1F))
                case 0xE0...0xEF: (3, UInt32(lead & 0x0F))
                case 0xF0...0xF4: (4, UInt32(lead & 0x07))
                default: (0, 0)
                }
            guard length > 0, index + length <= bytes.count,
                bytes[index..<(index + length)].dropFirst().allSatisfy({ $0 & 0xC0 == 0x80 })
            else {
                result.append(0xFFFD)
                index += 1
                continue
            }
            result.append(bytes[index..<(index + length)].dropFirst().reduce(start) { $0 << 6 | UInt32($1 & 0x3F) })
            index += length
        }
        return result
    }

    package static func encode(_ scalar: UInt32, into bytes: inout [UInt8]) {
        switch scalar {
        case 0..<0x80:
            bytes.append(UInt8(scalar))
        case 0x80..<0x800:
            bytes.append(UInt8(0xC0 | scalar >> 6))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        case 0x800..<0x1_0000:
            bytes.append(UInt8(0xE0 | scalar >> 12))
            bytes.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        default:
            bytes.append(UInt8(0xF0 | scalar >> 18))
            bytes.append(UInt8(0x80 | scalar >> 12 & 0x3F))
            bytes.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        }
    }
}
