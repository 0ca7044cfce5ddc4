internal import CZlib
internal import PodiumPrimitives

/// Gzip files (RFC 1952), which data sets are often kept in.
package enum Gzip {
    /// The largest content that is unpacked; no official file comes near it.
    package static let sizeLimit = 1 << 30

    package static func isPacked(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x1F, 0x8B])
    }

    /// The content of all members, one after the other; zeros after the last one are padding.
    package static func unpack(_ bytes: [UInt8], limit: Int = sizeLimit) throws(FileError) -> [UInt8] {
        var content: [UInt8] = []
        var position = 0
        repeat {
            // 16 asks zlib for a gzip header and its checks.
            let member = try ZlibStream.inflate(bytes[position...], windowBits: 15 + 16, limit: limit - content.count)
            content += member.content
            position += member.consumed
            while position < bytes.count, bytes[position] == 0 { position += 1 }
            guard position == bytes.count || isPacked(Array(bytes[position...].prefix(2))) else {
                throw FileError(
                    .malformed,
                    "\(NumberText.count(bytes.count - position, "byte")) after the end of the packed data are no gzip"
                )
            }
        } while position < bytes.count
        return content
    }
}
