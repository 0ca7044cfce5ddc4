/// The shape of a BERT, as `config.json` has it.
package struct Configuration: Codable, Hashable, Sendable {
    package enum Activation: String, Codable, Sendable {
        /// x·Φ(x) by erf: the October 2018 release, and transformers.
        case gelu
        /// The tanh form of the release since February 2019.
        case geluTanh = "gelu_new"

        /// An activation by any of the names that transformers has for it.
        package init?(named name: String) {
            switch name {
            case "gelu", "gelu_python": self = .gelu
            case "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate", "gelu_python_tanh": self = .geluTanh
            default: return nil
            }
        }
    }

    /// How a token's state comes to depend on its neighbours.
    package enum Architecture: String, Codable, Sendable, CaseIterable {
        /// A transformer in which every token attends to the whole sequence: BERT.
        case bidirectional
        /// A transformer in which a token attends to itself and those to its left, as GPT.
        case leftToRight = "left-to-right"
        /// Two independent stacks of LSTMs, one in each direction, side by side, as ELMo.
        case shallowBidirectional = "shallow-bidirectional"
        /// Embeddings alone, as word2vec and GloVe.
        case contextFree = "context-free"

        /// Whether there are states that depend on one side of a token alone.
        package var hasOneWayStates: Bool { self == .leftToRight || self == .shallowBidirectional }
    }

    package var vocabularySize: Int
    package var hiddenSize: Int
    package var layers: Int
    package var heads: Int
    package var intermediateSize: Int
    package var activation: Activation = .gelu
    package var maximumPositions: Int = 512
    package var typeVocabularySize: Int = 2
    package var layerNormEpsilon: Double = 1e-12
    /// On embeddings and both residual branches.
    package var hiddenDropout: Double = 0.1
    package var attentionDropout: Double = 0.1
    /// On the pooled output, before a classifier; nil for `hiddenDropout`.
    package var classifierDropout: Double?
    package var initializerRange: Double = 0.02
    package var architecture = Architecture.bidirectional
    /// What stands between the states and a task's linear layer; nil for nothing but the pooler.
    package var top: Top?

    /// A network on top of the model, which belongs to a task's head.
    package enum Top: String, Codable, Sendable { case bilstm }

    package init(vocabularySize: Int, hiddenSize: Int, layers: Int, heads: Int, intermediateSize: Int) {
        self.vocabularySize = vocabularySize
        self.hiddenSize = hiddenSize
        self.layers = layers
        self.heads = heads
        self.intermediateSize = intermediateSize
    }

    private enum CodingKeys: String, CodingKey {
        case vocabularySize = "vocab_size"
        case hiddenSize = "hidden_size"
        case layers = "num_hidden_layers"
        case heads = "num_attention_heads"
        case intermediateSize = "intermediate_size"
        case activation = "hidden_act"
        case maximumPositions = "max_position_embeddings"
        case typeVocabularySize = "type_vocab_size"
        case layerNormEpsilon = "layer_norm_eps"
        case hiddenDropout = "hidden_dropout_prob"
        case attentionDropout = "attention_probs_dropout_prob"
        case classifierDropout = "classifier_dropout"
        case initializerRange = "initializer_range"
        case architecture = "podium_architecture"
        case top = "podium_head"
    }

    /// What a file says of models that are built otherwise.
    private enum KindKeys: String, CodingKey {
        case model = "model_type"
        case positions = "position_embedding_type"
        case isDecoder = "is_decoder"
        case crossAttention = "add_cross_attention"
        case prunedHeads = "pruned_heads"
        case quantization = "quantization_config"
    }

    /// The `model_type` of architectures that only Podium has.
    private static let ownModelType = "podium"

    /// Who else can read the model: as "bert", other tools would load BERT's comparators and let every token see both its sides, or
    /// draw what is missing at random.
    package var modelType: String { architecture == .bidirectional ? "bert" : Self.ownModelType }

    /// Refuses what would make another model of the same weights.
    private static func refuseOtherKinds(_ decoder: any Decoder) throws {
        let kind = try decoder.container(keyedBy: KindKeys.self)
        func refuse(_ key: KindKeys, _ why: String) -> DecodingError {
            DecodingError.dataCorruptedError(forKey: key, in: kind, debugDescription: why)
        }
        for (key, wanted) in [(KindKeys.model, "bert"), (.positions, "absolute")] {
            guard let found = try kind.decodeIfPresent(String.self, forKey: key), found != wanted else { continue }
            if key == .model, found == ownModelType { continue }
            throw refuse(key, "\"\(found)\" is another architecture; only \"\(wanted)\" is supported")
        }
        if try kind.decodeIfPresent(Bool.self, forKey: .isDecoder) == true {
            throw refuse(
                .isDecoder,
                "true makes a decoder, which is not supported; a BERT that sees the left only has \"podium_architecture\": \"left-to-right\""
            )
        }
        if try kind.decodeIfPresent(Bool.self, forKey: .crossAttention) == true {
            throw refuse(.crossAttention, "attention to another model's states is not supported")
        }
        if let pruned = try kind.decodeIfPresent(JSONValue.self, forKey: .prunedHeads), pruned.object?.isEmpty == false
        {
            throw refuse(.prunedHeads, "a model with pruned heads is not supported")
        }
        if let quantization = try kind.decodeIfPresent(JSONValue.self, forKey: .quantization), quantization != .null {
            throw refuse(.quantization, "quantized weights are not supported; use the model's float weights")
        }
    }

    package init(from decoder: any Decoder) throws {
        try Self.refuseOtherKinds(decoder)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            vocabularySize: try fields.decode(Int.self, forKey: .vocabularySize),
            hiddenSize: try fields.decode(Int.self, forKey: .hiddenSize),
            layers: try fields.decode(Int.self, forKey: .layers),
            heads: try fields.decode(Int.self, forKey: .heads),
            intermediateSize: try fields.decode(Int.self, forKey: .intermediateSize)
        )
        if let name = try fields.decodeIfPresent(String.self, forKey: .activation) {
            guard let known = Activation(named: name) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .activation,
                    in: fields,
                    debugDescription:
                        "\"\(name)\" is not supported; only gelu and gelu_new (gelu_pytorch_tanh, gelu_fast) are"
                )
            }
            activation = known
        }
        maximumPositions = try fields.decodeIfPresent(Int.self, forKey: .maximumPositions) ?? maximumPositions
        typeVocabularySize = try fields.decodeIfPresent(Int.self, forKey: .typeVocabularySize) ?? typeVocabularySize
        layerNormEpsilon = try fields.decodeIfPresent(Double.self, forKey: .layerNormEpsilon) ?? layerNormEpsilon
        hiddenDropout = try fields.decodeIfPresent(Double.self, forKey: .hiddenDropout) ?? hiddenDropout
        attentionDropout = try fields.decodeIfPresent(Double.self, forKey: .attentionDropout) ?? attentionDropout
        classifierDropout = try fields.decodeIfPresent(Double.self, forKey: .classifierDropout)
        initializerRange = try fields.decodeIfPresent(Double.self, forKey: .initializerRange) ?? initializerRange
        architecture = try fields.decodeIfPresent(Architecture.self, forKey: .architecture) ?? architecture
        top = try fields.decodeIfPresent(Top.self, forKey: .top)
    }

    /// What makes no sense about the sizes; nil if nothing.
    package var complaint: String? {
        let sizes = [vocabularySize, hiddenSize, layers, heads, intermediateSize, maximumPositions, typeVocabularySize]
        guard sizes.allSatisfy({ $0 > 0 && $0 < 1 << 30 }) else { return "all sizes must be positive" }
        guard layers <= 1000 else { return "num_hidden_layers is \(layers); at most 1000 are supported" }
        guard architecture != .shallowBidirectional && top == nil || hiddenSize % 2 == 0 else {
            return "hidden_size \(hiddenSize) cannot be shared by two directions"
        }
        guard hiddenSize % heads == 0 else { return "hidden_size \(hiddenSize) is no multiple of \(heads) heads" }
        let rates = [hiddenDropout, attentionDropout, classifierDropout ?? 0]
        // As the graph will have them: 0.99999999999 is 1 in float32.
        guard rates.allSatisfy({ $0 >= 0 && Float($0) < 1 }) else { return "dropout rates must be from 0 up to 1" }
        guard [layerNormEpsilon, initializerRange].allSatisfy({ Float($0) > 0 && Float($0).isFinite }) else {
            return "layer_norm_eps and initializer_range must be positive"
        }
        return nil
    }

    /// `6 layers, 384 wide, 12 heads`.
    package var summary: String {
        let base = networkSummary
        return top == nil ? base : base + ", a BiLSTM on top"
    }

    private var networkSummary: String {
        switch architecture {
        case .bidirectional: "\(layers) layers, \(hiddenSize) wide, \(heads) heads"
        case .leftToRight: "\(layers) layers, \(hiddenSize) wide, \(heads) heads, left to right"
        case .shallowBidirectional: "\(layers) LSTM layers of two directions, \(hiddenSize / 2) wide each"
        case .contextFree: "context-free embeddings, \(hiddenSize) wide"
        }
    }

    /// The published sizes, by name (google-research/bert's small models, BERT-Base and BERT-Large).
    package static let presets: [(name: String, layers: Int, hiddenSize: Int)] = [
        ("tiny", 2, 128), ("mini", 4, 256), ("small", 4, 512), ("medium", 8, 512), ("base", 12, 768),
        ("large", 24, 1024),
    ]

    /// A published size with a vocabulary of its own; nil for a name that is none.
    package init?(preset: String, vocabularySize: Int) {
        guard let size = Self.presets.first(where: { $0.name == preset }) else { return nil }
        self.init(
            vocabularySize: vocabularySize,
            hiddenSize: size.hiddenSize,
            layers: size.layers,
            heads: size.hiddenSize / 64,
            intermediateSize: size.hiddenSize * 4
        )
    }
}
