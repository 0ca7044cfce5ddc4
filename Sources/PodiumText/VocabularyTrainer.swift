/// Learns a WordPiece vocabulary from word counts.
///
/// Starts from single characters and joins, one at a time, the two neighbouring pieces that occur together most often.
/// Deterministic: among equally frequent pairs the one of the older pieces wins.
package struct VocabularyTrainer: Sendable {
    /// Pieces in all, special ones and single characters included.
    package var size: Int

    package static let specialPieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

    package init(size: Int) {
        self.size = size
    }

    /// The vocabulary, all single characters of the text included even where that exceeds `size`.
    ///
    /// It has fewer pieces than `size` where no pair occurs twice any more.
    package func vocabulary(of counts: WordCounts) throws(TextError) -> Vocabulary {
        var joining = PieceJoining(counts)
        while joining.pieces.count + Self.specialPieces.count < size, joining.joinMostFrequent() {}
        let special = Self.specialPieces.map { Array($0.utf8) }
        return try Vocabulary(pieces: special + joining.pieces, name: "the learned vocabulary")
    }
}

/// Words as sequences of pieces, while pieces are joined.
private struct PieceJoining {
    private(set) var pieces: [[UInt8]]
    private var ids: [[UInt8]: Int32]
    private var words: [(pieces: [Int32], count: Int)]
    /// How often pieces stand side by side, and in which words they do or once did.
    private var counts: [Pair: Int] = [:]
    private var places: [Pair: Set<Int32>] = [:]
    private var queue = PairQueue()

    init(_ counts: WordCounts) {
        let sorted = counts.sorted
        let characters = sorted.map { Self.characters(of: $0.word) }
        pieces = Self.alphabet(characters)
        ids = Dictionary(uniqueKeysWithValues: pieces.enumerated().map { ($1, Int32($0)) })
        let ids = ids
        words = zip(characters, sorted).map { characters, entry in (characters.compactMap { ids[$0] }, entry.count) }
        for index in words.indices { count(Int32(index), sign: 1) }
        for (pair, count) in self.counts { queue.insert(PairQueue.Entry(pair: pair, count: count)) }
    }

    /// The first character plain, the others with `##`.
    private static func characters(of word: [UInt8]) -> [[UInt8]] {
        var result: [[UInt8]] = []
        for byte in word {
            // Continuation bytes belong to the character before them.
            if byte & 0xC0 == 0x80, !result.isEmpty {
                result[result.count - 1].append(byte)
            } else {
                result.append(result.isEmpty ? [byte] : Array("##".utf8) + [byte])
            }
        }
        return result
    }

    /// All characters; those of longer words both at the beginning and within one, so that no word of theirs is unknown.
    private static func alphabet(_ words: [[[UInt8]]]) -> [[UInt8]] {
        var known: Set<[UInt8]> = []
        for word in words {
            known.formUnion(word)
            guard word.count > 1 else { continue }
            known.insert(Array("##".utf8) + word[0])
            known.formUnion(word.dropFirst().map { Array($0.dropFirst(2)) })
        }
        return known.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Makes one piece of the most frequent pair; false if no pair occurs twice.
    mutating func joinMostFrequent() -> Bool {
        while let entry = queue.removeFirst() {
            // Entries are never changed in the queue: one whose count fell is put back with what is left of it.
            let now = counts[entry.pair] ?? 0
            guard now == entry.count else {
                if now > 1, now < entry.count { queue.insert(PairQueue.Entry(pair: entry.pair, count: now)) }
                continue
            }
            guard now > 1 else { return false }
            join(entry.pair)
            return true
        }
        return false
    }

    private mutating func join(_ pair: Pair) {
        // Different pairs can spell the same piece.
        let spelling = pieces[Int(pair.left)] + pieces[Int(pair.right)].dropFirst(2)
        let joined = ids[spelling] ?? Int32(pieces.count)
        if Int(joined) == pieces.count {
            pieces.append(spelling)
            ids[spelling] = joined
        }
        var touched: Set<Pair> = []
        for index in places.removeValue(forKey: pair) ?? [] {
            count(index, sign: -1)
            words[Int(index)].pieces = Self.join(words[Int(index)].pieces, pair, into: joined)
            count(index, sign: 1)
            for neighbours in Self.pairs(words[Int(index)].pieces)
            where neighbours.left == joined || neighbours.right == joined { touched.insert(neighbours) }
        }
        for pair in touched { queue.insert(PairQueue.Entry(pair: pair, count: counts[pair] ?? 0)) }
    }

    private static func join(_ pieces: [Int32], _ pair: Pair, into joined: Int32) -> [Int32] {
        var result: [Int32] = []
        var index = 0
        while index < pieces.count {
            let isPair = index + 1 < pieces.count && pieces[index] == pair.left && pieces[index + 1] == pair.right
            result.append(isPair ? joined : pieces[index])
            index += isPair ? 2 : 1
        }
        return result
    }

    private static func pairs(_ pieces: [Int32]) -> [Pair] {
        zip(pieces, pieces.dropFirst()).map { Pair(left: $0, right: $1) }
    }

    private mutating func count(_ index: Int32, sign: Int) {
        let word = words[Int(index)]
        for pair in Self.pairs(word.pieces) {
            counts[pair, default: 0] += sign * word.count
            if counts[pair] == 0 { counts[pair] = nil }
            if sign > 0 { places[pair, default: []].insert(index) }
        }
    }
}

private struct Pair: Hashable {
    var left: Int32
    var right: Int32
}

/// Pairs by falling count, then by age of their pieces: a binary heap.
private struct PairQueue {
    struct Entry {
        var pair: Pair
        var count: Int

        func precedes(_ other: Entry) -> Bool {
            (-count, pair.left, pair.right) < (-other.count, other.pair.left, other.pair.right)
        }
    }

    private var entries: [Entry] = []

    mutating func insert(_ entry: Entry) {
        entries.append(entry)
        var index = entries.count - 1
        while index > 0, entries[index].precedes(entries[(index - 1) / 2]) {
            entries.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func removeFirst() -> Entry? {
        guard let first = entries.first, let last = entries.popLast() else { return nil }
        guard !entries.isEmpty else { return first }
        entries[0] = last
        var index = 0
        while true {
            var best = index
            for child in [2 * index + 1, 2 * index + 2] where child < entries.count {
                if entries[child].precedes(entries[best]) { best = child }
            }
            guard best != index else { return first }
            entries.swapAt(index, best)
            index = best
        }
    }
}
