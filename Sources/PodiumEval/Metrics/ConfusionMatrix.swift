/// How often each gold class was predicted as each class.
///
/// Accuracy, F1 and Matthews' correlation are functions of these counts alone,
/// which makes resampling them cheap. Definitions are those of scikit-learn.
package struct ConfusionMatrix: Hashable, Sendable {
    /// Number of classes, K.
    package let classes: Int
    /// Row-major K × K counts: row is the gold class, column the predicted class.
    package private(set) var counts: [Int]

    package init(classes: Int) {
        precondition(classes > 0, "a confusion matrix needs a class")
        self.classes = classes
        counts = Array(repeating: 0, count: classes * classes)
    }

    package init(classes: Int, counts: [Int]) {
        precondition(counts.count == classes * classes && counts.allSatisfy { $0 >= 0 })
        self.classes = classes
        self.counts = counts
    }

    /// Counts pairs of class indices; both arrays have one entry per example.
    package init(classes: Int, gold: [Int], predicted: [Int]) {
        precondition(gold.count == predicted.count, "one prediction per gold label")
        self.init(classes: classes)
        for (row, column) in zip(gold, predicted) {
            add(gold: row, predicted: column)
        }
    }

    package mutating func add(gold: Int, predicted: Int, times: Int = 1) {
        precondition((0..<classes).contains(gold) && (0..<classes).contains(predicted), "class out of range")
        counts[gold * classes + predicted] += times
    }

    package subscript(gold: Int, predicted: Int) -> Int {
        counts[gold * classes + predicted]
    }

    package var total: Int { counts.reduce(0, +) }
    package var correct: Int { (0..<classes).reduce(0) { $0 + self[$1, $1] } }

    package func goldCount(_ label: Int) -> Int { (0..<classes).reduce(0) { $0 + self[label, $1] } }
    package func predictedCount(_ label: Int) -> Int { (0..<classes).reduce(0) { $0 + self[$1, label] } }

    /// Correct ÷ all; undefined without examples.
    package var accuracy: MetricValue {
        total == 0 ? .undefined(reason: "no examples") : .value(Double(correct) / Double(total))
    }

    /// Binary F1 of one class; 0 when nothing is predicted and nothing is gold (`zero_division=0`).
    package func f1(positive: Int) -> MetricValue {
        guard total > 0 else { return .undefined(reason: "no examples") }
        let hits = self[positive, positive]
        let denominator = goldCount(positive) + predictedCount(positive)
        return .value(denominator == 0 ? 0 : 2 * Double(hits) / Double(denominator))
    }

    /// Matthews' correlation, for more than two classes Gorodkin's R_K; a zero denominator gives 0.
    ///
    /// With c correct of s, t_k gold and p_k predicted:
    /// (c·s − Σ t_k p_k) ÷ √((s² − Σ p_k²)(s² − Σ t_k²)).
    package var matthews: MetricValue {
        guard total > 0 else { return .undefined(reason: "no examples") }
        let size = Double(total)
        var together = 0.0
        var predictedSquares = 0.0
        var goldSquares = 0.0
        for label in 0..<classes {
            let gold = Double(goldCount(label))
            let predicted = Double(predictedCount(label))
            together += gold * predicted
            predictedSquares += predicted * predicted
            goldSquares += gold * gold
        }
        let spread = (size * size - predictedSquares) * (size * size - goldSquares)
        return .value(spread == 0 ? 0 : (Double(correct) * size - together) / spread.squareRoot())
    }

    /// The share of the most frequent gold class: what always guessing it scores.
    package var majorityShare: Double {
        total == 0 ? 0 : Double((0..<classes).map(goldCount).max() ?? 0) / Double(total)
    }

    /// The only class ever predicted, if there is just one.
    package var onlyPredictedClass: Int? {
        let used = (0..<classes).filter { predictedCount($0) > 0 }
        return used.count == 1 ? used.first : nil
    }
}
