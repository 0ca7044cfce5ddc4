/// Maps our parameters to the tensor names in transformers' files.
///
/// The names are the same except for the projections of attention: a layer's query, key and value are one parameter
/// here (`attention.self.qkv`), so that one matmul computes all three; files have three tensors.
enum ParameterNames {
    private static let fused = "attention.self.qkv."
    private static let parts = ["attention.self.query.", "attention.self.key.", "attention.self.value."]

    /// The file's tensors that, stacked along the first dimension, are our parameter.
    static func inFile(_ name: String) -> [String] {
        guard name.contains(fused) else { return [name] }
        return parts.map { name.replacing(fused, with: $0) }
    }

    /// The names that a tensor may have in a file: with or without the model's prefix, and with older exports' names of layer norms.
    static func aliases(_ name: String) -> [String] {
        var result = [name, "bert.\(name)"]
        if name.contains("LayerNorm.") {
            result += result.map {
                $0.replacing("LayerNorm.weight", with: "LayerNorm.gamma")
                    .replacing("LayerNorm.bias", with: "LayerNorm.beta")
            }
        }
        return result
    }

    /// The tensor's name in the files that Podium writes.
    static func exported(_ name: String) -> String {
        Head.owns(name) ? name : "bert.\(name)"
    }

    /// Whether a file's tensor is a weight of embeddings or layers; constants that some files have are none.
    static func belongsToEncoder(_ name: String) -> Bool {
        let name = name.hasPrefix("bert.") ? name.dropFirst(5) : name[...]
        guard name.hasPrefix("embeddings.") || name.hasPrefix("encoder.") else { return false }
        return name != "embeddings.position_ids" && name != "embeddings.token_type_ids"
    }

    /// The number of the layer that a file's tensor belongs to.
    static func layer(_ name: String) -> Int? {
        let name = name.hasPrefix("bert.") ? name.dropFirst(5) : name[...]
        guard name.hasPrefix("encoder.layer.") else { return nil }
        return Int(name.dropFirst("encoder.layer.".count).prefix { $0 != "." })
    }
}
