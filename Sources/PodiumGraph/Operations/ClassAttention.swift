/// Attention in which each sequence's first token, `[CLS]`, is the only query, without materialized keys and values.
///
/// A score is q · (W_k x) = (W_kᵀ q) · x. With one query a sequence it is cheaper to multiply the query by W_k once than
/// every row; likewise W_v multiplies one weighted sum of rows instead of every row ("weight absorption"). The keys'
/// bias adds the same number to all scores of a query, so it changes nothing and its gradient is 0.
///
/// Inputs: x [tokens, width]; weight [3·width, width] and bias [3·width] of the fused projections q | k | v; offsets int32
/// [sequences + 1]; if `dropout`: seed, step, examples int32 [sequences]. Outputs: [sequences, width], and as residuals
/// logSumExp [sequences, heads] of scores, queries [sequences, width], per head the scaled W_kᵀ q
/// (`keys`) and the weighted sum of rows (`values`), each [sequences, heads · width], and the
/// sum of probabilities after dropout (`masses`), [sequences, heads].
package struct ClassAttention: Operation {
    package let heads: Int
    package let dropout: Dropout?
    package let mnemonic = "classAttention"
    package let outputNames = ["output", "logSumExp", "queries", "keys", "values", "masses"]

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] {
        let width = inputs[0].shape[1].fixed
        precondition(width % heads == 0, "width \(width) is no multiple of \(heads) heads")
        precondition(
            inputs[1].shape.map(\.fixed) == [3 * width, width] && inputs[2].shape.map(\.fixed) == [3 * width],
            "\(inputs[1]) and \(inputs[2]) are no projections of \(inputs[0])"
        )
        let sequences = inputs[3].shape[0] + -1
        return [width, heads, width, heads * width, heads * width, heads].map {
            TensorType(.float32, [sequences, Dimension($0)])
        }
    }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let view = view(inputs)
        let (output, logSumExp) = view.attended()
        let (x, weight, width) = (inputs[0], inputs[1], view.width)
        var queries = Reference(zeros: [view.sequences, width])
        var keys = Reference(zeros: [view.sequences, heads * width])
        var values = keys
        var masses = Reference(zeros: [view.sequences, heads])
        view.forEachRow { row in
            for part in 0..<view.headWidth {
                queries[row.number, row.head * view.headWidth + part] = view.q(row, part)
                for column in 0..<width {
                    keys[row.number, row.head * width + column] +=
                        view.scale * view.q(row, part) * weight[width + row.head * view.headWidth + part, column]
                }
            }
            for (key, weight) in view.weights(row, logSumExp: logSumExp).enumerated() {
                masses[row.number, row.head] += weight
                for column in 0..<width {
                    values[row.number, row.head * width + column] += weight * x[row.start + key, column]
                }
            }
        }
        return [output, logSumExp, queries, keys, values, masses]
    }

    /// The same attention with every key and value materialized.
    fileprivate func view(_ inputs: [Reference]) -> AttentionView {
        let linear = Linear(activation: .identity, hasBias: true)
        return AttentionView(
            projections: linear.evaluate(Array(inputs[..<3])),
            others: Array(inputs[3...]),
            heads: heads,
            mask: .bidirectional,
            dropout: dropout,
            queriesFirstTokensOnly: true
        )
    }

    package func gradients(of node: Node, from outputs: [Value?], in graph: inout Graph) -> [Value?] {
        guard let arriving = outputs[0] else { return node.inputs.map { _ in nil } }
        let gradient = graph.apply(
            ClassAttentionGradient(forward: self),
            to: [arriving] + node.outputs + node.inputs
        )
        return gradient.outputs.map { $0 } + node.inputs[3...].map { _ in nil }
    }
}

/// Gradients of `ClassAttention`'s x, weight and bias.
///
/// Inputs: gradient [sequences, width], the attention's outputs, then its inputs.
package struct ClassAttentionGradient: Operation {
    package let forward: ClassAttention
    package let mnemonic = "classAttentionGradient"
    package let outputNames = ["x", "weight", "bias"]

    /// Index of the attention's first input.
    package var firstInput: Int { 1 + forward.outputNames.count }

    package func outputTypes(_ inputs: [TensorType]) -> [TensorType] { Array(inputs[firstInput..<firstInput + 3]) }

    package func evaluate(_ inputs: [Reference]) -> [Reference] {
        let own = Array(inputs[firstInput...])
        let projections = forward.view(own).gradients(of: inputs[0], logSumExp: inputs[2])[0]
        var bias = Reference(zeros: own[2].shape)
        for (index, value) in projections.values.enumerated() { bias.values[index % projections.columns] += value }
        return [
            Matmul.multiply(projections, own[1], .plain), Matmul.multiply(projections, own[0], .firstTransposed),
            bias,
        ]
    }
}

extension Graph {
    /// Attention of each sequence's first token to the whole of its packed sequence.
    ///
    /// - Parameters:
    ///   - x: float32 [tokens, width].
    ///   - weight: float32 [3·width, width], the projections q | k | v.
    ///   - bias: float32 [3·width].
    ///   - sequences: the rows of each sequence; an evaluation graph's have no dropout.
    /// - Returns: float32 [sequences, width], equal to the first tokens' rows of `attention`.
    package mutating func classAttention(
        _ x: Value,
        weight: Value,
        bias: Value,
        sequences: PackedSequences,
        heads: Int,
        dropoutRate: Float = 0
    ) -> Value {
        let dropout = rowDropout(dropoutRate, sequences.sequenceRows)?.dropout
        let random = dropout == nil ? [] : sequences.sequenceRows?.values ?? []
        let operation = ClassAttention(heads: heads, dropout: dropout)
        return apply(operation, to: [x, weight, bias, sequences.offsets] + random).outputs[0]
    }
}
