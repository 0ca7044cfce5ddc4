/// How the states of a fresh model's tokens come to depend on their neighbours.
package enum Architecture: String, Codable, Hashable, Sendable, CaseIterable {
    /// Every token attends to its whole sequence: BERT.
    case bidirectional
    /// A token attends to itself and those to its left, as GPT.
    case leftToRight = "left-to-right"
    /// A stack of LSTMs in each direction, side by side, as ELMo.
    case shallowBidirectional = "shallow-bidirectional"
    /// Embeddings alone, as word2vec and GloVe.
    case contextFree = "context-free"
}
