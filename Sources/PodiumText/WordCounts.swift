/// How often each basic word occurs in a text: what a vocabulary is learned from.
package struct WordCounts: Sendable {
    /// Normalised words as the tokenizer sees them, with their counts; ordered by bytes.
    package var sorted: [(word: [UInt8], count: Int)] {
        counts.map { (word: $0.key, count: $0.value) }.sorted { $0.word.lexicographicallyPrecedes($1.word) }
    }

    /// Words that were too long for the tokenizer to give them pieces: no vocabulary can help those.
    package private(set) var tooLong = 0
    private var counts: [[UInt8]: Int] = [:]
    private var rules: ScalarRules
    private let maximumWordLength: Int

    package init(lowercases: Bool, maximumWordLength: Int = Tokenizer.defaultMaximumWordLength) {
        rules = ScalarRules(TextNormalization(lowercases: lowercases))
        self.maximumWordLength = maximumWordLength
    }

    /// Counts a text's words, split as `BasicTokenizer` splits them.
    package mutating func add(_ text: String) {
        var word: [UInt8] = []
        var length = 0
        func flush(_ counts: inout [[UInt8]: Int], _ tooLong: inout Int) {
            guard length > 0 else { return }
            if length <= maximumWordLength { counts[word, default: 0] += 1 } else { tooLong += 1 }
            word.removeAll(keepingCapacity: true)
            length = 0
        }
        for scalar in text.unicodeScalars {
            let code = rules.code(scalar.value)
            if code == ScalarRules.drop { continue }
            if code == ScalarRules.space {
                flush(&counts, &tooLong)
            } else if ScalarRules.isAlone(code) {
                flush(&counts, &tooLong)
                length = rules.append(code, to: &word)
                flush(&counts, &tooLong)
            } else if length <= maximumWordLength {
                length += rules.append(code, to: &word)
            }
        }
        flush(&counts, &tooLong)
    }
}
