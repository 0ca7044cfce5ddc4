/// Reads gzip files (RFC 1952), which data sets are often kept in.
package enum Gzip {
    /// The largest content that is unpacked; no official file comes near it.
    package static let sizeLimit = 1 << 30

    package static func isPacked(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x1F, 0x8B])
    }

    /// The content of a file with one member, checked against its size and checksum.
    package static func unpack(_ bytes: [UInt8]) throws(EvalError) -> [UInt8] {
        guard isPacked(bytes), bytes.count >= 18 else { throw EvalError(.malformed, "not a whole gzip file") }
        guard bytes[2] == 8, bytes[3] & 0xE0 == 0 else {
            throw EvalError(.malformed, "packed by an unknown method; use gzip")
        }
        let trailer = bytes.count - 8
        let data = try bytes[dataStart(bytes, end: trailer)..<trailer]
        let size = Int(little32(bytes, at: trailer + 4))
        guard size <= sizeLimit else {
            throw EvalError(.hostileArchive, "unpacks to \(size) bytes; at most \(sizeLimit) are read")
        }
        let content = try Inflate.unpack(data, limit: size)
        guard content.count == size, CRC32.checksum(content) == little32(bytes, at: trailer) else {
            throw EvalError(.malformed, "the packed data are damaged, or are several files in one")
        }
        return content
    }

    /// Skips the header's optional parts: extra field, file name, comment, checksum.
    private static func dataStart(_ bytes: [UInt8], end: Int) throws(EvalError) -> Int {
        let flags = bytes[3]
        var position = 10
        if flags & 4 != 0 {
            guard position + 2 <= end else { throw EvalError(.malformed, "the gzip header is cut off") }
            position += 2 + Int(bytes[position]) + Int(bytes[position + 1]) << 8
        }
        for flag: UInt8 in [8, 16] where flags & flag != 0 {
            while position < end, bytes[position] != 0 { position += 1 }
            position += 1
        }
        if flags & 2 != 0 { position += 2 }
        guard position < end else { throw EvalError(.malformed, "the gzip header is cut off") }
        return position
    }

    private static func little32(_ bytes: [UInt8], at place: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
    }
}
