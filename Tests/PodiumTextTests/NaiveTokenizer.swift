import Foundation
import PodiumText

/// BasicTokenizer and WordPiece as their definitions read, scalar by scalar and without any haste: the oracle.
struct NaiveTokenizer {
    let vocabulary: Vocabulary
    let lowercases: Bool
    var maximumWordLength = 100

    /// A scalar after normalisation and the bytes of the text it came from.
    private struct Letter {
        var scalar: Unicode.Scalar
        var start: Int32
        var end: Int32
    }

    func pieces(of text: String) -> [Piece] {
        words(of: text).flatMap(pieces(of:))
    }

    private func words(of text: String) -> [[Letter]] {
        var words: [[Letter]] = [[]]
        var start: Int32 = 0
        for scalar in text.unicodeScalars {
            let end = start + Int32(String(scalar).utf8.count)
            defer { start = end }
            if Self.isSpace(scalar) {
                words.append([])
                continue
            }
            if Self.isDropped(scalar) { continue }
            let normal = lowercases ? Self.lowercasedWithoutAccents(scalar) : [scalar]
            let letters = normal.map { Letter(scalar: $0, start: start, end: end) }
            if Self.isIdeograph(scalar) || normal.count == 1 && Self.isPunctuation(normal[0]) {
                words += [letters, []]
            } else {
                words[words.count - 1] += letters
            }
        }
        return words.filter { !$0.isEmpty }
    }

    private func pieces(of word: [Letter]) -> [Piece] {
        let unknown = [Piece(id: vocabulary.unknown, start: word[0].start, end: word[word.count - 1].end)]
        guard word.count <= maximumWordLength else { return unknown }
        var pieces: [Piece] = []
        var start = 0
        while start < word.count {
            let candidates = (start + 1...word.count).reversed().lazy.compactMap { end -> Piece? in
                let spelling = String(String.UnicodeScalarView(word[start..<end].map(\.scalar)))
                return vocabulary.id(of: (start > 0 ? "##" : "") + spelling).map {
                    Piece(id: $0, start: Int32(start), end: Int32(end))
                }
            }
            guard let best = candidates.first else { return unknown }
            pieces.append(Piece(id: best.id, start: word[start].start, end: word[Int(best.end) - 1].end))
            start = Int(best.end)
        }
        return pieces
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        if "\t\n\r ".unicodeScalars.contains(scalar) { return true }
        return scalar.properties.isWhitespace && !isDropped(scalar)
    }

    private static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned: true
        default: scalar == "\u{FFFD}"
        }
    }

    private static func lowercasedWithoutAccents(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        func withoutAccents(_ text: String) -> String {
            let decomposed = text.decomposedStringWithCanonicalMapping.unicodeScalars
            return String(
                String.UnicodeScalarView(decomposed.filter { $0.properties.generalCategory != .nonspacingMark })
            )
        }
        let lowercased = withoutAccents(String(scalar)).unicodeScalars.map(\.properties.lowercaseMapping).joined()
        return Array(withoutAccents(lowercased).unicodeScalars)
    }

    private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
        let ranges: [ClosedRange<UInt32>] = [
            0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B820...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F,
        ]
        return ranges.contains { $0.contains(scalar.value) }
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        if "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".unicodeScalars.contains(scalar) { return true }
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return true
        default: return false
        }
    }
}
