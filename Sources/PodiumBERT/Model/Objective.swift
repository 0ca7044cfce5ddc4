/// One loss of pre-training, with its weight in the sum.
package struct Objective: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Predicts masked tokens (paper, section 3.1, task 1).
        case maskedTokens = "mlm"
        /// Predicts whether the second segment follows the first (task 2).
        case nextSentence = "nsp"
        /// Predicts each token from the tokens to its left and, if the model has states of both directions, from the
        /// tokens to its right (Radford 2018; Peters 2018, section 3.1).
        case nextToken = "lm"
    }

    package let kind: Kind
    package let weight: Float

    package init(_ kind: Kind, weight: Float = 1) {
        precondition(weight > 0 && weight.isFinite, "an objective's weight is positive, not \(weight)")
        self.kind = kind
        self.weight = weight
    }

    /// What the 2018 release pre-trains with.
    package static let release = [Objective(.maskedTokens), Objective(.nextSentence)]
}

extension SequenceModel {
    /// The objectives that the architecture is pre-trained with where a job names none.
    package var defaultObjectives: [Objective] {
        switch configuration.architecture {
        case .bidirectional: Objective.release
        case .leftToRight, .shallowBidirectional: [Objective(.nextToken)]
        case .contextFree: [Objective(.maskedTokens)]
        }
    }

    /// Why the model cannot be trained with objectives; nil if it can.
    package func complaint(about objectives: [Objective]) -> String? {
        guard !objectives.isEmpty else { return "there is no objective to train with" }
        let kinds = objectives.map(\.kind)
        guard Set(kinds).count == kinds.count else { return "an objective is named twice" }
        let name = configuration.architecture.rawValue
        if kinds.contains(.nextToken), !configuration.architecture.hasOneWayStates {
            return "a \(name) model has no state that depends on one side alone; use mlm in place of next-token"
        }
        if kinds.contains(.maskedTokens), kinds.contains(.nextToken) {
            return "mlm masks the tokens that next-token reads; use one of them"
        }
        return nil
    }
}
