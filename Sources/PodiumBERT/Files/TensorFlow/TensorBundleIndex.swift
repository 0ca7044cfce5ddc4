internal import PodiumFiles

/// The index of a TensorFlow V2 checkpoint: what `PREFIX.index` says of every tensor.
package struct TensorBundleIndex: Sendable {
    package struct Entry: Hashable, Sendable {
        package let tensor: ArchivedTensor
        package let shard: Int
        package let offset: Int
        /// In bytes.
        package let size: Int
        /// As stored: masked.
        package let checksum: UInt32
    }

    package let path: String
    package let shards: Int
    /// In order of their names.
    package let entries: [Entry]

    /// What TensorFlow calls element types (`types.proto`).
    static let elements: [UInt64: ArchivedTensor.Element] = [
        1: .float32, 2: .float64, 3: .int32, 4: .uint8, 5: .int16, 6: .int8, 9: .int64, 10: .bool, 14: .bfloat16,
        17: .uint16, 19: .float16, 22: .uint32, 23: .uint64,
    ]
    /// An entry of every checkpoint that Keras writes.
    private static let objectGraph = "_CHECKPOINTABLE_OBJECT_GRAPH"

    /// Reads and checks `PREFIX.index`.
    package init(path: String) throws(BERTError) {
        self.path = path
        func bad(_ what: String) -> BERTError {
            BERTError(.malformed, "\(path): not the index of a TensorFlow checkpoint: \(what)")
        }
        let table: SortedTable
        do {
            table = try SortedTable(try ModelFile.read(path, limit: 1 << 28))
        } catch let error as SortedTable.Malformed {
            throw bad(error.reason)
        } catch let error as BERTError {
            throw error
        } catch {
            throw bad("\(error)")
        }
        guard let first = table.entries.first, first.key.isEmpty else { throw bad("it has no header") }
        let marks = [Self.objectGraph, "/.ATTRIBUTES/VARIABLE_VALUE"].map { Array($0.utf8) }
        // Before the entries are read, some of which no name-based checkpoint has.
        if table.entries.contains(where: { entry in marks.contains { entry.key.suffix($0.count) == $0[...] } }) {
            throw BERTError(
                .mismatch,
                "\(path): an object-based checkpoint (Keras, TensorFlow 2), whose variables have other names and shapes than the "
                    + "release's; save the weights by name, or export the model to safetensors"
            )
        }
        let shards = try Self.shards(first.value, bad)
        self.shards = shards
        var entries: [Entry] = []
        for (key, value) in table.entries.dropFirst() {
            guard let name = String(validating: key, as: UTF8.self) else { throw bad("a name is not UTF-8") }
            entries.append(try Self.entry(name, value, shards: shards, bad))
        }
        self.entries = entries
    }

    private static func shards(_ header: [UInt8], _ bad: (String) -> BERTError) throws(BERTError) -> Int {
        var reader = WireReader(header[...])
        var shards: UInt64 = 0
        do {
            while let (field, value) = try reader.next() {
                guard case .number(let number) = value else { continue }
                if field == 1 { shards = number }
                if field == 2, number != 0 { throw bad("its numbers are big-endian, which is not supported") }
            }
        } catch let error as BERTError {
            throw error
        } catch {
            throw bad("the header is not readable")
        }
        guard shards > 0, shards <= 100_000 else { throw bad("the header claims \(shards) data files") }
        return Int(shards)
    }

    private static func entry(
        _ name: String,
        _ bytes: [UInt8],
        shards: Int,
        _ bad: (String) -> BERTError
    ) throws(BERTError) -> Entry {
        var numbers: [UInt64: UInt64] = [:]
        var shape: [Int] = []
        var reader = WireReader(bytes[...])
        do {
            while let (field, value) = try reader.next() {
                switch (field, value) {
                case (2, .bytes(let message)): shape = try sizes(message)
                case (7, .bytes): throw bad("tensor \(name) is stored in slices, which is not supported")
                case (_, .number(let number)): numbers[field] = number
                default: break
                }
            }
        } catch let error as BERTError {
            throw error
        } catch {
            throw bad("the entry of \(name) is not readable")
        }
        guard let element = elements[numbers[1] ?? 0] else {
            throw bad("tensor \(name) is of the type numbered \(numbers[1] ?? 0), which is not supported")
        }
        let tensor = ArchivedTensor(name: name, element: element, shape: shape)
        guard let count = tensor.bytes else { throw bad("tensor \(name) has the shape \(shape)") }
        let (shard, offset, size) = (numbers[3] ?? 0, numbers[4] ?? 0, numbers[5] ?? 0)
        guard size == UInt64(count) else {
            throw bad("tensor \(name) of shape \(shape) needs \(count) bytes, the index gives \(size)")
        }
        guard shard < UInt64(shards), offset < 1 << 60, size < 1 << 60 else {
            throw bad("tensor \(name) lies in data file \(shard) at \(offset)")
        }
        return Entry(
            tensor: tensor,
            shard: Int(shard),
            offset: Int(offset),
            size: Int(size),
            checksum: UInt32(truncatingIfNeeded: numbers[6] ?? 0)
        )
    }

    /// The sizes of a TensorShapeProto.
    private static func sizes(_ message: ArraySlice<UInt8>) throws -> [Int] {
        var reader = WireReader(message)
        var sizes: [Int] = []
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (2, .bytes(let dimension)):
                var size: UInt64 = 0
                var inner = WireReader(dimension)
                while let (field, value) = try inner.next() {
                    if field == 1, case .number(let number) = value { size = number }
                }
                sizes.append(Int(truncatingIfNeeded: size))
            case (3, .number(1)): throw WireReader.Malformed()
            default: break
            }
        }
        guard sizes.count <= 254 else { throw WireReader.Malformed() }
        return sizes
    }

    // MARK: Writing

    /// The bytes of an index of one data file.
    static func bytes(_ entries: [Entry]) -> [UInt8] {
        var header = WireWriter()
        header.number(1, 1)
        var version = WireWriter()
        version.number(1, 1)
        header.message(3, version.bytes)
        let types = Dictionary(elements.map { ($1, $0) }) { first, _ in first }
        let written = entries.sorted {
            Array($0.tensor.name.utf8).lexicographicallyPrecedes(Array($1.tensor.name.utf8))
        }
        .map { entry -> (key: [UInt8], value: [UInt8]) in
            var shape = WireWriter()
            for size in entry.tensor.shape {
                var dimension = WireWriter()
                dimension.number(1, UInt64(size))
                shape.message(2, dimension.bytes)
            }
            var value = WireWriter()
            value.number(1, types[entry.tensor.element] ?? 0)
            value.message(2, shape.bytes)
            value.number(4, UInt64(entry.offset))
            value.number(5, UInt64(entry.size))
            value.fixed32(6, entry.checksum)
            return (Array(entry.tensor.name.utf8), value.bytes)
        }
        return SortedTable.bytes([(key: [], value: header.bytes)] + written)
    }
}
