/// How often each basic word occurs in a text: what a vocabulary is learned from.
package struct WordCounts: Sendable {
    /// Normalised words as the tokenizer sees them, with their counts; ordered by bytes.
    package var sorted: [(word: [UInt8], count: Int)] {
        counts.map { (word: $0.key, count: $0.value) }.sorted { $0.word.lexicographicallyPrecedes($1.word) }
    }

    private var counts: [[UInt8]: Int] = [:]
    private var rules: ScalarRules

    package init(lowercases: Bool) {
        rules = ScalarRules(lowercases: lowercases)
    }

    /// Counts a text's words, split as `BasicTokenizer` splits them.
    package mutating func add(_ text: String) {
        var word: [UInt8] = []
        func flush(_ counts: inout [[UInt8]: Int]) {
            guard !word.isEmpty else { return }
            counts[word, default: 0] += 1
            word.removeAll(keepingCapacity: true)
        }
        for scalar in text.unicodeScalars {
            let code = rules.code(scalar.value)
            if code == ScalarRules.drop { continue }
            if code == ScalarRules.space {
                flush(&counts)
            } else if ScalarRules.isAlone(code) {
                flush(&counts)
                _ = rules.append(code, to: &word)
                flush(&counts)
            } else {
                _ = rules.append(code, to: &word)
            }
        }
        flush(&counts)
    }
}
