/// One word into pieces: normalisation, then the longest piece again and again.
struct WordSplitter {
    private let trie: PieceTrie
    private let unknown: Int32
    private let maximumWordLength: Int
    /// The word, normalised, and for each byte the scalar of the text it came from.
    private var word: [UInt8] = []
    private var origins: [(start: Int32, end: Int32)] = []

    init(_ tokenizer: Tokenizer) {
        trie = tokenizer.vocabulary.trie
        unknown = tokenizer.vocabulary.unknown
        maximumWordLength = tokenizer.maximumWordLength
    }

    /// Appends the pieces of the word that a range of a text is.
    ///
    /// A word that cannot be split, or is too long, is one unknown piece.
    mutating func append(
        _ range: Range<Int>,
        of text: UnsafeBufferPointer<UInt8>,
        _ rules: inout ScalarRules,
        to pieces: inout PieceBuffer
    ) {
        let scalars = normalize(range, of: text, &rules)
        let before = pieces.count
        if scalars <= maximumWordLength, word.withUnsafeBufferPointer({ split($0, to: &pieces) }) { return }
        pieces.removeAll(after: before)
        pieces.append(
            Piece(
                id: unknown,
                start: Int32(truncatingIfNeeded: range.lowerBound),
                end: Int32(truncatingIfNeeded: range.upperBound)
            )
        )
    }

    /// Fills `word` and `origins`; returns how many scalars the word has then.
    private mutating func normalize(
        _ range: Range<Int>,
        of text: UnsafeBufferPointer<UInt8>,
        _ rules: inout ScalarRules
    ) -> Int {
        word.removeAll(keepingCapacity: true)
        origins.removeAll(keepingCapacity: true)
        var scalars = 0
        var i = range.lowerBound
        while i < range.upperBound {
            let start = i
            let code = rules.code(UTF8Bytes.decode(text, &i))
            if code == ScalarRules.drop { continue }
            scalars += rules.append(code, to: &word)
            let origin = (start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: i))
            while origins.count < word.count { origins.append(origin) }
        }
        return scalars
    }

    private func split(_ word: UnsafeBufferPointer<UInt8>, to pieces: inout PieceBuffer) -> Bool {
        var start = 0
        while start < word.count {
            guard let (id, end) = trie.longestPiece(of: word, at: start) else { return false }
            pieces.append(Piece(id: id, start: origins[start].start, end: origins[end - 1].end))
            start = end
        }
        return true
    }
}
