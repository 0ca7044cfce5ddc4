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

    /// A vocabulary and what the text has that it cannot write.
    package struct Learned: Sendable {
        package let vocabulary: Vocabulary
        /// Characters of the text without a piece, for which there was no room: the rarest.
        package let omittedCharacters: Int
        /// How many of the text's words have one of those and are therefore `[UNK]`.
        package let unknownWords: Int
        package let words: Int
        /// Words longer than the tokenizer gives pieces to.
        package let tooLongWords: Int

        /// What a reader of the log must know; nil if every word of the text has pieces.
        package var warning: String? {
            var parts: [String] = []
            if omittedCharacters > 0 {
                parts.append(
                    "\(omittedCharacters) rare characters have no piece, so that \(unknownWords) of \(words) words are [UNK]; "
                        + "a larger vocabularySize has room for them"
                )
            }
            if tooLongWords > 0 { parts.append("words too long to have pieces were left out: \(tooLongWords)") }
            return parts.isEmpty
                ? nil : "the learned vocabulary has \(vocabulary.count) pieces; " + parts.joined(separator: "; ")
        }
    }

    /// The vocabulary alone.
    package func vocabulary(of counts: WordCounts) throws(TextError) -> Vocabulary {
        try learn(counts).vocabulary
    }

    /// Learns at most `size` pieces.
    ///
    /// It is fewer where no pair occurs twice any more. Where single characters alone exceed `size`, the most frequent are kept.
    package func learn(_ counts: WordCounts) throws(TextError) -> Learned {
        let room = size - Self.specialPieces.count
        guard room > 0 else {
            throw TextError(
                .invalidVocabulary,
                "a vocabulary of \(size) pieces has no room beside the \(Self.specialPieces.count) special ones; ask for more"
            )
        }
        let sorted = counts.sorted
        guard !sorted.isEmpty else {
            throw TextError(.invalidVocabulary, "the text has no word to learn a vocabulary from")
        }
        var joining = PieceJoining(sorted, room: room)
        while joining.pieces.count < room, joining.joinMostFrequent() {}
        let special = Self.specialPieces.map { Array($0.utf8) }
        return Learned(
            vocabulary: try Vocabulary(pieces: special + joining.pieces, name: "the learned vocabulary"),
            omittedCharacters: joining.omittedCharacters,
            unknownWords: joining.unknownWords,
            words: sorted.reduce(0) { $0 + $1.count } + counts.tooLong,
            tooLongWords: counts.tooLong
        )
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

    private(set) var omittedCharacters = 0
    /// Occurrences of words that have an omitted character: no join can help them.
    private(set) var unknownWords = 0

    /// - Parameters:
    ///   - sorted: words with their counts, each once.
    ///   - room: how many pieces there may be.
    init(_ sorted: [(word: [UInt8], count: Int)], room: Int) {
        let characters = sorted.map { Self.characters(of: $0.word) }
        (pieces, omittedCharacters) = Self.alphabet(characters, counts: sorted.map(\.count), room: room)
        ids = Dictionary(uniqueKeysWithValues: pieces.enumerated().map { ($1, Int32($0)) })
        words = []
        for (characters, entry) in zip(characters, sorted) {
            let known = characters.compactMap { ids[$0] }
            if known.count == characters.count {
                words.append((known, entry.count))
            } else {
                unknownWords += entry.count
            }
        }
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

    /// The most frequent characters that there is room for; those of longer words both at the beginning and within one, so
    /// that no word of theirs is unknown.
    ///
    /// - Returns: pieces ordered by bytes, and how many characters were left out.
    private static func alphabet(
        _ words: [[[UInt8]]],
        counts: [Int],
        room: Int
    ) -> (pieces: [[UInt8]], omitted: Int) {
        struct Use {
            var count = 0
            var isInLongerWord = false
        }
        var uses: [[UInt8]: Use] = [:]
        for (word, count) in zip(words, counts) {
            for (place, character) in word.enumerated() {
                let plain = place == 0 ? character : Array(character.dropFirst(2))
                uses[plain, default: Use()].count += count
                if word.count > 1 { uses[plain, default: Use()].isInLongerWord = true }
            }
        }
        let byFrequency = uses.sorted {
            $0.value.count == $1.value.count
                ? $0.key.lexicographicallyPrecedes($1.key) : $0.value.count > $1.value.count
        }
        var pieces: [[UInt8]] = []
        var taken = 0
        for (character, use) in byFrequency {
            guard pieces.count + (use.isInLongerWord ? 2 : 1) <= room else { break }
            taken += 1
            pieces.append(character)
            if use.isInLongerWord { pieces.append(Array("##".utf8) + character) }
        }
        return (pieces.sorted { $0.lexicographicallyPrecedes($1) }, byFrequency.count - taken)
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
