/// Pieces as a trie over bytes: finds the longest one that begins a word in one walk.
///
/// Two trees: of pieces that begin a word, and of those that go on one (without their `##`).
struct PieceTrie: Sendable {
    /// Edges in an open-addressing table: the parent's number (28 bits), the byte (8), the child's number (28).
    ///
    /// Zero for none; as long as a power of two, at most half full.
    private var edges = [UInt64](repeating: 0, count: 1 << 12)
    /// By how many bits a hash is shortened to the number of a slot.
    private var shift: UInt64 = 64 - 12
    /// The piece that ends at a node, or -1; of a piece that is there twice, the last id.
    private var ids: [Int32] = [-1, -1]
    /// Pieces that are there twice: the ids before and after.
    private(set) var duplicates: [(Int, Int)] = []

    private static let beginning = 0
    private static let continuation = 1

    init(_ pieces: [[UInt8]]) {
        for (id, piece) in pieces.enumerated() where !piece.isEmpty {
            let (root, bytes) = Self.read(piece)
            var node = root
            for byte in bytes { node = child(of: node, byte) ?? addChild(of: node, byte) }
            if ids[node] >= 0 { duplicates.append((Int(ids[node]), id)) }
            ids[node] = Int32(id)
        }
    }

    /// The id of a piece written with its `##`.
    func id(ofWhole piece: [UInt8]) -> Int32? {
        let (root, bytes) = Self.read(piece)
        var node = root
        for byte in bytes {
            guard let next = child(of: node, byte) else { return nil }
            node = next
        }
        return ids[node] < 0 ? nil : ids[node]
    }

    /// The longest piece that `word` has at `start`, and where it ends; a beginning one at 0, one with `##` elsewhere.
    func longestPiece(of word: UnsafeBufferPointer<UInt8>, at start: Int) -> (id: Int32, end: Int)? {
        var best: (id: Int32, end: Int)?
        var node = start == 0 ? Self.beginning : Self.continuation
        var i = start
        while i < word.count, let next = child(of: node, word[i]) {
            node = next
            i += 1
            // Only at a scalar's boundary: a piece never ends within one.
            if ids[node] >= 0, UTF8Bytes.isBoundary(word, i) { best = (ids[node], i) }
        }
        return best
    }

    private static func read(_ piece: [UInt8]) -> (root: Int, bytes: ArraySlice<UInt8>) {
        let continues = piece.count > 2 && piece[0] == UInt8(ascii: "#") && piece[1] == UInt8(ascii: "#")
        return continues ? (continuation, piece[2...]) : (beginning, piece[...])
    }

    private func child(of node: Int, _ byte: UInt8) -> Int? {
        let key = Self.key(node, byte)
        var slot = slot(key)
        while edges[slot] != 0 {
            if edges[slot] >> 28 == key { return Int(edges[slot] & 0xFFF_FFFF) }
            slot = (slot + 1) & (edges.count - 1)
        }
        return nil
    }

    private mutating func addChild(of node: Int, _ byte: UInt8) -> Int {
        let child = ids.count
        precondition(child < 1 << 28, "a vocabulary of more than 2^28 bytes")
        ids.append(-1)
        if child * 2 > edges.count { grow() }
        insert(Self.key(node, byte) << 28 | UInt64(child))
        return child
    }

    private mutating func insert(_ edge: UInt64) {
        var slot = slot(edge >> 28)
        while edges[slot] != 0 { slot = (slot + 1) & (edges.count - 1) }
        edges[slot] = edge
    }

    private mutating func grow() {
        let old = edges
        edges = Array(repeating: 0, count: old.count * 2)
        shift -= 1
        for edge in old where edge != 0 { insert(edge) }
    }

    private static func key(_ node: Int, _ byte: UInt8) -> UInt64 { UInt64(node) << 8 | UInt64(byte) }

    private func slot(_ key: UInt64) -> Int { Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift) }
}
