/// What becomes of the states of a text's tokens.
package enum Pooling: String, Codable, Hashable, Sendable, CaseIterable {
    /// A vector for every token, `[CLS]` and `[SEP]` too.
    case none
    /// That of the first token, `[CLS]`.
    case cls
    /// The mean over all tokens, as sentence-transformers has it.
    case mean
    /// For every word the mean over its pieces.
    case word
}

/// How the chosen layers make one vector.
package enum LayerCombination: String, Codable, Hashable, Sendable, CaseIterable {
    /// They do not: a vector for each layer, as `extract_features.py` writes them. JSON lines only.
    case separate
    case sum
    /// Side by side, in the order given.
    case concat
}

package enum VectorFormat: String, Codable, Hashable, Sendable, CaseIterable {
    /// A JSON object a text, as `extract_features.py` writes it.
    case jsonl
    /// NumPy's array of float32.
    case npy
    case safetensors
}

/// Which vectors are made of texts, and how they are written.
package struct EmbeddingOptions: Codable, Hashable, Sendable {
    package var pool = Pooling.mean
    /// Counted from the end: -1 is the last layer, and after the first layer come the embeddings.
    package var layers = [-1]
    /// Nil for what the format usually has: separate in JSON lines, else side by side.
    package var combination: LayerCombination?
    package var format = VectorFormat.jsonl
    /// Whether every vector is scaled to length 1.
    package var normalize = false
    /// A word of the texts, whose vectors in them are compared with each other; nil for no comparison.
    package var compare: String?

    package init() {}

    package var usedCombination: LayerCombination { combination ?? (format == .jsonl ? .separate : .concat) }

    /// Why these options cannot be; nil if they can.
    package var complaint: String? {
        if layers.isEmpty { return "there is no layer to take vectors from" }
        if let layer = layers.first(where: { $0 >= 0 }) {
            return "layer \(layer): layers are counted from the end, -1 is the last"
        }
        if Set(layers).count < layers.count { return "a layer is given twice" }
        if format != .jsonl, combination == .separate {
            return "\(format.rawValue) has one vector a row: combine the layers by sum or concat"
        }
        if compare != nil, pool != .word { return "words are compared where there are any: write pool: word" }
        return nil
    }
}

/// Making vectors of texts with a model as it is.
package struct Embedding: Hashable, Sendable {
    package var model: ModelReference
    /// UTF-8, a text a line; two parts are separated by ` ||| `.
    package var texts: [String]
    package var options = EmbeddingOptions()
    package var engine = EngineOptions()

    package init(model: ModelReference, texts: [String]) {
        self.model = model
        self.texts = texts
    }
}
