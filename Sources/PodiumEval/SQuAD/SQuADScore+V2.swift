internal import PodiumPrimitives

extension SQuADScore {
    /// SQuAD v2.0: overall, HasAns and NoAns scores; with no-answer scores also `best_*`.
    ///
    /// A question counts as "no answer" if its no-answer score is greater than
    /// `threshold` (default 1, so that probabilities change nothing).
    /// - Parameter candidates: under `corrected`, each question's best answer that is not empty; the
    ///   search for `best_*` then looks above the threshold that emptied the predictions, too.
    package static func v2(
        _ references: [SQuADReference],
        predictions: SQuADPredictions,
        noAnswer: NoAnswerScores? = nil,
        threshold: Double = 1,
        candidates: SQuADPredictions? = nil,
        protocol rules: SQuADProtocol = .official
    ) throws(EvalError) -> SQuADScore {
        let distinct = lastOfEachID(references)
        guard !distinct.isEmpty else { throw EvalError(.mismatchedExamples, "the data set has no questions") }
        let raw = try rawScores(distinct, predictions)
        var questions = raw
        for index in questions.indices where !questions[index].isMissing {
            let id = questions[index].id
            guard let score = noAnswer == nil ? 0 : noAnswer?[id] else {
                throw EvalError(.mismatchedExamples, "question \(id) has a prediction but no no-answer score")
            }
            if score > threshold {
                let right: Double = questions[index].hasAnswer ? 0 : 1
                questions[index].score = AnswerScore(exact: right, f1: right)
            }
        }
        if rules == .official { try checkOfficialLookups(questions) }
        let scored = rules == .official ? questions.filter { !$0.isMissing } : questions
        var entries = summary(of: scored, prefix: "")
        for (prefix, part) in [
            ("HasAns_", questions.filter(\.hasAnswer)), ("NoAns_", questions.filter { !$0.hasAnswer }),
        ] where !part.isEmpty {
            entries += summary(of: part, prefix: prefix)
        }
        if let noAnswer {
            switch rules {
            case .official:
                entries += try officialBest(raw, predictions, noAnswer)
            case .corrected:
                let searched = try candidates.map { (answers) throws(EvalError) in try rawScores(distinct, answers) }
                entries += try correctedBest(searched ?? raw, noAnswer)
            }
        }
        return SQuADScore(
            entries: entries,
            questions: questions,
            predictionCount: predictions.count
        )
    }

    /// A dictionary keeps the first place and the last value of a repeated id.
    static func lastOfEachID(_ references: [SQuADReference]) -> [SQuADReference] {
        var place: [ExactText: Int] = [:]
        place.reserveCapacity(references.count)
        var result: [SQuADReference] = []
        result.reserveCapacity(references.count)
        for reference in references {
            if let known = place[reference.id] {
                result[known] = reference
            } else {
                place[reference.id] = result.count
                result.append(reference)
            }
        }
        return result
    }

    static func rawScores(
        _ references: [SQuADReference],
        _ predictions: SQuADPredictions
    ) throws(EvalError) -> [Question] {
        var answers: [ExactText?] = []
        answers.reserveCapacity(references.count)
        for reference in references { answers.append(try predictions.answer(to: reference.id)) }
        let nothing = NormalizedAnswer(ExactText(bytes: []))
        return Parallel.map(references.count, chunk: 512) { [answers] place in
            let reference = references[place]
            guard let answer = answers[place] else {
                return Question(reference, score: AnswerScore(exact: 0, f1: 0), isMissing: true)
            }
            let predicted = NormalizedAnswer(answer)
            let golds = reference.distinctAnswers.map { NormalizedAnswer($0) }.filter { !$0.isEmpty }
            let score =
                golds.isEmpty
                ? AnswerScore(prediction: predicted, gold: nothing, emptyAgreement: 1)
                : AnswerScore(prediction: predicted, golds: golds, emptyAgreement: 1)
            return Question(reference, score: score, isMissing: false)
        }
    }

    /// Where the script raises ZeroDivisionError or KeyError.
    private static func checkOfficialLookups(_ questions: [Question]) throws(EvalError) {
        let missing = questions.filter(\.isMissing).map(\.id.description)
        guard !missing.isEmpty else { return }
        throw EvalError(
            .officialScriptFails,
            "\(missing.count) of \(questions.count) questions have no prediction (\(ShortList.text(missing))); "
                + "the official script stops with an error here. Add them, or score with protocol corrected, "
                + "where a missing prediction counts as wrong"
        )
    }

    private static func summary(of questions: [Question], prefix: String) -> [Entry] {
        var exact = 0.0
        var f1 = 0.0
        for question in questions {
            exact += question.score.exact
            f1 += question.score.f1
        }
        let total = Double(questions.count)
        return [
            Entry(name: prefix + "exact", value: .number(100 * exact / total)),
            Entry(name: prefix + "f1", value: .number(100 * f1 / total)),
            Entry(name: prefix + "total", value: .count(questions.count)),
        ]
    }
}
