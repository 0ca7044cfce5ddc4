/// One pre-training sequence with masked tokens (paper, section 3.1).
package struct MaskedExample: Hashable, Sendable {
    /// `[CLS] A [SEP] B [SEP]`, or `[CLS] A [SEP]`, with masks; no padding.
    package var ids: [Int32]
    /// 0 for the first segment and its special tokens, 1 for the second.
    package var types: [Int32]
    /// Places of predicted tokens in the sequence, ascending.
    package var maskedPositions: [Int32]
    /// What stood there.
    package var maskedLabels: [Int32]
    /// 0 if B follows A in the text, 1 if it is from another document; nil without a second segment.
    package var nextLabel: Int32?

    package init(
        ids: [Int32],
        types: [Int32],
        maskedPositions: [Int32],
        maskedLabels: [Int32],
        nextLabel: Int32?
    ) {
        self.ids = ids
        self.types = types
        self.maskedPositions = maskedPositions
        self.maskedLabels = maskedLabels
        self.nextLabel = nextLabel
    }

    /// The sequence without masks.
    package var originalIDs: [Int32] {
        var ids = ids
        for (position, label) in zip(maskedPositions, maskedLabels) { ids[Int(position)] = label }
        return ids
    }
}
