/// Pieces by their bytes: an open-addressing table that is probed with hashes built byte by byte.
///
/// Greedy matching asks for every prefix of a word, longest first. The hash of
/// each prefix is the previous one's plus a byte, so a word is hashed once.
struct PieceTable: Sendable {
    /// Slots of `id + 1`, zero for none; a power of two, at most half full.
    private var slots: [Int32]
    private let mask: Int
    /// All pieces' bytes back to back; piece `i` is `storage[starts[i] ..< starts[i + 1]]`, without its `##`.
    private var storage: [UInt8] = []
    private var starts: [Int] = [0]
    private var continues: [Bool] = []
    private(set) var longest = 0
    /// The ids of a piece that is there twice.
    private(set) var duplicate: (Int, Int)?

    init(_ pieces: [[UInt8]]) {
        var size = 16
        while size < pieces.count * 2 { size *= 2 }
        slots = Array(repeating: 0, count: size)
        mask = size - 1
        for (id, piece) in pieces.enumerated() {
            let continuation = piece.count > 2 && piece[0] == UInt8(ascii: "#") && piece[1] == UInt8(ascii: "#")
            let bytes = continuation ? piece[2...] : piece[...]
            var hash = Self.seed(isContinuation: continuation)
            for byte in bytes { hash = Self.next(hash, byte) }
            storage += bytes
            starts.append(storage.count)
            continues.append(continuation)
            longest = max(longest, bytes.count)
            var slot = Self.slot(hash, mask)
            while slots[slot] != 0 {
                let other = Int(slots[slot]) - 1
                if continues[other] == continuation,
                    storage[starts[other]..<starts[other + 1]] == storage[starts[id]...],
                    duplicate == nil
                {
                    duplicate = (other, id)
                }
                slot = (slot + 1) & mask
            }
            slots[slot] = Int32(id + 1)
        }
    }

    /// The id of a piece written with its `##`.
    func id(ofWhole piece: [UInt8]) -> Int32? {
        let continuation = piece.count > 2 && piece[0] == UInt8(ascii: "#") && piece[1] == UInt8(ascii: "#")
        let bytes = Array(continuation ? piece[2...] : piece[...])
        return bytes.withUnsafeBufferPointer { buffer in
            var hash = Self.seed(isContinuation: continuation)
            for byte in buffer { hash = Self.next(hash, byte) }
            return find(buffer[...], hash: hash, isContinuation: continuation)
        }
    }

    func longestPrefix(of word: Slice<UnsafeBufferPointer<UInt8>>, isContinuation: Bool) -> (id: Int32, length: Int)? {
        let count = min(word.count, longest)
        return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count + 1) { hashes in
            var hash = Self.seed(isContinuation: isContinuation)
            for i in 0..<count {
                hash = Self.next(hash, word[word.startIndex + i])
                hashes[i] = hash
            }
            var length = count
            while length > 0 {
                let end = word.startIndex + length
                // Only at a scalar's boundary: a piece never ends within one.
                if end == word.endIndex || word[end] & 0xC0 != 0x80,
                    let id = find(word[word.startIndex..<end], hash: hashes[length - 1], isContinuation: isContinuation)
                {
                    return (id, length)
                }
                length -= 1
            }
            return nil
        }
    }

    private func find(_ bytes: Slice<UnsafeBufferPointer<UInt8>>, hash: UInt64, isContinuation: Bool) -> Int32? {
        var slot = Self.slot(hash, mask)
        while slots[slot] != 0 {
            let id = Int(slots[slot]) - 1
            let start = starts[id]
            if starts[id + 1] - start == bytes.count, continues[id] == isContinuation {
                var i = 0
                while i < bytes.count, storage[start + i] == bytes[bytes.startIndex + i] { i += 1 }
                if i == bytes.count { return Int32(id) }
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    // FNV-1a, 64 bits; the high bits are folded in where a slot is chosen.
    private static func seed(isContinuation: Bool) -> UInt64 {
        isContinuation ? 0x9AE1_6A3B_2F90_404F : 0xCBF2_9CE4_8422_2325
    }

    private static func next(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
        (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    private static func slot(_ hash: UInt64, _ mask: Int) -> Int {
        Int(truncatingIfNeeded: hash ^ (hash >> 29)) & mask
    }
}
