internal import PodiumPrimitives

/// One example's label, gold or predicted, as the string that stands in the file.
package struct LabelledRow: Hashable, Sendable {
    /// The example's index or id; predictions and gold rows meet by it.
    package var id: String
    /// A label string such as `entailment`, or a decimal number for STS-B.
    package var label: String

    package init(id: String, label: String) {
        self.id = id
        self.label = label
    }
}

extension LabelledRow {
    /// Pairs gold rows with predictions.
    ///
    /// Both sides must name exactly the same ids, each once.
    ///
    /// - Returns: gold and predicted label of every example, in the order of `gold`.
    package static func pair(
        gold: [LabelledRow],
        predictions: [LabelledRow]
    ) throws(EvalError) -> [(gold: String, predicted: String)] {
        let goldByID = try byID(gold, side: "the gold data")
        let predicted = try byID(predictions, side: "the predictions")
        let missing = gold.filter { predicted[ExactText($0.id)] == nil }.map(\.id)
        let unknown = predictions.filter { goldByID[ExactText($0.id)] == nil }.map(\.id)
        guard missing.isEmpty, unknown.isEmpty else {
            var parts: [String] = []
            if !missing.isEmpty { parts.append("\(missing.count) have no prediction (\(ShortList.text(missing)))") }
            if !unknown.isEmpty {
                parts.append("\(unknown.count) predictions have no example (\(ShortList.text(unknown)))")
            }
            throw EvalError(
                .mismatchedExamples,
                "predictions must cover exactly the \(gold.count) examples: " + parts.joined(separator: "; ")
            )
        }
        return gold.map { ($0.label, predicted[ExactText($0.id)] ?? "") }
    }

    private static func byID(_ rows: [LabelledRow], side: String) throws(EvalError) -> [ExactText: String] {
        var labels: [ExactText: String] = [:]
        labels.reserveCapacity(rows.count)
        for row in rows where labels.updateValue(row.label, forKey: ExactText(row.id)) != nil {
            throw EvalError(.mismatchedExamples, "id \(row.id) occurs twice in \(side)")
        }
        return labels
    }
}
