package import PodiumFiles
package import PodiumPrimitives

/// The score of a SQuAD predictions file, with every question's own score.
///
/// `official` equals the official scripts bit for bit (as run by Python up to
/// 3.11; later versions add floats with compensation and may differ in the last
/// digit). `corrected` differs in this:
/// - v1.1: two answers that both normalise to nothing agree, so F1 is 1 like exact match.
/// - v2.0: a missing prediction scores 0 and stays in every denominator, where the
///   script drops it from the overall one and stops with KeyError in the HasAns one.
/// - v2.0: `best_*`: a threshold is never put between equal no-answer scores, answers that normalise
///   to nothing are not punished, the divisor is every question, and if answering nothing is best the
///   threshold lies below every score (no number) instead of at 0.
package struct SQuADScore: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        /// A percentage, or a threshold in the unit of the no-answer scores.
        case number(Double)
        case count(Int)
        case undefined(reason: String)
    }

    package struct Entry: Hashable, Sendable {
        package var name: String
        package var value: Value
    }

    package struct Question: Hashable, Sendable {
        package var id: ExactText
        package var score: AnswerScore
        package var hasAnswer: Bool
        package var isMissing: Bool
        package var paragraph: Int
        package var article: Int
    }

    /// Names and order of the official output.
    package internal(set) var entries: [Entry]
    /// In file order; every question of the data set.
    package internal(set) var questions: [Question]
    /// Size of the predictions file.
    package internal(set) var predictionCount: Int

    /// Predictions for ids that are not in the data set; they change nothing.
    package var extraPredictions: Int {
        predictionCount - Set(questions.lazy.filter { !$0.isMissing }.map(\.id)).count
    }

    package var missing: [ExactText] { questions.filter(\.isMissing).map(\.id) }

    /// A number of the output by its name, percentages ×100.
    package subscript(name: String) -> Double? {
        switch entries.first(where: { $0.name == name })?.value {
        case .number(let value): value
        case .count(let value): Double(value)
        case .undefined, nil: nil
        }
    }

    /// The official scripts' JSON object.
    package var json: JSONValue {
        .object(
            entries.map { entry in
                switch entry.value {
                case .number(let value): JSONValue.Member(entry.name, .number(value))
                case .count(let value): JSONValue.Member(entry.name, .integer(value))
                case .undefined: JSONValue.Member(entry.name, .null)
                }
            }
        )
    }
}

extension SQuADScore {
    /// SQuAD v1.1: `exact_match` and `f1` over all questions; a missing prediction scores 0.
    package static func v1(
        _ references: [SQuADReference],
        predictions: SQuADPredictions,
        protocol rules: SQuADProtocol = .official
    ) throws(EvalError) -> SQuADScore {
        guard !references.isEmpty else { throw EvalError(.mismatchedExamples, "the data set has no questions") }
        let emptyAgreement: Double = rules == .official ? 0 : 1
        var answers: [ExactText?] = []
        answers.reserveCapacity(references.count)
        for reference in references {
            let answer = try predictions.answer(to: reference.id)
            if answer != nil, reference.answers.isEmpty {
                throw EvalError(
                    rules == .official ? .officialScriptFails : .malformed,
                    "question \(reference.id) has no answers; score SQuAD v2.0 data with version 2.0"
                )
            }
            answers.append(answer)
        }
        let questions = Parallel.map(references.count, chunk: 512) { [answers] place in
            let reference = references[place]
            guard let answer = answers[place] else {
                return Question(reference, score: AnswerScore(exact: 0, f1: 0), isMissing: true)
            }
            let score = AnswerScore(
                prediction: NormalizedAnswer(answer),
                golds: reference.distinctAnswers.lazy.map { NormalizedAnswer($0) },
                emptyAgreement: emptyAgreement
            )
            return Question(reference, score: score, isMissing: false)
        }
        var exact = 0.0
        var f1 = 0.0
        for question in questions {
            exact += question.score.exact
            f1 += question.score.f1
        }
        let total = Double(references.count)
        return SQuADScore(
            entries: [
                Entry(name: "exact_match", value: .number(100 * exact / total)),
                Entry(name: "f1", value: .number(100 * f1 / total)),
            ],
            questions: questions,
            predictionCount: predictions.count
        )
    }
}

extension SQuADScore.Question {
    init(_ reference: SQuADReference, score: AnswerScore, isMissing: Bool) {
        self.init(
            id: reference.id,
            score: score,
            hasAnswer: reference.hasAnswer,
            isMissing: isMissing,
            paragraph: reference.paragraph,
            article: reference.article
        )
    }
}
