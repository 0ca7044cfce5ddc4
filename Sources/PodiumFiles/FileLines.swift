internal import CZlib
internal import Glibc

/// The lines of a file, plain or gzip, one after the other, in memory that does not grow with the file.
package final class FileLines {
    package let path: String
    /// Of the line that was read last, from 1.
    package private(set) var number = 0
    private let file: OpenFile
    /// Nil for plain text.
    private var unpacking: GzipDecoder?
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtEnd = false

    private static let pieceSize = 1 << 18

    package convenience init(_ path: String) throws(FileError) {
        try self.init(FileContent.open(path))
    }

    /// The lines of standard input.
    package static func standardInput() throws(FileError) -> FileLines {
        try FileLines(.standardInput)
    }

    private init(_ file: OpenFile) throws(FileError) {
        self.file = file
        path = file.path
        let first = try file.read(upTo: Self.pieceSize)
        isAtEnd = first.isEmpty
        if Gzip.isPacked(first) {
            let decoder = GzipDecoder()
            buffer = try Self.inFile(path) { () throws(FileError) in try decoder.decode(first) }
            unpacking = decoder
        } else {
            buffer = first
        }
        position = buffer.byteOrderMarkLength
    }

    deinit { file.close() }

    /// The next line without its line feed; nil at the end.
    package func next() throws(FileError) -> ArraySlice<UInt8>? {
        var searched = position
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { position = end + 1 }
                number += 1
                return buffer[position..<end]
            }
            if isAtEnd {
                guard position < buffer.count else { return nil }
                defer { position = buffer.count }
                number += 1
                return buffer[position...]
            }
            searched = buffer.count - position
            try fill()
        }
    }

    /// Whether there is another line without reading on, which may wait for whoever writes a pipe.
    package var hasLine: Bool {
        isAtEnd ? position < buffer.count : buffer[position...].contains(UInt8(ascii: "\n"))
    }

    private func fill() throws(FileError) {
        buffer.removeFirst(position)
        position = 0
        let piece = try file.read(upTo: Self.pieceSize)
        isAtEnd = piece.isEmpty
        guard let unpacking else {
            buffer += piece
            return
        }
        buffer += try Self.inFile(path) { () throws(FileError) in
            isAtEnd ? try unpacking.finish() : try unpacking.decode(piece)
        }
    }

    private static func inFile<Result>(_ path: String, _ body: () throws(FileError) -> Result) throws(FileError)
        -> Result
    {
        do {
            return try body()
        } catch {
            throw error.inFile(path)
        }
    }
}

/// Unpacks the members of a gzip file as its bytes arrive.
private final class GzipDecoder {
    private var stream = z_stream()
    private var isInMember = true

    init() {
        // 16 asks zlib for a gzip header and its checks.
        guard podium_inflate_init(&stream, 15 + 16) == Z_OK else {
            preconditionFailure("zlib cannot start: no memory is left")
        }
    }

    deinit { inflateEnd(&stream) }

    /// The content of the bytes, as far as it can be known.
    func decode(_ input: [UInt8]) throws(FileError) -> [UInt8] {
        var content: [UInt8] = []
        var consumed = 0
        var wasFull = false
        while consumed < input.count || wasFull {
            if !isInMember {
                wasFull = false
                guard consumed < input.count else { break }
                // Zeros after a member are padding.
                guard input[consumed] != 0 else {
                    consumed += 1
                    continue
                }
                inflateReset(&stream)
                isInMember = true
            }
            var status = Z_OK
            content += [UInt8](unsafeUninitializedCapacity: 1 << 18) { room, initialized in
                input.withUnsafeBufferPointer { bytes in
                    // zlib reads through this pointer only.
                    stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress).map { $0 + consumed }
                    stream.avail_in = uInt(bytes.count - consumed)
                    stream.next_out = room.baseAddress
                    stream.avail_out = uInt(room.count)
                    status = inflate(&stream, Z_NO_FLUSH)
                    consumed = bytes.count - Int(stream.avail_in)
                    initialized = room.count - Int(stream.avail_out)
                }
            }
            // A full room may have left content behind.
            wasFull = stream.avail_out == 0
            switch status {
            case Z_OK, Z_BUF_ERROR: continue
            case Z_STREAM_END: isInMember = false
            default:
                let reason = stream.msg.map { String(cString: $0) } ?? "error \(status)"
                throw FileError(.malformed, "the packed data are damaged: \(reason)")
            }
        }
        return content
    }

    /// Says whether the last member was whole.
    func finish() throws(FileError) -> [UInt8] {
        guard !isInMember else { throw FileError(.truncated, "the packed data are cut off") }
        return []
    }
}
