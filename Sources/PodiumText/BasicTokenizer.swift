/// The basic tokenizer alone, without WordPiece: words and punctuation marks, lower-cased without accents where
/// the model is.
package struct BasicTokenizer: Sendable {
    private var rules: ScalarRules

    package init(_ normalization: TextNormalization) {
        rules = ScalarRules(normalization)
    }

    /// A text's tokens, joined by one space each.
    package mutating func joinedTokens(of text: String) -> String {
        var result: [UInt8] = []
        var endsToken = false
        for scalar in text.unicodeScalars {
            let code = rules.code(scalar.value)
            if code == ScalarRules.drop { continue }
            if code == ScalarRules.space {
                endsToken = true
                continue
            }
            let isAlone = ScalarRules.isAlone(code)
            if endsToken || isAlone, !result.isEmpty { result.append(UInt8(ascii: " ")) }
            _ = rules.append(code, to: &result)
            endsToken = isAlone
        }
        return String(decoding: result, as: UTF8.self)
    }
}
