import PodiumGraph

/// Random coordinates of attention probabilities.
struct AttentionCoordinates {
    /// ui32 scalars.
    let key: (Tensor, Tensor)
    /// ui32 [rows, 1, width, 1].
    let examples: Tensor
    /// ui32 [rows, width]: positions in the sequence, of queries and of keys.
    let positions: Tensor
    let heads: Int
    /// Whether sequences begin at columns that are multiples of 64.
    let isAligned: Bool
}

extension Dropout {
    /// Which probabilities are kept, i1 [rows, heads, width, width]; arbitrary where query and key are of two sequences.
    func keeps(_ at: AttentionCoordinates, _ options: LoweringOptions) -> Tensor {
        guard at.isAligned, at.positions.shape[1] % 64 == 0 else { return keepsOneByOne(at) }
        return packedMask(at).unpacked(byProducts: options.movesColumnsByProducts)
    }

    /// The head's part of a counter's first word, ui32 [1, heads, 1, 1].
    private func heads(_ at: AttentionCoordinates) -> Tensor {
        at.positions.writer.iota(.ui32, [1, at.heads, 1, 1], along: 1) << 16
    }

    /// Draws four words for every probability and uses one.
    private func keepsOneByOne(_ at: AttentionCoordinates) -> Tensor {
        let (rows, width) = (at.positions.shape[0], at.positions.shape[1])
        let keys = at.positions.reshape([rows, 1, 1, width])
        let blocks = ((keys >> 6) << 4) | (keys & 15)
        let queries = at.positions.reshape([rows, 1, width, 1])
        let counter = PhiloxCounter(
            words: (heads(at) | blocks, queries, at.examples, at.positions.writer.constant(stream))
        )
        let words = counter.drawn(key: at.key)
        let lane = (keys >> 4) & 3
        let word = lane.compare(.less, 2).select(
            lane.compare(.equal, 0).select(words.0, words.1),
            lane.compare(.equal, 2).select(words.2, words.3)
        )
        return word.compare(.greaterOrEqual, Int(threshold))
    }

    /// Draws a counter for four probabilities and uses all four words; sequences must begin at multiples of 64.
    private func packedMask(_ at: AttentionCoordinates) -> PackedMask {
        let writer = at.positions.writer
        let (rows, width) = (at.positions.shape[0], at.positions.shape[1])
        let columns = writer.iota(.ui32, [1, width], along: 1)
        let starts = ((columns - at.positions) >> 6).reshape([rows, 1, width, 1])
        let blocks = writer.iota(.ui32, [1, 1, 1, width / 4], along: 3) - (starts << 4)
        let queries = at.positions.reshape([rows, 1, width, 1])
        let first = heads(at) | (blocks & 0xFFFF)
        let counter = PhiloxCounter(words: (first, queries, at.examples, writer.constant(stream)))
        let words = counter.drawn(key: at.key)
        let kept = [words.0, words.1, words.2, words.3].map { $0.compare(.greaterOrEqual, Int(threshold)) }
        return PackedMask(kept)
    }
}
