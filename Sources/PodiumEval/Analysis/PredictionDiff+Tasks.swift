package import PodiumCore
internal import PodiumPrimitives

extension PredictionDiff {
    /// Compares two sets of GLUE predictions.
    ///
    /// - Parameter slices: further slices of an example by its id: length, AX's categories.
    package static func glue(
        task: BenchmarkTask,
        gold: [LabelledRow],
        predictions: Sides<[LabelledRow]>,
        slices: [String: [SliceKey]] = [:]
    ) throws(EvalError) -> PredictionDiff {
        let labels = try predictions.map { (rows) throws(EvalError) in
            try LabelledRow.pair(gold: gold, predictions: rows).map(\.predicted)
        }
        let scores = try labels.map { (labels) throws(EvalError) in
            try GLUEExamples(task: task, rows: gold, predicted: labels).exampleScores
        }
        let isClasses = if case .classification = task.output { true } else { false }
        let examples = gold.indices.map { index in
            let row = gold[index]
            let own = isClasses ? [SliceKey("label", row.label)] : []
            return Example(
                id: row.id,
                gold: row.label,
                first: labels.a[index],
                second: labels.b[index],
                firstScore: scores.a[index],
                secondScore: scores.b[index],
                slices: own + (slices[row.id] ?? [])
            )
        }
        // For numbers, a tenth of the range is half a point of STS-B's five.
        return PredictionDiff(examples, threshold: isClasses ? 0.5 : 0.1)
    }

    /// Compares two sets of SQuAD answers by exact match; slices by answerability, answer type and length.
    ///
    /// - Parameter scores: of the answers, on the same references.
    package static func squad(
        _ references: [SQuADReference],
        answers: Sides<SQuADPredictions>,
        scores: Sides<SQuADScore>
    ) throws(EvalError) -> PredictionDiff {
        let byID = Dictionary(references.map { ($0.id, $0) }) { $1 }
        var examples: [Example] = []
        for (a, b) in zip(scores.a.questions, scores.b.questions) {
            let gold = byID[a.id]?.answers ?? []
            let given = try answers.map { (answers) throws(EvalError) in
                try answers.answer(to: a.id)?.description ?? ""
            }
            examples.append(
                Example(
                    id: a.id.description,
                    gold: gold.map(\.description).joined(separator: " | "),
                    first: given.a,
                    second: given.b,
                    firstScore: a.score.exact,
                    secondScore: b.score.exact,
                    slices: Self.slices(of: gold.first?.description)
                )
            )
        }
        return PredictionDiff(examples, areIndependent: false)
    }

    /// Slices of a question by its first gold answer; nil where it has none.
    static func slices(of answer: String?) -> [SliceKey] {
        guard let answer else { return [SliceKey("answerable", "no")] }
        let words = answer.split(separator: " ")
        let length =
            words.count <= 1
            ? "1 word" : words.count <= 3 ? "2–3 words" : words.count <= 8 ? "4–8 words" : "9 words and more"
        let type =
            if words.contains(where: { $0.utf8.contains { (0x30...0x39).contains($0) } }) {
                "number or date"
            } else if !words.isEmpty, words.allSatisfy({ $0.first?.isUppercase == true }) {
                "name"
            } else {
                "phrase"
            }
        return [SliceKey("answerable", "yes"), SliceKey("answer type", type), SliceKey("answer length", length)]
    }

    /// The name of a length bucket for a text of so many words: powers of two.
    package static func lengthBucket(words: Int) -> SliceKey {
        var upper = 8
        while upper < words, upper < 128 { upper *= 2 }
        if words > 128 { return SliceKey("length", "over 128") }
        return SliceKey("length", upper == 8 ? "1–8" : "\(upper / 2 + 1)–\(upper)")
    }
}

extension GLUEExamples {
    /// Every example's own score: 1 or 0 for a class, 1 − |error| ÷ range for a number.
    package var exampleScores: [Double] {
        switch self {
        case .classes(_, _, let gold, let predicted):
            return zip(gold, predicted).map { $0 == $1 ? 1 : 0 }
        case .numbers(let task, let gold, let predicted):
            guard case .regression(let lower, let upper) = task.output else { return [] }
            return zip(gold, predicted).map { max(0, 1 - ($0 - $1).magnitude / (upper - lower)) }
        }
    }
}
