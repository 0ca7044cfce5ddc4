/// Learns a WordPiece vocabulary from word counts.
///
/// Starts from single characters and joins, one at a time, the two
/// neighbouring pieces that occur together most often. Deterministic: among
/// equally frequent pairs the one that could be formed first wins.
package struct VocabularyTrainer: Sendable {
    /// Pieces in all, special ones and single characters included.
    package var size: Int

    package static let specialPieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

    package init(size: Int) {
        self.size = size
    }

    /// A word that still changes while pieces are joined.
    private struct Word {
        var pieces: [Int32]
        var count: Int
    }

    private struct Pair: Hashable {
        var left: Int32
        var right: Int32
    }

    /// The vocabulary, all single characters of the text included even where that exceeds `size`.
    ///
    /// It has fewer pieces than `size` where no pair occurs twice any more.
    package func vocabulary(of counts: WordCounts) throws(TextError) -> Vocabulary {
        var pieces: [[UInt8]] = []
        var words = alphabet(counts, &pieces)
        var pairs: [Pair: Int] = [:]
        var places: [Pair: Set<Int>] = [:]
        for (index, word) in words.enumerated() { Self.count(word, index, sign: 1, &pairs, &places) }
        while pieces.count + Self.specialPieces.count < size, let best = Self.mostFrequent(pairs) {
            let joined = Int32(pieces.count)
            pieces.append(pieces[Int(best.left)] + pieces[Int(best.right)].dropFirst(2))
            for index in places[best] ?? [] {
                Self.count(words[index], index, sign: -1, &pairs, &places)
                words[index].pieces = Self.join(words[index].pieces, best, into: joined)
                Self.count(words[index], index, sign: 1, &pairs, &places)
            }
        }
        // Different joins can spell the same piece.
        var seen: Set<[UInt8]> = []
        let all = Self.specialPieces.map { Array($0.utf8) } + pieces
        return try Vocabulary(pieces: all.filter { seen.insert($0).inserted }, name: "the learned vocabulary")
    }

    /// Splits words into characters, the first plain, the others with `##`.
    private func alphabet(_ counts: WordCounts, _ pieces: inout [[UInt8]]) -> [Word] {
        let sorted = counts.sorted
        let split = sorted.map { Self.characters(of: $0.word) }
        var known: Set<[UInt8]> = []
        for characters in split { known.formUnion(characters) }
        pieces = known.sorted { $0.lexicographicallyPrecedes($1) }
        let ids = Dictionary(uniqueKeysWithValues: pieces.enumerated().map { ($1, Int32($0)) })
        return zip(split, sorted).map { characters, entry in
            Word(pieces: characters.compactMap { ids[$0] }, count: entry.count)
        }
    }

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

    private static func count(
        _ word: Word,
        _ index: Int,
        sign: Int,
        _ pairs: inout [Pair: Int],
        _ places: inout [Pair: Set<Int>]
    ) {
        for (left, right) in zip(word.pieces, word.pieces.dropFirst()) {
            let pair = Pair(left: left, right: right)
            pairs[pair, default: 0] += sign * word.count
            if pairs[pair] == 0 { pairs[pair] = nil }
            if sign > 0 { places[pair, default: []].insert(index) } else { places[pair]?.remove(index) }
        }
    }

    /// Nil when no pair occurs twice.
    private static func mostFrequent(_ pairs: [Pair: Int]) -> Pair? {
        var best: (pair: Pair, count: Int)?
        for (pair, count) in pairs where count > 1 {
            guard let known = best else {
                best = (pair, count)
                continue
            }
            let isBetter =
                count != known.count
                ? count > known.count : (pair.left, pair.right) < (known.pair.left, known.pair.right)
            if isBetter { best = (pair, count) }
        }
        return best?.pair
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
}
