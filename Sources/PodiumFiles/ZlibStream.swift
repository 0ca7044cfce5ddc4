internal import CZlib
internal import PodiumPrimitives

/// One stream of zlib's, unpacked never beyond a size that the caller allows.
enum ZlibStream {
    /// - Parameter windowBits: zlib's: −15 for raw deflate data, 31 for gzip.
    /// - Returns: the content, and how many bytes of the input the stream took.
    static func inflate(
        _ input: ArraySlice<UInt8>,
        windowBits: Int32,
        limit: Int
    ) throws(FileError) -> (content: [UInt8], consumed: Int) {
        var stream = z_stream()
        guard podium_inflate_init(&stream, windowBits) == Z_OK else {
            preconditionFailure("zlib cannot start: no memory is left")
        }
        defer { inflateEnd(&stream) }
        var content: [UInt8] = []
        var consumed = 0
        var status = Z_OK
        while status == Z_OK {
            let room = min(max(1 << 16, content.count), limit - content.count + 1)
            let offered = min(input.count - consumed, 1 << 30)
            let (piece, taken) = step(&stream, input.dropFirst(consumed).prefix(offered), room: room, &status)
            content += piece
            consumed += taken
            guard content.count <= limit else {
                throw FileError(
                    .hostile,
                    "the data unpack to more than the \(NumberText.count(limit, "byte")) that they claim or may have"
                )
            }
            if status == Z_BUF_ERROR || (status == Z_OK && taken == 0 && piece.isEmpty) {
                throw FileError(
                    .truncated,
                    "the packed data are cut off after \(NumberText.count(content.count, "byte")) of content"
                )
            }
        }
        guard status == Z_STREAM_END else {
            let reason = stream.msg.map { String(cString: $0) } ?? "error \(status)"
            throw FileError(.malformed, "the packed data are damaged: \(reason)")
        }
        return (content, consumed)
    }

    private static func step(
        _ stream: inout z_stream,
        _ input: ArraySlice<UInt8>,
        room: Int,
        _ status: inout Int32
    ) -> (content: [UInt8], consumed: Int) {
        var consumed = 0
        let content = [UInt8](unsafeUninitializedCapacity: room) { buffer, initialized in
            input.withUnsafeBufferPointer { bytes in
                // zlib reads through this pointer only.
                stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
                stream.avail_in = uInt(bytes.count)
                stream.next_out = buffer.baseAddress
                stream.avail_out = uInt(room)
                status = CZlib.inflate(&stream, Z_NO_FLUSH)
                consumed = bytes.count - Int(stream.avail_in)
                initialized = room - Int(stream.avail_out)
            }
        }
        return (content, consumed)
    }

    /// zlib's CRC-32.
    static func checksum(_ bytes: some Collection<UInt8>) -> UInt32 {
        let value = bytes.withContiguousStorageIfAvailable { buffer in
            crc32_z(0, buffer.baseAddress, buffer.count)
        }
        return UInt32(
            truncatingIfNeeded: value ?? Array(bytes).withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
        )
    }
}
