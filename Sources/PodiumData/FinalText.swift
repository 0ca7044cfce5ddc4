internal import PodiumText

/// An answer as the passage writes it, from its tokens (`get_final_text` of `run_squad.py`).
///
/// Tokens lack case, accents and spaces; words carry punctuation that is no part of the answer. The answer is
/// looked for in the words' own tokens, and what was found is taken out of the words by counting characters
/// other than spaces. Where that fails the words are the answer, as in the release.
struct FinalText {
    private var basic: BasicTokenizer
    private var tokensOfWords: [String: [Unicode.Scalar]] = [:]

    init(_ normalization: TextNormalization) {
        basic = BasicTokenizer(normalization)
    }

    /// - Parameters:
    ///   - tokens: the answer's tokens, pieces of a word put together again, joined by one space.
    ///   - words: the passage's words that they come from, joined by one space.
    mutating func text(tokens: String, words: String) -> String {
        let wanted = Array(tokens.unicodeScalars)
        let there = tokensOfWords[words] ?? Array(basic.joinedTokens(of: words).unicodeScalars)
        tokensOfWords[words] = there
        guard !wanted.isEmpty, let start = Self.find(wanted, in: there) else { return words }
        let original = Array(words.unicodeScalars)
        let places = original.indices.filter { original[$0] != " " }
        guard places.count == there.count(where: { $0 != " " }), there[start] != " " else { return words }
        let end = start + wanted.count - 1
        guard there[end] != " " else { return words }
        let first = there[..<start].count { $0 != " " }
        let last = there[..<end].count { $0 != " " }
        return String(String.UnicodeScalarView(original[places[first]...places[last]]))
    }

    /// Where a part first stands in a text.
    private static func find(_ part: [Unicode.Scalar], in text: [Unicode.Scalar]) -> Int? {
        guard part.count <= text.count else { return nil }
        return (0...(text.count - part.count)).first { start in
            text[start] == part[0] && text[start..<(start + part.count)].elementsEqual(part)
        }
    }
}
