internal import PodiumFiles

/// A file of keys and values in order of their keys: LevelDB's table, in which TensorFlow keeps a checkpoint's index.
///
/// Blocks hold entries whose keys share a prefix with the one before; each block has a type (plain or Snappy) and a
/// masked CRC-32C after it; an index block lists the others, and a footer of 48 bytes the index.
struct SortedTable {
    struct Malformed: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    private(set) var entries: [(key: [UInt8], value: [UInt8])] = []

    static let magic: UInt64 = 0xDB47_7524_8B80_FB57
    static let footerSize = 48
    static let trailerSize = 5

    /// Reads a whole table; every checksum is verified, and keys must ascend.
    init(_ file: [UInt8]) throws(Malformed) {
        guard file.count >= Self.footerSize else { throw Malformed("\(file.count) bytes are too few for a table") }
        let footer = file.suffix(Self.footerSize)
        let magic = footer.suffix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard magic == Self.magic else { throw Malformed("its last eight bytes are not a table's (was it cut short?)") }
        var reader = WireReader(footer.prefix(40))
        _ = try Self.handle(&reader)
        let index = try Self.handle(&reader)
        // Keys are kept whole though the file shares their prefixes: a bound on what a small file can ask for.
        var budget = 16 * file.count + 1 << 16
        var end: UInt64 = 0
        for (_, value) in try Self.entries(Self.block(index, of: file), &budget) {
            var reader = WireReader(value[...])
            let handle = try Self.handle(&reader)
            guard handle.offset >= end else { throw Malformed("blocks overlap") }
            end = handle.offset + handle.size
            for entry in try Self.entries(Self.block(handle, of: file), &budget) {
                if let last = entries.last, !last.key.lexicographicallyPrecedes(entry.key) {
                    throw Malformed("its keys are not in order")
                }
                entries.append(entry)
            }
        }
    }

    /// Where a block lies.
    struct Handle {
        var offset: UInt64
        var size: UInt64
    }

    private static func handle(_ reader: inout WireReader) throws(Malformed) -> Handle {
        do {
            let handle = Handle(offset: try reader.varint(), size: try reader.varint())
            guard handle.offset < 1 << 40, handle.size < 1 << 40 else { throw WireReader.Malformed() }
            return handle
        } catch {
            throw Malformed("the place of a block is not readable")
        }
    }

    /// A block's content, unpacked.
    private static func block(_ handle: Handle, of file: [UInt8]) throws(Malformed) -> [UInt8] {
        let end = handle.offset + handle.size
        guard end + UInt64(trailerSize) <= UInt64(file.count) else {
            throw Malformed("a block lies outside of the file")
        }
        let content = file[Int(handle.offset)..<Int(end)]
        let stored = file[(Int(end) + 1)..<(Int(end) + 5)].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let crc = file.withUnsafeBytes {
            CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[Int(handle.offset)..<Int(end) + 1]))
        }
        guard CRC32C.masked(crc) == stored else {
            throw Malformed("the checksum of the block at \(handle.offset) is wrong")
        }
        switch file[Int(end)] {
        case 0: return Array(content)
        case 1:
            do { return try Snappy.unpack(content) } catch {
                throw Malformed("the block at \(handle.offset) is not valid Snappy")
            }
        default: throw Malformed("the block at \(handle.offset) is packed in an unknown way (type \(file[Int(end)]))")
        }
    }

    private static func entries(
        _ block: [UInt8],
        _ budget: inout Int
    ) throws(Malformed) -> [(key: [UInt8], value: [UInt8])] {
        guard block.count >= 4 else { throw Malformed("a block has \(block.count) bytes") }
        let restarts = block.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard restarts <= (block.count - 4) / 4 else { throw Malformed("a block claims \(restarts) restart points") }
        var reader = WireReader(block[..<(block.count - 4 - 4 * restarts)])
        var result: [(key: [UInt8], value: [UInt8])] = []
        var key: [UInt8] = []
        do {
            while reader.count > 0 {
                let shared = try reader.varint()
                let rest = try reader.varint()
                let length = try reader.varint()
                guard shared <= UInt64(key.count) else { throw WireReader.Malformed() }
                key = Array(key.prefix(Int(shared))) + Array(try reader.take(rest))
                let value = Array(try reader.take(length))
                budget -= key.count + value.count + 32
                guard budget >= 0 else { throw WireReader.Malformed() }
                result.append((key, value))
            }
        } catch {
            throw Malformed("an entry of a block is not readable")
        }
        return result
    }

    // MARK: Writing

    /// The file of entries in order of their keys, in plain blocks as TensorFlow writes them.
    static func bytes(_ entries: [(key: [UInt8], value: [UInt8])]) -> [UInt8] {
        let blockSize = 1 << 18
        var file = WireWriter()
        var index: [(key: [UInt8], value: [UInt8])] = []
        var pending: [(key: [UInt8], value: [UInt8])] = []
        var size = 0
        func flush() {
            guard let last = pending.last else { return }
            index.append((last.key, append(block(pending, restartInterval: 16), to: &file)))
            pending = []
            size = 0
        }
        for entry in entries {
            pending.append(entry)
            size += entry.key.count + entry.value.count
            if size >= blockSize { flush() }
        }
        flush()
        var footer = WireWriter()
        footer.append(append(block([], restartInterval: 16), to: &file))
        footer.append(append(block(index, restartInterval: 1), to: &file))
        footer.append([UInt8](repeating: 0, count: 40 - footer.bytes.count))
        footer.append(fixed: magic)
        file.append(footer.bytes)
        return file.bytes
    }

    /// Appends a block with its trailer; returns its handle's bytes.
    private static func append(_ block: [UInt8], to file: inout WireWriter) -> [UInt8] {
        var handle = WireWriter()
        handle.varint(UInt64(file.bytes.count))
        handle.varint(UInt64(block.count))
        file.append(block)
        file.append([0])
        file.append(fixed: CRC32C.masked(CRC32C.checksum(block + [0])))
        return handle.bytes
    }

    private static func block(_ entries: [(key: [UInt8], value: [UInt8])], restartInterval: Int) -> [UInt8] {
        var block = WireWriter()
        var restarts: [UInt32] = entries.isEmpty ? [0] : []
        var before: [UInt8] = []
        for (number, entry) in entries.enumerated() {
            var shared = 0
            if number % restartInterval == 0 {
                restarts.append(UInt32(block.bytes.count))
            } else {
                shared = zip(before, entry.key).prefix { $0 == $1 }.count
            }
            block.varint(UInt64(shared))
            block.varint(UInt64(entry.key.count - shared))
            block.varint(UInt64(entry.value.count))
            block.append(entry.key[shared...])
            block.append(entry.value)
            before = entry.key
        }
        for restart in restarts { block.append(fixed: restart) }
        block.append(fixed: UInt32(restarts.count))
        return block.bytes
    }
}
