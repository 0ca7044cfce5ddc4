package import PodiumGraph

/// Embeddings alone: a token has the same vector in every sentence, as in word2vec and GloVe.
///
/// Pre-training predicts a masked token from the mean of its neighbours' vectors (CBOW: Mikolov 2013, section 3.1).
package struct ContextFreeEncoder: SequenceModel {
    package let configuration: Configuration

    /// How far away the neighbours are that predict a token, as word2vec's default.
    private static let radius = 5

    package init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    package func states(
        tokens: Value,
        types: Value,
        packed: PackedSequences,
        rows: StateRows = .all,
        in graph: inout Graph
    ) -> HiddenStates {
        let x = embeddings(tokens: tokens, positions: nil, types: nil, packed: packed, in: &graph)
        return HiddenStates(layers: [x], masked: graph.windowMean(x, radius: Self.radius, sequences: packed))
    }

    /// tanh(W·x + b), where x is the mean of the sequence's vectors.
    package func pooled(_ states: HiddenStates, packed: PackedSequences, in graph: inout Graph) -> Value {
        let mean = graph.sequenceMean(states.last, of: packed)
        return linear(mean, "pooler.dense", to: configuration.hiddenSize, activation: .tanh, in: &graph)
    }
}
