internal import Foundation
internal import PodiumFiles

/// A TensorFlow V2 checkpoint: `PREFIX.index` and `PREFIX.data-00000-of-00001`, or several data files.
///
/// Names and shapes are the checkpoint's own. A tensor's checksum is verified whenever it is read.
package struct TensorBundle: RawTensorArchive {
    /// The prefix.
    package let path: String
    package let tensors: [ArchivedTensor]
    package let metadata: [String: String] = [:]
    /// The index, then the data files.
    package let files: [String]
    private let entries: [String: TensorBundleIndex.Entry]
    private let shards: [Data]

    /// Opens index and data files, and checks that every tensor lies within its file and none on another.
    package init(prefix: String) throws(BERTError) {
        path = prefix
        let index = try TensorBundleIndex(path: "\(prefix).index")
        var shards: [Data] = []
        var files = [index.path]
        // Only as many as there are files: the index may claim any number.
        for shard in 0..<index.shards {
            let file = Self.dataPath(prefix, shard, of: index.shards)
            _ = try ModelFile.size(file)
            do {
                shards.append(try Data(contentsOf: URL(fileURLWithPath: file), options: .mappedIfSafe))
            } catch {
                throw BERTError(.file, "\(file): the file cannot be read (\(error.localizedDescription))")
            }
            files.append(file)
        }
        var ends = [Int](repeating: 0, count: index.shards)
        for entry in index.entries.sorted(by: { ($0.shard, $0.offset) < ($1.shard, $1.offset) }) {
            let file = files[entry.shard + 1]
            guard entry.offset + entry.size <= shards[entry.shard].count else {
                let reason = ModelFile.pointer(shards[entry.shard].prefix(64))
                throw BERTError(
                    .malformed,
                    reason.map { "\(file): \($0)" }
                        ?? "\(file): tensor \(entry.tensor.name) ends at byte \(entry.offset + entry.size), the file has \(shards[entry.shard].count) (was it cut short?)"
                )
            }
            guard entry.offset >= ends[entry.shard] || entry.size == 0 else {
                throw BERTError(.malformed, "\(file): tensor \(entry.tensor.name) overlaps the one before")
            }
            ends[entry.shard] = max(ends[entry.shard], entry.offset + entry.size)
        }
        self.shards = shards
        self.files = files
        tensors = index.entries.map(\.tensor)
        entries = Dictionary(index.entries.map { ($0.tensor.name, $0) }) { first, _ in first }
    }

    static func dataPath(_ prefix: String, _ shard: Int, of count: Int) -> String {
        func five(_ number: Int) -> String {
            let digits = "\(number)"
            return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        }
        return "\(prefix).data-\(five(shard))-of-\(five(count))"
    }

    package func tensor(named name: String) -> ArchivedTensor? { entries[name]?.tensor }

    package func bytes(of tensor: ArchivedTensor) throws(BERTError) -> [UInt8] {
        guard let entry = entries[tensor.name] else {
            throw BERTError(.mismatch, "\(path): there is no tensor \(tensor.name)")
        }
        let bytes = shards[entry.shard].withUnsafeBytes { Array($0[entry.offset..<entry.offset + entry.size]) }
        guard CRC32C.masked(CRC32C.checksum(bytes)) == entry.checksum else {
            throw BERTError(
                .malformed,
                "\(files[entry.shard + 1]): the checksum of tensor \(tensor.name) is wrong; the file is damaged"
            )
        }
        return bytes
    }

    /// Writes a checkpoint in one data file; the index comes last, so that there is no checkpoint before it is whole.
    ///
    /// - Returns: bytes of both files.
    @discardableResult
    package static func write(_ tensors: [RawTensor], prefix: String) throws(BERTError) -> Int64 {
        let sorted = tensors.sorted { Array($0.tensor.name.utf8).lexicographicallyPrecedes(Array($1.tensor.name.utf8)) }
        var entries: [TensorBundleIndex.Entry] = []
        let data = try RawTensor.write(sorted, to: dataPath(prefix, 0, of: 1)) { tensor, offset, bytes in
            entries.append(
                TensorBundleIndex.Entry(
                    tensor: tensor,
                    shard: 0,
                    offset: offset,
                    size: bytes.count,
                    checksum: CRC32C.masked(CRC32C.checksum(bytes))
                )
            )
        }
        let index = TensorBundleIndex.bytes(entries)
        return try data
            + BERTError.files { () throws(FileError) in
                try AtomicFile.write("\(prefix).index") { (writer) throws(FileError) in try writer.append(index) }
            }
    }
}
