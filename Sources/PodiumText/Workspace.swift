/// What one thread needs to tokenize: finds a text's words and gives each its pieces.
///
/// Where a word of ASCII letters and digits is followed by a space or by punctuation, which is nearly all of
/// English, it is found without decoding scalars; and nearly all words have been met before.
struct Workspace: ~Copyable {
    private var buffer = PieceBuffer()
    private var cache = WordCache()
    private var rules: ScalarRules
    private var splitter: WordSplitter
    private let added: AddedTokens

    init(_ tokenizer: Tokenizer) {
        rules = ScalarRules(tokenizer.normalization)
        splitter = WordSplitter(tokenizer)
        added = AddedTokens(tokenizer.vocabulary.addedTokens)
    }

    /// The pieces since they were last removed, with offsets into their own text, until more are appended.
    var pieces: UnsafeBufferPointer<Piece> { buffer.pieces }

    /// Removes the pieces; the memory of very many is not kept.
    mutating func removePieces() {
        if buffer.capacity > 1 << 16 { buffer = PieceBuffer() } else { buffer.removeAll() }
    }

    /// Appends the pieces of valid UTF-8.
    mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
        precondition(text.count <= Int(Int32.max), "a text of more than 2 GiB")
        if added.isEmpty { appendWords(of: text) } else { appendWithAddedTokens(text) }
    }

    /// Takes added tokens out first; what stands between them are texts of their own.
    private mutating func appendWithAddedTokens(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        while true {
            let token = added.next(in: text, from: start)
            let end = token?.range.lowerBound ?? text.count
            let before = buffer.count
            appendWords(of: UnsafeBufferPointer(rebasing: text[start..<end]))
            buffer.move(after: before, by: Int32(truncatingIfNeeded: start))
            guard let token else { return }
            buffer.append(
                Piece(
                    id: token.id,
                    start: Int32(truncatingIfNeeded: token.range.lowerBound),
                    end: Int32(truncatingIfNeeded: token.range.upperBound)
                )
            )
            start = token.range.upperBound
        }
    }

    private mutating func appendWords(of text: UnsafeBufferPointer<UInt8>) {
        var i = 0
        guard text.count >= WordChunk.size else {
            while i < text.count { i = appendNext(text, i) }
            return
        }
        while i < text.count {
            let chunk = WordChunk(text, at: i)
            let end = i &+ chunk.wordLength
            if end == i {
                if chunk.first == UInt8(ascii: " ") {
                    i &+= 1
                } else if Self.isPrintable(chunk.first) {
                    append(i..<i &+ 1, of: text, chunk.key(1))
                    i &+= 1
                } else {
                    i = appendNext(text, i)
                }
            } else if end < i &+ WordChunk.size, end == text.count || Self.isPrintable(text[end]) {
                append(i..<end, of: text, chunk.key(end &- i))
                i = end
                if i < text.count, text[i] == UInt8(ascii: " ") { i &+= 1 }
            } else {
                i = appendNext(text, i)
            }
        }
    }

    /// A space, letter, digit or punctuation of ASCII.
    @inline(__always)
    private static func isPrintable(_ byte: UInt8) -> Bool { byte &- 32 < 95 }

    /// Appends the pieces of the word that begins at `i`, whatever its script, or passes over a scalar that is
    /// no word's; returns where to go on.
    @inline(never)
    private mutating func appendNext(_ text: UnsafeBufferPointer<UInt8>, _ i: Int) -> Int {
        var next = i
        let first = rules.code(UTF8Bytes.decode(text, &next))
        if first == ScalarRules.drop || first == ScalarRules.space { return next }
        // Dropped scalars at the word's end are not part of it.
        var end = next
        var goesOn = !ScalarRules.isAlone(first)
        while goesOn, next < text.count {
            var following = next
            let code = rules.code(UTF8Bytes.decode(text, &following))
            if code == ScalarRules.drop {
                next = following
            } else if code == ScalarRules.space || ScalarRules.isAlone(code) {
                goesOn = false
            } else {
                next = following
                end = next
            }
        }
        if end - i <= WordCache.Key.maximumLength {
            append(i..<end, of: text, WordCache.Key(text[i..<end]))
        } else {
            splitter.append(i..<end, of: text, &rules, to: &buffer)
        }
        return next
    }

    @inline(__always)
    private mutating func append(_ word: Range<Int>, of text: UnsafeBufferPointer<UInt8>, _ key: WordCache.Key) {
        let start = Int32(truncatingIfNeeded: word.lowerBound)
        switch cache.entry(key) {
        case .whole(let id):
            buffer.append(Piece(id: id, start: start, end: Int32(truncatingIfNeeded: word.upperBound)))
        case .parts(let range):
            for part in range { buffer.append(cache.pieces[part].moved(by: start)) }
        case nil:
            appendNew(word, of: text, key)
        }
    }

    @inline(never)
    private mutating func appendNew(_ word: Range<Int>, of text: UnsafeBufferPointer<UInt8>, _ key: WordCache.Key) {
        let before = buffer.count
        splitter.append(word, of: text, &rules, to: &buffer)
        cache.insert(key, buffer.pieces[before...], start: Int32(truncatingIfNeeded: word.lowerBound))
    }
}
