internal import PodiumFiles
package import PodiumPrimitives

/// Answers by question id, as in the official predictions file `{"id": "text", …}`.
package struct SQuADPredictions: Hashable, Sendable {
    /// What was predicted; a value that is not a string is kept as nil and refused when its question is scored.
    private var answers: [ExactText: ExactText?]

    /// If an id occurs twice the last one counts, as in Python.
    package init(_ pairs: some Sequence<(id: ExactText, answer: ExactText)>) {
        answers = [:]
        for pair in pairs { answers[pair.id] = .some(pair.answer) }
    }

    package init(_ dictionary: [String: String]) {
        self.init(dictionary.map { (id: ExactText($0.key), answer: ExactText($0.value)) })
    }

    /// Reads the official JSON layout.
    package init(json bytes: [UInt8]) throws(EvalError) {
        do throws(FileError) {
            answers = try Self.read(bytes)
        } catch {
            throw EvalError(error)
        }
    }

    private static func read(_ bytes: [UInt8]) throws(FileError) -> [ExactText: ExactText?] {
        var found: [ExactText: ExactText?] = [:]
        var scanner = try JSONScanner(bytes)
        try scanner.object { (scanner, key) throws(FileError) in
            let id = scanner.text(of: key)
            if try scanner.peek() == 0x22 {
                found[id] = .some(try scanner.string())
            } else {
                try scanner.skipValue()
                found[id] = .some(nil)
            }
        }
        try scanner.end()
        return found
    }

    package var count: Int { answers.count }
    package var ids: some Collection<ExactText> { answers.keys }

    /// The answer to a question: nil if there is no entry.
    package func answer(to id: ExactText) throws(EvalError) -> ExactText? {
        guard let entry = answers[id] else { return nil }
        guard let entry else {
            throw EvalError(.malformed, "the prediction for question \(id) is not a string; write \"\" for no answer")
        }
        return entry
    }
}

/// How sure a system is that a question has no answer: probabilities or logit differences, in file order.
package struct NoAnswerScores: Hashable, Sendable {
    package private(set) var ids: [ExactText] = []
    /// In the order of `ids`.
    package private(set) var values: [Double] = []
    private var places: [ExactText: Int] = [:]

    /// If an id occurs twice the last value counts at the first place, as in Python.
    package init(_ pairs: some Sequence<(id: ExactText, score: Double)>) {
        for pair in pairs { set(pair.score, for: pair.id) }
    }

    package init(json bytes: [UInt8]) throws(EvalError) {
        do throws(FileError) {
            self.init(try Self.read(bytes))
        } catch {
            throw EvalError(error)
        }
    }

    private static func read(_ bytes: [UInt8]) throws(FileError) -> [(id: ExactText, score: Double)] {
        var scanner = try JSONScanner(bytes)
        var pairs: [(id: ExactText, score: Double)] = []
        try scanner.object { (scanner, key) throws(FileError) in
            pairs.append((scanner.text(of: key), try scanner.number("a no-answer score (a number other than NaN)")))
        }
        try scanner.end()
        return pairs
    }

    package subscript(id: ExactText) -> Double? { places[id].map { values[$0] } }

    private mutating func set(_ score: Double, for id: ExactText) {
        precondition(!score.isNaN, "a no-answer score must be a number")
        if let place = places[id] {
            values[place] = score
        } else {
            places[id] = ids.count
            ids.append(id)
            values.append(score)
        }
    }
}
