/// Which faults of the official scripts to keep.
package enum SQuADProtocol: String, CaseIterable, Sendable {
    /// Bit for bit what the official scripts print, and an error where they stop with one.
    case official
    /// The same definitions without the scripts' faults; see `SQuADScore`.
    case corrected
}

/// Exact match and F1 of one answer against one reference or the best of several.
package struct AnswerScore: Hashable, Sendable {
    /// 0 or 1.
    package var exact: Double
    /// 0 … 1.
    package var f1: Double

    package init(exact: Double, f1: Double) {
        self.exact = exact
        self.f1 = f1
    }

    /// Scores against one reference.
    ///
    /// The scripts differ where both sides normalise to nothing:
    /// F1 is 0 in v1.1 (`emptyAgreement` 0) and 1 in v2.0.
    package init(prediction: NormalizedAnswer, gold: NormalizedAnswer, emptyAgreement: Double) {
        exact = prediction.text == gold.text ? 1 : 0
        if prediction.tokens.isEmpty || gold.tokens.isEmpty {
            f1 = prediction.tokens.isEmpty && gold.tokens.isEmpty ? emptyAgreement : 0
        } else if exact == 1 {
            f1 = 1
        } else {
            let shared = Double(prediction.sharedTokens(with: gold))
            let precision = shared / Double(prediction.tokens.count)
            let recall = shared / Double(gold.tokens.count)
            f1 = shared == 0 ? 0 : (2 * precision * recall) / (precision + recall)
        }
    }

    /// Both numbers maxed over the references on their own, as the scripts do; stops when both are 1.
    package init(prediction: NormalizedAnswer, golds: some Sequence<NormalizedAnswer>, emptyAgreement: Double) {
        self.init(exact: 0, f1: 0)
        for gold in golds {
            let score = AnswerScore(prediction: prediction, gold: gold, emptyAgreement: emptyAgreement)
            exact = max(exact, score.exact)
            f1 = max(f1, score.f1)
            if exact == 1, f1 == 1 { return }
        }
    }
}
