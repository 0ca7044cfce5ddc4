/// A piece of a text: its id and the bytes it came from.
package struct Piece: Hashable, Sendable {
    package var id: Int32
    /// UTF-8 offsets into the text, from the first scalar's start to the last one's end.
    ///
    /// The pieces of an unknown word, and those of a scalar that became several, share its range.
    package var start: Int32
    package var end: Int32

    package init(id: Int32, start: Int32, end: Int32) {
        self.id = id
        self.start = start
        self.end = end
    }
}

/// BasicTokenizer and WordPiece in one pass over UTF-8.
///
/// Gives what `BertTokenizer` of transformers gives without special tokens.
/// Text is never taken for a special token: `[SEP]` in a sentence is three words.
package struct Tokenizer: Sendable {
    package let vocabulary: Vocabulary
    /// Uncased models lower-case and strip accents.
    package let lowercases: Bool
    /// Longer words are `[UNK]`: 100 scalars in transformers, 200 in the 2018 release.
    package let maximumWordLength: Int

    package init(vocabulary: Vocabulary, lowercases: Bool, maximumWordLength: Int = 100) {
        self.vocabulary = vocabulary
        self.lowercases = lowercases
        self.maximumWordLength = maximumWordLength
    }

    /// The pieces of a text.
    package func pieces(of text: String) -> [Piece] {
        var text = text
        return text.withUTF8 { pieces(of: $0) }
    }

    /// The ids of a text.
    package func ids(of text: String) -> [Int32] {
        pieces(of: text).map(\.id)
    }

    /// The pieces of valid UTF-8.
    package func pieces(of bytes: UnsafeBufferPointer<UInt8>) -> [Piece] {
        var words = WordBuffer(tokenizer: self, capacity: bytes.count / 4)
        let rules = lowercases ? ScalarRules.uncased : ScalarRules.cased
        var i = 0
        while i < bytes.count {
            let start = i
            let value = Self.decode(bytes, &i)
            let code = rules[value]
            if code == ScalarRules.drop { continue }
            if code == ScalarRules.space {
                words.flush()
            } else if ScalarRules.isAlone(code) {
                words.flush()
                words.append(code, rules, start, i)
                words.flush()
            } else {
                words.append(code, rules, start, i)
            }
        }
        words.flush()
        return words.pieces
    }

    /// The scalar at `i`, which is moved past it.
    private static func decode(_ bytes: UnsafeBufferPointer<UInt8>, _ i: inout Int) -> UInt32 {
        let first = UInt32(bytes[i])
        if first < 0x80 {
            i += 1
            return first
        }
        func next(_ offset: Int) -> UInt32 { UInt32(bytes[i + offset] & 0x3F) }
        if first < 0xE0 {
            defer { i += 2 }
            return (first & 0x1F) << 6 | next(1)
        }
        if first < 0xF0 {
            defer { i += 3 }
            return (first & 0x0F) << 12 | next(1) << 6 | next(2)
        }
        defer { i += 4 }
        return (first & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3)
    }
}

/// The word being read, and the pieces of those before it.
private struct WordBuffer {
    let tokenizer: Tokenizer
    var pieces: [Piece] = []
    /// The word, normalised, and for each byte the scalar of the text it came from.
    private var word: [UInt8] = []
    private var origins: [(start: Int32, end: Int32)] = []
    private var scalars = 0

    init(tokenizer: Tokenizer, capacity: Int) {
        self.tokenizer = tokenizer
        pieces.reserveCapacity(capacity)
    }

    mutating func append(_ code: UInt32, _ rules: ScalarRules, _ start: Int, _ end: Int) {
        scalars += rules.append(code, to: &word)
        while origins.count < word.count { origins.append((Int32(start), Int32(end))) }
    }

    /// Splits the word into pieces, greedily from the left; a word that cannot be split is one `[UNK]`.
    mutating func flush() {
        guard !word.isEmpty else { return }
        // Taken out, so that it can be read while pieces are added; its memory is given back below.
        var bytes: [UInt8] = []
        swap(&bytes, &word)
        defer {
            bytes.removeAll(keepingCapacity: true)
            swap(&bytes, &word)
            origins.removeAll(keepingCapacity: true)
            scalars = 0
        }
        let before = pieces.count
        let isSplit = scalars <= tokenizer.maximumWordLength && bytes.withUnsafeBufferPointer { split($0) }
        if !isSplit {
            pieces.removeSubrange(before...)
            pieces.append(
                Piece(
                    id: tokenizer.vocabulary.unknown,
                    start: origins[0].start,
                    end: origins[origins.count - 1].end
                )
            )
        }
    }

    private mutating func split(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var start = 0
        while start < bytes.count {
            guard
                let (id, length) = tokenizer.vocabulary.longestPrefix(of: bytes[start...], isContinuation: start > 0)
            else { return false }
            let end = start + length
            pieces.append(Piece(id: id, start: origins[start].start, end: origins[end - 1].end))
            start = end
        }
        return true
    }
}
