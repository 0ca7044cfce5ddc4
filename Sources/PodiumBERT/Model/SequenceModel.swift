package import PodiumGraph

/// An architecture: a network that maps packed tokens to hidden states.
///
/// Heads and objectives read the hidden states, so every architecture is pre-trained, fine-tuned and evaluated by the same
/// code (`SequenceModel+Graphs`). T is the number of packed tokens of a batch, H the hidden size.
package protocol SequenceModel: Sendable {
    var configuration: Configuration { get }

    /// The hidden states of a batch.
    ///
    /// - Parameters:
    ///   - tokens, types: int32 [T].
    ///   - packed: the rows of each sequence; a training graph's draw dropout.
    ///   - rows: the rows of the last layer that are needed. A model may compute others all the same.
    func states(
        tokens: Value,
        types: Value,
        packed: PackedSequences,
        rows: StateRows,
        in graph: inout Graph
    ) -> HiddenStates

    /// One vector a sequence, float32 [sequences, H], which classifiers read.
    func pooled(_ states: HiddenStates, packed: PackedSequences, in graph: inout Graph) -> Value

    /// The rows of the last layer that a head needs.
    func requiredRows(for head: Head) -> StateRows
}

/// Rows of a model's last layer.
package enum StateRows: Hashable, Sendable {
    case all
    /// Each sequence's first token's, `[CLS]`.
    case firstTokens
}

/// What a model computes of a batch, before any head.
package struct HiddenStates: Sendable {
    /// The output of the embeddings and of each layer, float32 [T, H]; the last is the model's, [sequences, H] if only first
    /// tokens were needed.
    package var layers: [Value]
    /// [T, H]: predicts a masked token at its own position.
    package var masked: Value
    /// [T, any width]: a token's row depends on it and the tokens to its left alone, and predicts the next token; nil if
    /// the model has no such state.
    package var forward: Value?
    /// The same in the other direction.
    package var backward: Value?

    package init(layers: [Value], masked: Value? = nil, forward: Value? = nil, backward: Value? = nil) {
        self.layers = layers
        self.masked = masked ?? layers[layers.count - 1]
        self.forward = forward
        self.backward = backward
    }

    /// The last layer's output.
    package var last: Value { layers[layers.count - 1] }
}

extension SequenceModel {
    package func requiredRows(for head: Head) -> StateRows { .all }
}

extension Configuration {
    /// The network of this architecture and size.
    package var model: any SequenceModel {
        switch architecture {
        case .bidirectional, .leftToRight: BERTEncoder(self)
        case .shallowBidirectional: LSTMEncoder(self)
        case .contextFree: ContextFreeEncoder(self)
        }
    }
}
