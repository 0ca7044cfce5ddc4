/// How the 2018 release's variables relate to the tensors of transformers' files, in both directions.
///
/// | in the checkpoint | in safetensors |
/// |---|---|
/// | `bert/encoder/layer_0/attention/self/query/kernel` | `bert.encoder.layer.0.attention.self.query.weight`, transposed |
/// | `…/LayerNorm/gamma`, `beta` | `….LayerNorm.weight`, `bias` |
/// | `bert/embeddings/word_embeddings` | `bert.embeddings.word_embeddings.weight` |
/// | `cls/predictions/output_bias` | `cls.predictions.bias` |
/// | `cls/seq_relationship/output_weights` | `cls.seq_relationship.weight` |
/// | `output_weights`, `output_bias` | `classifier.weight`, `classifier.bias` |
/// | `cls/squad/output_weights` | `qa_outputs.weight` |
/// | `NAME/adam_m`, `NAME/adam_v` | `optimizer.adam_m.` and `optimizer.adam_v.` before the tensor's name, its shape |
/// | `global_step` | `optimizer.global_step` |
/// | any other `NAME` | `tensorflow.NAME` |
/// | `safetensors.NAME` | any other `NAME` |
enum ReleaseNames {
    struct Translation: Hashable {
        var name: String
        /// Whether rows are columns on the other side.
        var transposes = false
    }

    private static let slots = ["adam_m", "adam_v"]
    private static let unknownThere = "tensorflow."
    private static let unknownHere = "safetensors."

    /// Pairs of checkpoint and safetensors names that no layer is a part of.
    private static let single: [(String, String, transposes: Bool)] =
        ["word", "position", "token_type"].map {
            ("bert/embeddings/\($0)_embeddings", "bert.embeddings.\($0)_embeddings.weight", false)
        }
        + norm("bert/embeddings", "bert.embeddings")
        + dense("bert/pooler/dense", "bert.pooler.dense")
        + dense("cls/predictions/transform/dense", "cls.predictions.transform.dense")
        + norm("cls/predictions/transform", "cls.predictions.transform")
        + [
            ("cls/predictions/output_bias", "cls.predictions.bias", false),
            ("cls/seq_relationship/output_weights", "cls.seq_relationship.weight", false),
            ("cls/seq_relationship/output_bias", "cls.seq_relationship.bias", false),
            ("output_weights", "classifier.weight", false), ("output_bias", "classifier.bias", false),
            ("cls/squad/output_weights", "qa_outputs.weight", false),
            ("cls/squad/output_bias", "qa_outputs.bias", false),
            ("global_step", "optimizer.global_step", false),
        ]

    /// The same of what follows a layer's number.
    private static let inLayer: [(String, String, transposes: Bool)] =
        ["query", "key", "value"].flatMap { dense("attention/self/\($0)", "attention.self.\($0)") }
        + dense("attention/output/dense", "attention.output.dense") + norm("attention/output", "attention.output")
        + dense("intermediate/dense", "intermediate.dense")
        + dense("output/dense", "output.dense") + norm("output", "output")

    private static func dense(_ there: String, _ here: String) -> [(String, String, transposes: Bool)] {
        [("\(there)/kernel", "\(here).weight", true), ("\(there)/bias", "\(here).bias", false)]
    }

    private static func norm(_ there: String, _ here: String) -> [(String, String, transposes: Bool)] {
        [
            ("\(there)/LayerNorm/gamma", "\(here).LayerNorm.weight", false),
            ("\(there)/LayerNorm/beta", "\(here).LayerNorm.bias", false),
        ]
    }

    private static func table(
        _ pairs: [(String, String, transposes: Bool)],
        reversed: Bool
    ) -> [String: Translation] {
        Dictionary(
            uniqueKeysWithValues: pairs.map {
                (reversed ? $0.1 : $0.0, Translation(name: reversed ? $0.0 : $0.1, transposes: $0.transposes))
            }
        )
    }

    private static let singleHere = table(single, reversed: false)
    private static let singleThere = table(single, reversed: true)
    private static let layerHere = table(inLayer, reversed: false)
    private static let layerThere = table(inLayer, reversed: true)
    private static let layersThere = "bert/encoder/layer_"
    private static let layersHere = "bert.encoder.layer."

    /// What a checkpoint's variable is called in a safetensors file.
    static func toSafetensors(_ name: String, rank: Int) -> Translation {
        if let plain = plainToSafetensors(name), isFit(plain, rank) { return plain }
        for slot in slots where name.hasSuffix("/\(slot)") {
            let variable = String(name.dropLast(slot.count + 1))
            if let plain = plainToSafetensors(variable), isFit(plain, rank), variable != "global_step" {
                return Translation(name: "optimizer.\(slot).\(plain.name)", transposes: plain.transposes)
            }
        }
        if name.hasPrefix(unknownHere) { return Translation(name: String(name.dropFirst(unknownHere.count))) }
        return Translation(name: unknownThere + name)
    }

    /// What a safetensors file's tensor is called in a checkpoint; the model's prefix may be absent.
    static func toCheckpoint(_ name: String, rank: Int) -> Translation {
        if let plain = plainToCheckpoint(name), isFit(plain, rank) { return plain }
        for slot in slots where name.hasPrefix("optimizer.\(slot).") {
            let variable = String(name.dropFirst("optimizer.\(slot).".count))
            if let plain = plainToCheckpoint(variable), isFit(plain, rank), plain.name != "global_step" {
                return Translation(name: "\(plain.name)/\(slot)", transposes: plain.transposes)
            }
        }
        if name.hasPrefix(unknownThere) { return Translation(name: String(name.dropFirst(unknownThere.count))) }
        return Translation(name: unknownHere + name)
    }

    private static func isFit(_ translation: Translation, _ rank: Int) -> Bool {
        !translation.transposes || rank == 2
    }

    private static func plainToSafetensors(_ name: String) -> Translation? {
        if let found = singleHere[name] { return found }
        guard let (number, rest) = layer(name, layersThere, separator: "/"), var found = layerHere[rest] else {
            return nil
        }
        found.name = "\(layersHere)\(number).\(found.name)"
        return found
    }

    private static func plainToCheckpoint(_ name: String) -> Translation? {
        var name = name
        if name.hasPrefix("embeddings.") || name.hasPrefix("encoder.") || name.hasPrefix("pooler.") {
            name = "bert." + name
        }
        // As older exports call layer norms.
        if name.hasSuffix("LayerNorm.gamma") { name = String(name.dropLast(5)) + "weight" }
        if name.hasSuffix("LayerNorm.beta") { name = String(name.dropLast(4)) + "bias" }
        if let found = singleThere[name] { return found }
        guard let (number, rest) = layer(name, layersHere, separator: "."), var found = layerThere[rest] else {
            return nil
        }
        found.name = "\(layersThere)\(number)/\(found.name)"
        return found
    }

    /// The number of a layer and what follows it.
    private static func layer(_ name: String, _ prefix: String, separator: Character) -> (Int, String)? {
        guard name.hasPrefix(prefix) else { return nil }
        let parts = name.dropFirst(prefix.count).split(
            separator: separator,
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard parts.count == 2, let number = Int(parts[0]), "\(number)" == parts[0], number >= 0 else { return nil }
        return (number, String(parts[1]))
    }
}
