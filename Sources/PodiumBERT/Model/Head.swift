/// The layers on top of the hidden states, and their loss: one linear layer for every task, as in the paper.
package enum Head: Hashable, Sendable {
    /// Dropout and a linear layer on the pooled output (paper, section 4.1).
    case classification(labels: Int)
    /// The same with one output and squared error.
    case regression
    /// Start and end logits for every token (section 4.2).
    case span
    /// The losses of pre-training (section 3.1).
    case pretraining(_ objectives: [Objective] = Objective.release)

    /// The objectives of pre-training; empty for a task's head.
    package var objectives: [Objective] {
        if case .pretraining(let objectives) = self { objectives } else { [] }
    }

    /// Whether the parameter belongs to this head or another, rather than to the encoder.
    static func owns(_ parameter: String) -> Bool {
        parameter.hasPrefix("classifier.") || parameter.hasPrefix("qa_outputs.") || parameter.hasPrefix("cls.")
            || parameter.hasPrefix("top.")
    }
}
