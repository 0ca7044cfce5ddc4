package import PodiumText

/// `[CLS] first [SEP] second [SEP]` as ids, ready for an encoder.
package struct EncodedSequence: Hashable, Sendable {
    package var ids: [Int32]
    /// 0 up to and with the first `[SEP]`, 1 after it.
    package var types: [Int32]
    /// Pieces of the texts that did not fit.
    package private(set) var cutPieces = 0

    package init(ids: [Int32], types: [Int32]) {
        precondition(ids.count == types.count)
        self.ids = ids
        self.types = types
    }

    /// Joins one or two texts, cut to `maximumLength` ids in all.
    ///
    /// The longer text gives up its last piece until both fit; of two equally
    /// long ones the second (`_truncate_seq_pair` of the release, `longest_first`
    /// of transformers).
    package init(_ example: LabelledText, tokenizer: Tokenizer, maximumLength: Int) {
        var first = tokenizer.ids(of: example.first)
        var second = example.second.map { tokenizer.ids(of: $0) }
        let room = max(0, maximumLength - (second == nil ? 2 : 3))
        var surplus = first.count + (second?.count ?? 0) - room
        let cut = max(0, surplus)
        while surplus > 0 {
            if let count = second?.count, first.count <= count {
                second?.removeLast()
            } else {
                first.removeLast()
            }
            surplus -= 1
        }
        self.init(first: first, second: second, vocabulary: tokenizer.vocabulary)
        cutPieces = cut
    }

    package init(first: [Int32], second: [Int32]?, vocabulary: Vocabulary) {
        ids = [vocabulary.classification] + first + [vocabulary.separator]
        types = Array(repeating: 0, count: ids.count)
        if let second {
            ids += second + [vocabulary.separator]
            types += Array(repeating: 1, count: second.count + 1)
        }
    }
}
