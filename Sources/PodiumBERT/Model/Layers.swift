import PodiumGraph

/// Layers with parameters, which all architectures and heads are built of.
extension SequenceModel {
    /// The table that embeds tokens and, tied, decodes them: float32 [vocabulary, H].
    func wordEmbeddings(in graph: inout Graph) -> Value {
        graph.parameter("embeddings.word_embeddings.weight", [configuration.vocabularySize, configuration.hiddenSize])
    }

    /// Embeddings of tokens, and of positions and types where given; then layer norm and dropout.
    ///
    /// - Returns: float32 [T, H].
    func embeddings(
        tokens: Value,
        positions: Value?,
        types: Value?,
        packed: PackedSequences,
        in graph: inout Graph
    ) -> Value {
        let c = configuration
        var embeddings = [(table: wordEmbeddings(in: &graph), rows: tokens)]
        if let positions {
            let name = "embeddings.position_embeddings.weight"
            embeddings.append((graph.parameter(name, [c.maximumPositions, c.hiddenSize]), positions))
        }
        if let types {
            let name = "embeddings.token_type_embeddings.weight"
            embeddings.append((graph.parameter(name, [c.typeVocabularySize, c.hiddenSize]), types))
        }
        return graph.embed(
            embeddings,
            gamma: graph.parameter("embeddings.LayerNorm.weight", [c.hiddenSize]),
            beta: graph.parameter("embeddings.LayerNorm.bias", [c.hiddenSize]),
            epsilon: Float(c.layerNormEpsilon),
            dropoutRate: Float(c.hiddenDropout),
            rows: packed.tokenRows
        )
    }

    /// A dense layer with the parameters `name.weight` and `name.bias`.
    func linear(
        _ x: Value,
        _ name: String,
        to outputs: Int,
        activation: PodiumGraph.Activation = .identity,
        in graph: inout Graph
    ) -> Value {
        graph.linear(
            x,
            weight: graph.parameter("\(name).weight", [outputs, x.width]),
            bias: graph.parameter("\(name).bias", [outputs]),
            activation: activation
        )
    }

    /// Layer norm of residual + dropout(x), with the parameters `name.LayerNorm.weight` and `name.LayerNorm.bias`.
    func addDropoutNorm(
        _ x: Value,
        residual: Value?,
        _ name: String,
        _ random: RandomRows?,
        in graph: inout Graph
    ) -> Value {
        graph.addDropoutNorm(
            x,
            residual: residual,
            gamma: graph.parameter("\(name).LayerNorm.weight", [x.width]),
            beta: graph.parameter("\(name).LayerNorm.bias", [x.width]),
            epsilon: Float(configuration.layerNormEpsilon),
            dropoutRate: random == nil ? 0 : Float(configuration.hiddenDropout),
            rows: random
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
