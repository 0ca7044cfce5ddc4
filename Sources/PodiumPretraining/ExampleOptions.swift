/// How examples are made of a text; defaults are the release's (`create_pretraining_data.py`).
package struct ExampleOptions: Hashable, Sendable, Codable {
    /// Tokens of a sequence at most, special tokens included.
    package var maximumLength = 128
    /// Share of a sequence's tokens that are predicted.
    package var maskedProbability = 0.15
    /// Predicted tokens of a sequence at most.
    package var maximumPredictions = 20
    /// Share of sequences that are short on purpose.
    package var shortProbability = 0.1
    /// How many differently drawn versions of the text there are.
    package var duplicates = 10
    /// Whether all pieces of a word are masked together.
    package var wholeWords = false
    /// Whether sequences are two segments of which one may follow the other; else they are one segment.
    package var nextSentence = true
    package var seed: UInt64 = 12345
    /// Every so many documents one is held out: its examples are shards of their own; nil holds none out.
    package var heldOutEvery: Int?

    package init() {}

    /// Special tokens of a sequence.
    var specials: Int { nextSentence ? 3 : 2 }

    /// The distance of held-out documents for a share of them; nil for none.
    package static func heldOutEvery(share: Double) -> Int? {
        share > 0 ? max(2, Int((1 / share).rounded())) : nil
    }

    func check() throws(PretrainingDataError) {
        func require(_ condition: Bool, _ what: String) throws(PretrainingDataError) {
            guard condition else { throw PretrainingDataError(.option, what) }
        }
        try require((5...65_536).contains(maximumLength), "a sequence needs from 5 to 65536 places")
        try require(maskedProbability > 0 && maskedProbability < 1, "the masked share must lie between 0 and 1")
        try require(maximumPredictions >= 1, "at least one token of a sequence must be predicted")
        try require((0...1).contains(shortProbability), "the share of short sequences must lie from 0 to 1")
        try require(heldOutEvery ?? 2 >= 2, "one of at least two documents can be held out")
        try require((1...10_000).contains(duplicates), "there must be from 1 to 10000 versions of the text")
    }
}
