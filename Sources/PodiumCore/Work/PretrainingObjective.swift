/// What a model learns in pre-training.
package enum PretrainingObjective: String, Codable, Hashable, Sendable, CaseIterable {
    /// Masked tokens (BERT's paper, section 3.1, task 1).
    case maskedTokens = "mlm"
    /// Whether the second segment follows the first (task 2).
    case nextSentence = "nsp"
    /// Each token from those on one side of it: GPT's objective, and in both directions ELMo's.
    case nextToken = "next-token"

    /// What an architecture learns where nothing is said.
    package static func defaults(of architecture: Architecture) -> [PretrainingObjective] {
        switch architecture {
        case .bidirectional: [.maskedTokens, .nextSentence]
        case .leftToRight, .shallowBidirectional: [.nextToken]
        case .contextFree: [.maskedTokens]
        }
    }

    /// Why an architecture cannot learn that; nil if it can.
    package static func complaint(_ objectives: [PretrainingObjective], _ architecture: Architecture) -> String? {
        if objectives.contains(.nextToken), objectives.contains(.maskedTokens) {
            return "mlm masks the tokens that next-token reads; use one of them"
        }
        switch architecture {
        case .bidirectional, .contextFree:
            guard objectives.contains(.nextToken) else { return nil }
            return
                "a \(architecture.rawValue) model has no state that depends on one side of a token alone, and would see "
                + "the token that it predicts; use mlm in place of next-token"
        case .leftToRight, .shallowBidirectional: return nil
        }
    }
}

/// A part of a pre-training with sequences of its own length (the release: 128 pieces for nine tenths, then 512).
package struct PretrainingPhase: Codable, Hashable, Sendable {
    package var maxSequenceLength: Int
    package var maxPredictionsPerSequence: Int
    package var batchSize: Int
    /// The share of the training that it takes; those of all phases add up to 1.
    package var fraction: Double

    package init(maxSequenceLength: Int, maxPredictionsPerSequence: Int, batchSize: Int, fraction: Double) {
        self.maxSequenceLength = maxSequenceLength
        self.maxPredictionsPerSequence = maxPredictionsPerSequence
        self.batchSize = batchSize
        self.fraction = fraction
    }

    /// `128 pieces for 0.9`.
    package var description: String {
        "\(maxSequenceLength) pieces for \(ParameterValue.decimal(fraction))"
    }
}
