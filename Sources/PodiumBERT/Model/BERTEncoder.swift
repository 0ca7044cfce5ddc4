package import PodiumGraph

/// The encoder of BERT, the forward pass on a page (paper, section 3; Vaswani 2017, section 3.1).
///
/// T is the number of packed tokens of a batch, H the hidden size. Weights are
/// [out, in] and named as transformers names them; query, key and value of a
/// layer are one weight [3H, H] (`ParameterNames`).
package struct BERTEncoder: Sendable {
    package let configuration: Configuration

    package init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// The rows of a layer's output that are wanted.
    package enum Rows: Hashable, Sendable {
        case all
        /// Each sequence's first token's, `[CLS]`.
        case firstTokens
    }

    /// Token, position and segment embeddings, then every layer.
    ///
    /// - Parameters:
    ///   - tokens, types: int32 [T].
    ///   - packed: which tokens belong together; of a training graph, dropout is drawn.
    ///   - rows: the rows of the last layer that a head reads; it is not computed for others.
    /// - Returns: the embeddings' and each layer's output, float32 [T, H]; the last is the encoder's, [sequences, H] if
    ///   only first tokens are read.
    package func states(
        tokens: Value,
        types: Value,
        packed: PackedSequences,
        rows: Rows = .all,
        in graph: inout Graph
    ) -> [Value] {
        let c = configuration
        let epsilon = Float(c.layerNormEpsilon)
        let dropout = Float(c.hiddenDropout)
        var x = graph.embed(
            tokens: tokens,
            positions: packed.positions,
            types: types,
            wordTable: wordEmbeddings(in: &graph),
            positionTable: graph.parameter(
                "embeddings.position_embeddings.weight",
                [c.maximumPositions, c.hiddenSize]
            ),
            typeTable: graph.parameter(
                "embeddings.token_type_embeddings.weight",
                [c.typeVocabularySize, c.hiddenSize]
            ),
            gamma: graph.parameter("embeddings.LayerNorm.weight", [c.hiddenSize]),
            beta: graph.parameter("embeddings.LayerNorm.bias", [c.hiddenSize]),
            epsilon: epsilon,
            dropoutRate: dropout,
            rows: packed.tokenRows
        )
        var states = [x]
        for number in 0..<c.layers {
            let rows = number == c.layers - 1 ? rows : .all
            x = graph.recomputed { layer(number, x, packed: packed, rows: rows, in: &$0) }
            states.append(x)
        }
        return states
    }

    /// One layer of the encoder, [T, H] to [T, H].
    ///
    /// - Parameter rows: what it yields. All tokens are attended to, and all else is row by row: for first tokens alone
    ///   ([sequences, H]) no other row is computed; dropout is what they would have among all.
    private func layer(
        _ number: Int,
        _ input: Value,
        packed: PackedSequences,
        rows: Rows,
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
                mask: c.direction == .leftToRight ? .causal : .bidirectional,
                dropoutRate: Float(c.attentionDropout)
            )
        case .firstTokens:
            precondition(c.direction == .bidirectional, "left to right, a first token sees itself alone")
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
        let outer = linear(inner, "\(name).output.dense", from: c.intermediateSize, to: c.hiddenSize, in: &graph)
        return addDropoutNorm(outer, residual: x, "\(name).output", random, in: &graph)
    }

    private func addDropoutNorm(
        _ x: Value,
        residual: Value,
        _ name: String,
        _ random: RandomRows?,
        in graph: inout Graph
    ) -> Value {
        graph.addDropoutNorm(
            x,
            residual: residual,
            gamma: graph.parameter("\(name).LayerNorm.weight", [configuration.hiddenSize]),
            beta: graph.parameter("\(name).LayerNorm.bias", [configuration.hiddenSize]),
            epsilon: Float(configuration.layerNormEpsilon),
            dropoutRate: Float(configuration.hiddenDropout),
            rows: random
        )
    }

    /// tanh(W·x + b), x the first token's row, or left to right the last's, which alone has seen the sequence (Radford
    /// 2018, section 3.2): float32 [sequences, H].
    ///
    /// - Parameter states: the encoder's, [T, H], or of first tokens only, [sequences, H].
    func pooled(_ states: [Value], packed: PackedSequences, in graph: inout Graph) -> Value {
        var x = states[states.count - 1]
        if x.shape[0] == packed.tokens {
            x =
                switch configuration.direction {
                case .bidirectional: graph.firstTokens(x, of: packed)
                case .leftToRight: graph.lastTokens(x, of: packed)
                }
        }
        return linear(x, "pooler.dense", to: configuration.hiddenSize, activation: .tanh, in: &graph)
    }

    /// The table that embeds tokens and, tied, decodes them: float32 [vocabulary, H].
    func wordEmbeddings(in graph: inout Graph) -> Value {
        graph.parameter("embeddings.word_embeddings.weight", [configuration.vocabularySize, configuration.hiddenSize])
    }

    /// A dense layer with the parameters `name.weight` and `name.bias`.
    func linear(
        _ x: Value,
        _ name: String,
        from width: Int? = nil,
        to outputs: Int,
        activation: PodiumGraph.Activation = .identity,
        in graph: inout Graph
    ) -> Value {
        graph.linear(
            x,
            weight: graph.parameter("\(name).weight", [outputs, width ?? configuration.hiddenSize]),
            bias: graph.parameter("\(name).bias", [outputs]),
            activation: activation
        )
    }
}

extension Configuration.Activation {
    var operation: PodiumGraph.Activation {
        switch self {
        case .gelu: .gelu
        case .geluTanh: .geluTanh
        }
    }
}
