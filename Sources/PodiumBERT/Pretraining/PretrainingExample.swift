/// One sequence of two text segments with masked tokens (paper, section 3.1; `create_pretraining_data.py`).
package struct PretrainingExample: Hashable, Sendable {
    /// `[CLS] A [SEP] B [SEP]`, with masks.
    package var ids: [Int32]
    package var types: [Int32]
    /// Places of predicted tokens in the sequence, ascending.
    package var maskedPositions: [Int32]
    /// What stood there.
    package var maskedLabels: [Int32]
    /// 0 if B follows A in the text, 1 if it is from elsewhere.
    package var nextLabel: Int32

    /// The sequence without masks.
    package var originalIDs: [Int32] {
        var ids = ids
        for (position, label) in zip(maskedPositions, maskedLabels) { ids[Int(position)] = label }
        return ids
    }
}

/// How examples are made of a text; defaults are the release's.
package struct PretrainingOptions: Hashable, Sendable {
    /// Of a sequence, special tokens included.
    package var maximumLength = 128
    package var maskedProbability = 0.15
    package var maximumPredictions = 20
    /// Share of sequences that are short on purpose.
    package var shortProbability = 0.1
    /// How many differently masked versions of the text there are before they repeat.
    package var duplicateFactor = 10
    /// Whether half of the second segments are from another document; otherwise a sequence is one stretch of text.
    package var drawsNextSentences = true

    package init() {}
}
