internal import PodiumText

/// A passage's words as the release of BERT sees them, which decide what a training answer is.
///
/// Words are what white space separates (`read_squad_examples` of `run_squad.py`); a word's pieces follow
/// each other, because white space ends pieces too.
struct PassageWords {
    /// UTF-8 ranges.
    private let ranges: [Range<Int>]
    /// For every scalar of the passage its word; for white space the word before, −1 if there is none.
    private let wordOfScalar: [Int32]
    /// For every word the number of pieces before it; one more entry for the end.
    private let firstPiece: [Int]
    private let bytes: [UInt8]
    private let pieces: [Piece]

    init(_ passage: String, pieces: [Piece]) {
        bytes = Array(passage.utf8)
        self.pieces = pieces
        var ranges: [Range<Int>] = []
        var wordOfScalar: [Int32] = []
        wordOfScalar.reserveCapacity(passage.unicodeScalars.count)
        var position = 0
        var isInWord = false
        for scalar in passage.unicodeScalars {
            let end = position + UTF8.width(scalar)
            if Self.isSpace(scalar) {
                isInWord = false
            } else if isInWord {
                ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound..<end
            } else {
                ranges.append(position..<end)
                isInWord = true
            }
            wordOfScalar.append(Int32(ranges.count - 1))
            position = end
        }
        var firstPiece: [Int] = []
        firstPiece.reserveCapacity(ranges.count + 1)
        var piece = 0
        for range in ranges {
            while piece < pieces.count, Int(pieces[piece].start) < range.lowerBound { piece += 1 }
            firstPiece.append(piece)
        }
        firstPiece.append(pieces.count)
        self.ranges = ranges
        self.wordOfScalar = wordOfScalar
        self.firstPiece = firstPiece
    }

    /// What the release takes for white space: fewer characters than Python does.
    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20, 0x09, 0x0D, 0x0A, 0x202F: true
        default: false
        }
    }

    /// The words from an answer's first character to its last, if the answer's text stands in them.
    private func words(of answer: SQuADQuestion.Answer) -> ClosedRange<Int>? {
        let count = answer.text.unicodeScalars.count
        let (last, isTooLarge) = answer.start.addingReportingOverflow(count - 1)
        guard !isTooLarge, count > 0, answer.start >= 0, last < wordOfScalar.count else { return nil }
        let (first, end) = (Int(wordOfScalar[answer.start]), Int(wordOfScalar[last]))
        guard first >= 0, first <= end else { return nil }
        let wanted = answer.text.unicodeScalars.split { $0.properties.isWhitespace || (0x1C...0x1F).contains($0.value) }
            .map { Array(String($0).utf8) }.joined(separator: [0x20])
        let text = ranges[first...end].map { bytes[$0] }.joined(separator: [0x20])
        return Self.contains(Array(text), Array(wanted)) ? first...end : nil
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard part.count <= text.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0..<($0 + part.count)].elementsEqual(part) }
    }

    /// The pieces that training takes for the answer; nil if it does not stand where the file says, or has none.
    ///
    /// Of the answer's words the stretch that tokenizes like the answer itself, else the words whole
    /// (`_improve_answer_span`).
    /// - Parameter ids: of the answer's own pieces.
    func target(_ answer: SQuADQuestion.Answer, ids: [Int32]) -> Range<Int>? {
        guard let words = words(of: answer) else { return nil }
        let all = firstPiece[words.lowerBound]..<max(firstPiece[words.lowerBound], firstPiece[words.upperBound + 1])
        guard !all.isEmpty else { return nil }
        if !ids.isEmpty, ids.count <= all.count {
            for start in all.lowerBound...(all.upperBound - ids.count)
            where pieces[start..<(start + ids.count)].lazy.map(\.id).elementsEqual(ids) {
                return start..<(start + ids.count)
            }
        }
        return all
    }

    /// The words that a stretch of the passage touches, joined by one space.
    ///
    /// - Parameter range: UTF-8 offsets; begins and ends inside words.
    func text(of range: Range<Int>) -> String {
        let words = word(at: range.lowerBound)...word(at: range.upperBound - 1)
        return String(decoding: Array(ranges[words].map { bytes[$0] }.joined(separator: [0x20])), as: UTF8.self)
    }

    /// The last word that begins at or before an offset.
    private func word(at offset: Int) -> Int {
        var low = 0
        var high = ranges.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if ranges[middle].lowerBound <= offset { low = middle } else { high = middle }
        }
        return low
    }
}
