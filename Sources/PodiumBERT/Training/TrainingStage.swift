/// A part of a training in which the same parameters learn.
package struct TrainingStage: Sendable {
    /// The stage's first step, counted from 0.
    package var start: Int
    /// Parameters deeper than this stay as they are, and no gradient is computed for them (see `ParameterDepth`).
    package var deepest: Int

    package init(start: Int, deepest: Int) {
        (self.start, self.deepest) = (start, deepest)
    }

    /// Everything learns.
    package static let everything = TrainingStage(start: 0, deepest: .max)
    /// The head alone learns.
    package static let head = TrainingStage(start: 0, deepest: 0)

    /// One layer more each epoch, from the head down to the embeddings (Howard and Ruder 2018, section 3.3).
    package static func gradual(layers: Int, stepsPerEpoch: Int) -> [TrainingStage] {
        (0...layers + 1).map { TrainingStage(start: $0 * stepsPerEpoch, deepest: $0) }
    }

    /// The number of the stage that a step counted from 0 belongs to; stages begin at 0 and ascend.
    static func number(_ stages: [TrainingStage], at step: Int) -> Int {
        (stages.lastIndex { $0.start <= step }) ?? 0
    }
}

/// How far below the head a parameter lies: 0 for heads and poolers, 1 for the last layer, one more than there are layers for
/// the embeddings.
package enum ParameterDepth {
    package static func of(_ name: String, layers: Int) -> Int {
        if name.hasPrefix("embeddings.") { return layers + 1 }
        return layer(name).map { layers - $0 } ?? 0
    }

    /// `encoder.layer.3.…` and `recurrent.forward.3.…` are of layer 3.
    private static func layer(_ name: String) -> Int? {
        let parts = name.split(separator: ".")
        guard parts.count > 3, parts[0] == "encoder" || parts[0] == "recurrent" else { return nil }
        return Int(parts[2])
    }

    /// What a parameter's learning rate is of the head's: the decay once for every layer between (section 3.2).
    static func rate(_ name: String, layers: Int, decay: Float) -> Float {
        (0..<of(name, layers: layers)).reduce(1) { rate, _ in rate * decay }
    }
}
