/// Multi-head scaled dot-product attention within each packed sequence, with dropout on the probabilities.
///
/// Inputs: q, k, v, each [tokens, width], or one fused [tokens, 3·width] holding q | k | v; offsets int32
/// [sequences + 1]; if `dropout`: seed, step, examples int32 [sequences]. The residual is each row's log-sum-exp of
/// scores, [tokens, heads]; the backward pass recomputes the probabilities from it.
package struct Attention: Operation {
    package enum Mask: Hashable, Sendable {
        /// Every token attends to its whole sequence.
        case bidirectional
        /// A token attends to itself and the tokens to its left.
        case causal
    }

    package let heads: Int
    package let mask: Mask
    package let isFused: Bool
    package let dropout: Dropout?
    package let mnemonic = "attention"
    package let outputNames = ["output", "logSumExp"]

    /// Number of tensors that hold q, k and v.
    package var projections: Int { isFused ? 1 : 3 }

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        let tokens = inputs[0].shape[0]
        let width = inputs[0].shape[1].fixed / (isFused ? 3 : 1)
        precondition(width % heads == 0, "width \(width) is no multiple of \(heads) heads")
        precondition(isFused || (inputs[0] == inputs[1] && inputs[0] == inputs[2]), "q, k and v differ in shape")
        return [TensorType(.float32, [tokens, Dimension(width)]), TensorType(.float32, [tokens, Dimension(heads)])]
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let (output, logSumExp) = view(inputs).attended()
        return [output, logSumExp]
    }

    fileprivate func view(_ inputs: [Reference]) -> AttentionView {
        AttentionView(
            projections: Array(inputs[..<projections]),
            others: Array(inputs[projections...]),
            heads: heads,
            mask: mask,
            dropout: dropout
        )
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return node.inputs.map { _ in nil } }
        let gradient = graph.apply(
            AttentionGradient(forward: self),
            to: [arriving, node["output"], node["logSumExp"]] + node.inputs
        )
        return gradient.outputs.map { $0 } + node.inputs[projections...].map { _ in nil }
    }
}

/// Gradients of `Attention`'s q, k and v, fused or apart as its inputs are.
///
/// Inputs: gradient [tokens, width], the attention's output and logSumExp, then the attention's inputs.
package struct AttentionGradient: Operation {
    package let forward: Attention
    package let mnemonic = "attentionGradient"
    package var outputNames: [String] { forward.isFused ? ["qkv"] : ["q", "k", "v"] }

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { Array(inputs[3..<3 + forward.projections]) }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        forward.view(Array(inputs[3...])).gradients(of: inputs[0], logSumExp: inputs[2])
    }
}

extension Graph {
    /// Attention of each packed sequence to itself, from fused projections.
    ///
    /// - Parameters:
    ///   - fused: float32 [tokens, 3·width], each row q | k | v.
    ///   - sequences: the rows of each sequence; an evaluation graph's have no dropout.
    /// - Returns: float32 [tokens, width]; heads side by side.
    package mutating func attention(
        fused: Value,
        sequences: PackedSequences,
        heads: Int,
        mask: Attention.Mask = .bidirectional,
        dropoutRate: Float = 0
    ) -> Value {
        attention([fused], sequences, heads, mask, dropoutRate)
    }

    /// Attention of each packed sequence to itself, from separate projections, each float32 [tokens, width].
    package mutating func attention(
        q: Value,
        k: Value,
        v: Value,
        sequences: PackedSequences,
        heads: Int,
        mask: Attention.Mask = .bidirectional,
        dropoutRate: Float = 0
    ) -> Value {
        attention([q, k, v], sequences, heads, mask, dropoutRate)
    }

    private mutating func attention(
        _ projections: [Value],
        _ sequences: PackedSequences,
        _ heads: Int,
        _ mask: Attention.Mask,
        _ rate: Float
    ) -> Value {
        let dropout = rowDropout(rate, sequences.sequenceRows)?.dropout
        let operation = Attention(
            heads: heads,
            mask: mask,
            isFused: projections.count == 1,
            dropout: dropout
        )
        let random = dropout == nil ? [] : sequences.sequenceRows?.values ?? []
        return apply(operation, to: projections + [sequences.offsets] + random).outputs[0]
    }
}
