internal import PodiumText

/// A piece of the corpus as ids, back to back.
struct TokenizedPiece: Sendable {
    struct Part: Sendable {
        /// The document's number in the corpus; parts of one document stand side by side.
        var number: Int
        /// Its sentences' numbers in the piece.
        var sentences: Range<Int>
    }

    let tokens: [Int32]
    /// Where sentences begin in `tokens`, and where the last one ends.
    let starts: [Int]
    let parts: [Part]

    /// Sentences without any token, and documents without any sentence, are left out.
    init(_ documents: [Document], tokenizer: Tokenizer) {
        var tokens: [Int32] = []
        tokens.reserveCapacity(documents.reduce(0) { $0 + $1.bytes } / 4)
        var starts = [0]
        var parts: [Part] = []
        for document in documents {
            let first = starts.count - 1
            for sentence in document.sentences {
                tokens += tokenizer.ids(of: sentence)
                if tokens.count > starts[starts.count - 1] { starts.append(tokens.count) }
            }
            let sentences = first..<(starts.count - 1)
            if !sentences.isEmpty { parts.append(Part(number: document.number, sentences: sentences)) }
        }
        self.tokens = tokens
        self.starts = starts
        self.parts = parts
    }

    /// Tokens of sentences that follow each other.
    func range(of sentences: Range<Int>) -> Range<Int> { starts[sentences.lowerBound]..<starts[sentences.upperBound] }

    func length(of sentence: Int) -> Int { starts[sentence + 1] - starts[sentence] }

    /// The parts of the same document as a part's.
    func parts(sharingDocumentWith part: Int) -> Range<Int> {
        var (low, high) = (part, part + 1)
        while low > 0, parts[low - 1].number == parts[part].number { low -= 1 }
        while high < parts.count, parts[high].number == parts[part].number { high += 1 }
        return low..<high
    }
}
