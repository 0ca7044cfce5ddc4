package import PodiumGraph

/// The encoder of BERT, the forward pass on a page (paper, section 3; Vaswani 2017, section 3.1).
///
/// Weights are [out, in] and have transformers' names; query, key and value of a layer are one weight [3H, H]
/// (`ParameterNames`). With a causal mask it is a left-to-right transformer, as GPT.
package struct BERTEncoder: SequenceModel {
    package let configuration: Configuration

    package init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    private var isCausal: Bool { configuration.architecture == .leftToRight }

    /// Token, position and segment embeddings, then every layer.
    package func states(
        tokens: Value,
        types: Value,
        packed: PackedSequences,
        rows: StateRows = .all,
        in graph: inout Graph
    ) -> HiddenStates {
        let c = configuration
        var x = embeddings(tokens: tokens, positions: packed.positions, types: types, packed: packed, in: &graph)
        var layers = [x]
        for number in 0..<c.layers {
            let rows = number == c.layers - 1 ? rows : .all
            x = graph.recomputed { layer(number, x, packed: packed, rows: rows, in: &$0) }
            layers.append(x)
        }
        return HiddenStates(layers: layers, forward: isCausal ? x : nil)
    }

    package func requiredRows(for head: Head) -> StateRows {
        switch head {
        case .classification, .regression: isCausal ? .all : .firstTokens
        case .span, .pretraining: .all
        }
    }

    /// One layer of the encoder, [T, H] to [T, H].
    ///
    /// - Parameter rows: what it yields. All tokens are attended to, and all else is row by row: for first tokens alone
    ///   ([sequences, H]) no other row is computed; dropout is what they would have among all.
    private func layer(
        _ number: Int,
        _ input: Value,
        packed: PackedSequences,
        rows: StateRows,
        in graph: inout Graph
    ) -> Value {
        let c = configuration
        let name = "encoder.layer.\(number)"
        let projections = "\(name).attention.self.qkv"
        let context: Value
        switch rows {
        case .all:
            context = graph.attention(
                fused: linear(input, projections, to: 3 * c.hiddenSize, in: &graph),
                sequences: packed,
                heads: c.heads,
                mask: isCausal ? .causal : .bidirectional,
                dropoutRate: Float(c.attentionDropout)
            )
        case .firstTokens:
            precondition(!isCausal, "left to right, a first token sees itself alone")
            context = graph.classAttention(
                input,
                weight: graph.parameter("\(projections).weight", [3 * c.hiddenSize, c.hiddenSize]),
                bias: graph.parameter("\(projections).bias", [3 * c.hiddenSize]),
                sequences: packed,
                heads: c.heads,
                dropoutRate: Float(c.attentionDropout)
            )
        }
        let attended = linear(context, "\(name).attention.output.dense", to: c.hiddenSize, in: &graph)
        let (residual, random) =
            rows == .all ? (input, packed.tokenRows) : (graph.firstTokens(input, of: packed), packed.sequenceRows)
        let x = addDropoutNorm(attended, residual: residual, "\(name).attention.output", random, in: &graph)
        let inner = linear(
            x,
            "\(name).intermediate.dense",
            to: c.intermediateSize,
            activation: c.activation.operation,
            in: &graph
        )
        let outer = linear(inner, "\(name).output.dense", to: c.hiddenSize, in: &graph)
        return addDropoutNorm(outer, residual: x, "\(name).output", random, in: &graph)
    }

    /// tanh(W·x + b), where x is the first token's row, or with a causal mask the last token's, the only one that depends on
    /// the whole sequence (Radford 2018, section 3.2).
    package func pooled(_ states: HiddenStates, packed: PackedSequences, in graph: inout Graph) -> Value {
        var x = states.last
        if x.shape[0] == packed.tokens {
            x = isCausal ? graph.lastTokens(x, of: packed) : graph.firstTokens(x, of: packed)
        }
        return linear(x, "pooler.dense", to: configuration.hiddenSize, activation: .tanh, in: &graph)
    }
}
