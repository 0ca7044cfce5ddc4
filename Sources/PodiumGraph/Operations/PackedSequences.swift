/// Sequences stored back to back, without padding between them.
///
/// Sequence *b* is rows `offsets[b] ..< offsets[b + 1]` of every per-token tensor. In a training graph each sequence
/// also has its example's number in the data set, which keys its dropout masks.
package struct PackedSequences: Sendable {
    /// Packed tokens of the batch.
    package let tokens: Dimension
    package let sequences: Dimension
    /// int32 [sequences + 1], from 0 up to the number of tokens.
    package let offsets: Value
    /// int32 [tokens]: each token's position within its sequence.
    package let positions: Value
    /// Random coordinates of per-token rows; none in an evaluation graph.
    package let tokenRows: RandomRows?
    /// Random coordinates of per-sequence rows; none in an evaluation graph.
    package let sequenceRows: RandomRows?
}

extension Graph {
    /// Declares the inputs `offsets` (int32 [sequences + 1]) and, for training, `examples` (int32 [sequences]), `seed`
    /// and `step` (int32 scalars).
    ///
    /// An evaluation graph has no random rows, so the same model function builds both kinds of graph.
    package mutating func packedSequences(training: Bool) -> PackedSequences {
        let tokens = Dimension.symbol("tokens")
        let sequences = Dimension.symbol("sequences")
        let offsets = input("offsets", .int32, [sequences + 1])
        guard training else {
            let positions = apply(TokenCoordinates(tokens: tokens, hasExamples: false), to: [offsets])["positions"]
            return PackedSequences(
                tokens: tokens,
                sequences: sequences,
                offsets: offsets,
                positions: positions,
                tokenRows: nil,
                sequenceRows: nil
            )
        }
        let examples = input("examples", .int32, [sequences])
        let seed = input("seed", .int32, [])
        let step = input("step", .int32, [])
        let node = apply(TokenCoordinates(tokens: tokens, hasExamples: true), to: [offsets, examples])
        let rows = RandomRows(seed: seed, step: step, examples: node["examples"], positions: node["positions"])
        return PackedSequences(
            tokens: tokens,
            sequences: sequences,
            offsets: offsets,
            positions: node["positions"],
            tokenRows: rows,
            sequenceRows: RandomRows(seed: seed, step: step, examples: examples, positions: nil)
        )
    }
}

/// Each token's position in its sequence and, if given, its sequence's example number.
///
/// Inputs: offsets int32 [sequences + 1]; examples int32 [sequences] if `hasExamples`.
package struct TokenCoordinates: Operation {
    package let tokens: Dimension
    package let hasExamples: Bool
    package let mnemonic = "tokenCoordinates"
    package var outputNames: [String] { hasExamples ? ["positions", "examples"] : ["positions"] }

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        outputNames.map { _ in TensorType(.int32, [tokens]) }
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        var positions: [Double] = []
        var examples: [Double] = []
        for sequence in 0..<inputs[0].values.count - 1 {
            let length = inputs[0].integer(sequence + 1) - inputs[0].integer(sequence)
            positions += (0..<length).map(Double.init)
            if hasExamples { examples += Array(repeating: inputs[1].values[sequence], count: length) }
        }
        let shape = [positions.count]
        return [Reference(positions, shape: shape)] + (hasExamples ? [Reference(examples, shape: shape)] : [])
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        node.inputs.map { _ in nil }
    }
}
