internal import PodiumPrimitives

extension SQuADScore {
    /// `best_exact`, `best_exact_thresh`, `best_f1`, `best_f1_thresh` on their own, to recompute thresholds from
    /// stored answers; missing predictions are allowed under both protocols.
    package static func bestThresholds(
        _ references: [SQuADReference],
        predictions: SQuADPredictions,
        noAnswer: NoAnswerScores,
        protocol rules: SQuADProtocol
    ) throws(EvalError) -> [Entry] {
        let raw = try rawScores(lastOfEachID(references), predictions)
        guard raw.contains(where: { !$0.isMissing }) else {
            throw EvalError(.mismatchedExamples, "no question of the data set has a prediction")
        }
        switch rules {
        case .official: return try officialBest(raw, predictions, noAnswer)
        case .corrected: return try correctedBest(raw, noAnswer)
        }
    }

    /// The script's search, faults included: starts from "all null" at threshold 0 and moves past one
    /// question at a time in the order of the no-answer file, through ties as well.
    static func officialBest(
        _ raw: [Question],
        _ predictions: SQuADPredictions,
        _ noAnswer: NoAnswerScores
    ) throws(EvalError) -> [Entry] {
        var places: [ExactText: Int] = [:]
        places.reserveCapacity(raw.count)
        for (place, question) in raw.enumerated() { places[question.id] = place }
        // Per question that the search passes: its own score, and what answering it costs where nothing is right.
        var passed: [(question: Int, loss: Double, threshold: Double)] = []
        passed.reserveCapacity(noAnswer.ids.count)
        for index in stableOrder(noAnswer.values) {
            let id = noAnswer.ids[index]
            guard let place = places[id], !raw[place].isMissing else { continue }
            let answer = raw[place].hasAnswer ? nil : try predictions.answer(to: id)
            passed.append((place, answer?.isEmpty == false ? 1 : 0, noAnswer.values[index]))
        }
        let start = Double(raw.count { !$0.hasAnswer })
        let scored = Double(raw.count { !$0.isMissing })
        var entries: [Entry] = []
        for (name, part) in Self.bestParts {
            var current = start
            var best = start
            var threshold = 0.0
            for step in passed {
                if raw[step.question].hasAnswer {
                    current += part(raw[step.question].score)
                } else {
                    current -= step.loss
                }
                if current > best {
                    best = current
                    threshold = step.threshold
                }
            }
            entries.append(Entry(name: name, value: .number(100 * best / scored)))
            entries.append(Entry(name: name + "_thresh", value: .number(threshold)))
        }
        return entries
    }

    /// The best score that some threshold really gives, over all questions.
    static func correctedBest(_ raw: [Question], _ noAnswer: NoAnswerScores) throws(EvalError) -> [Entry] {
        let answered = raw.filter { !$0.isMissing }
        var odds: [Double] = []
        for question in answered {
            guard let value = noAnswer[question.id] else {
                throw EvalError(.mismatchedExamples, "question \(question.id) has a prediction but no no-answer score")
            }
            odds.append(value)
        }
        let order = stableOrder(odds)
        var entries: [Entry] = []
        for (name, part) in Self.bestParts {
            var current = Double(answered.count { !$0.hasAnswer })
            var best = current
            var threshold: Double?
            for (place, index) in order.enumerated() {
                current += part(answered[index].score) - (answered[index].hasAnswer ? 0 : 1)
                let endsTie = place + 1 == order.count || odds[order[place + 1]] != odds[index]
                if endsTie, current > best {
                    best = current
                    threshold = odds[index]
                }
            }
            let reason = "answering nothing is best: the threshold lies below every no-answer score"
            entries.append(Entry(name: name, value: .number(100 * best / Double(raw.count))))
            entries.append(
                Entry(name: name + "_thresh", value: threshold.map { .number($0) } ?? .undefined(reason: reason))
            )
        }
        return entries
    }

    private static let bestParts: [(String, @Sendable (AnswerScore) -> Double)] = [
        ("best_exact", { $0.exact }), ("best_f1", { $0.f1 }),
    ]

    /// Indices by increasing value; equal values keep their order, as Python's sort does.
    private static func stableOrder(_ values: [Double]) -> [Int] {
        values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    }
}
