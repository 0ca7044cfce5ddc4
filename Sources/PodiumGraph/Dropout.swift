/// One dropout of a graph: which elements it drops is a function of logical coordinates alone.
///
/// The generator's key is (seed, step); its counter is (head · 2¹⁶ + block, position, example, site). Of the four words
/// of a counter each serves one element: element = 64·i + 16·word + j has block 16·i + j, so that a vector unit of up to
/// 16 lanes makes 64 neighbouring elements without moving data between lanes. An example's mask therefore does not depend on what else is in the batch, on how sequences are packed, on
/// the number of replicas or on the executor; and it is recomputed, never stored, in the backward pass.
package struct Dropout: Hashable, Sendable {
    /// Probability with which an element is dropped.
    package let rate: Float
    /// Tells one dropout of the graph from another.
    package let site: UInt32

    /// An element is dropped if its random word is below this.
    package var threshold: UInt32 { UInt32(Double(rate) * 4_294_967_296) }
    /// What survivors are multiplied by.
    package var scale: Float { 1 / (1 - rate) }

    /// Whether the element survives.
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
        let counter = SIMD4(head << 16 | block, position, example, site)
        return Philox.words(counter: counter, key: SIMD2(seed, step))[Int(element >> 4 & 3)] >= threshold
    }
}

/// Where a row's random numbers come from: int32 scalars `seed` and `step`, the row's example and its position in it.
package struct RandomRows: Sendable {
    package let seed: Value
    package let step: Value
    /// int32 [rows]: the logical number of the example that a row belongs to.
    package let examples: Value
    /// int32 [rows]: the row's position within its example; absent where an example has one row only (position 0).
    package let positions: Value?

    package init(seed: Value, step: Value, examples: Value, positions: Value?) {
        (self.seed, self.step, self.examples, self.positions) = (seed, step, examples, positions)
    }

    package var values: [Value] { [seed, step, examples] + (positions.map { [$0] } ?? []) }
}

/// A dropout as an operation carries it; its `RandomRows` are the operation's last inputs.
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
    /// The dropout to carry for a rate, or none: without random rows (an evaluation graph) or at rate 0.
    mutating func rowDropout(_ rate: Float, _ rows: RandomRows?) -> RowDropout? {
        precondition(rate >= 0 && rate < 1, "a dropout rate is in 0 ..< 1, not \(rate)")
        guard let rows, rate > 0 else { return nil }
        return RowDropout(dropout: Dropout(rate: rate, site: makeSite()), hasPositions: rows.positions != nil)
    }
}
