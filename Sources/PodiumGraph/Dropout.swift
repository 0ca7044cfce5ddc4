/// One dropout layer of a graph.
///
/// Which elements it drops is a function of logical coordinates alone.
///
/// The Philox key is (seed, step); the counter is (head · 2¹⁶ + block, position, example, stream). Each of a counter's
/// four words serves one element: element = 64·i + 16·word + j has block 16·i + j, so that a vector unit of up to
/// 16 lanes computes 64 neighbouring elements without moving data between lanes. An example's mask therefore does not
/// depend on the rest of the batch, the packing of sequences, the number of replicas, or the executor. The backward
/// pass recomputes the mask; it is never stored.
package struct Dropout: Hashable, Sendable {
    /// Probability with which an element is dropped.
    package let rate: Float
    /// Number of the random stream; different for every dropout of the graph.
    package let stream: UInt32

    /// An element is dropped if its random word is below this.
    package var threshold: UInt32 { UInt32(Double(rate) * 4_294_967_296) }
    /// Multiplier of the elements that are kept.
    package var scale: Float { 1 / (1 - rate) }

    /// Whether the element is kept.
    ///
    /// - Parameters:
    ///   - position: of the row in its example; for attention, of the query.
    ///   - element: column of the row; for attention, position of the key.
    ///   - head: of an attention; 0 elsewhere.
    package func keeps(
        seed: UInt32,
        step: UInt32,
        example: UInt32,
        position: UInt32,
        element: UInt32,
        head: UInt32 = 0
    ) -> Bool {
        let block = (element >> 6) << 4 | element & 15
        let counter = SIMD4(head << 16 | block, position, example, stream)
        return Philox.words(counter: counter, key: SIMD2(seed, step))[Int(element >> 4 & 3)] >= threshold
    }
}

/// Random coordinates of rows: int32 scalars `seed` and `step`, each row's example, and its position in the example.
package struct RandomRows: Sendable {
    package let seed: Value
    package let step: Value
    /// int32 [rows]: the number of each row's example in the data set.
    package let examples: Value
    /// int32 [rows]: the row's position within its example; absent where an example has one row only (position 0).
    package let positions: Value?

    package init(seed: Value, step: Value, examples: Value, positions: Value?) {
        (self.seed, self.step, self.examples, self.positions) = (seed, step, examples, positions)
    }

    package var values: [Value] { [seed, step, examples] + (positions.map { [$0] } ?? []) }
}

/// A dropout as an attribute of an operation, whose last inputs are the dropout's `RandomRows`.
package struct RowDropout: Hashable, Sendable {
    package let dropout: Dropout
    package let hasPositions: Bool

    package var inputCount: Int { hasPositions ? 4 : 3 }

    /// Multiplier of each element of a [rows, width] tensor: 0 or the scale.
    func multipliers(_ inputs: ArraySlice<Reference>, rows: Int, width: Int) -> [Double] {
        let keys = Array(inputs)
        let (seed, step) = (keys[0].word(0), keys[1].word(0))
        return (0..<rows * width).map { index in
            let row = index / width
            let position = hasPositions ? keys[3].word(row) : 0
            let kept = dropout.keeps(
                seed: seed,
                step: step,
                example: keys[2].word(row),
                position: position,
                element: UInt32(index % width)
            )
            return kept ? 1 / (1 - Double(dropout.rate)) : 0
        }
    }
}

extension Graph {
    /// The dropout for a rate; nil without random rows (an evaluation graph) or at rate 0.
    mutating func rowDropout(_ rate: Float, _ rows: RandomRows?) -> RowDropout? {
        precondition(rate >= 0 && rate < 1, "a dropout rate is in 0 ..< 1, not \(rate)")
        guard let rows, rate > 0 else { return nil }
        return RowDropout(
            dropout: Dropout(rate: rate, stream: makeDropoutStream()),
            hasPositions: rows.positions != nil
        )
    }
}
