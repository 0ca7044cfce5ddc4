package import PodiumCore

extension InputTraits {
    /// The traits of one or two sentences.
    ///
    /// - Parameter unknown: the id of the piece that stands for what the vocabulary does not know.
    package init(_ text: LabelledText, encoded: EncodedSequence, unknown: Int32) {
        let second = text.second.map(Self.words)
        let first = Self.words(text.first)
        self.init(
            words: first.count + (second?.count ?? 0),
            unknownPieces: encoded.ids.count { $0 == unknown },
            cutPieces: encoded.cutPieces,
            sharedWords: second.flatMap { Self.share(of: $0, in: first) }
        )
    }

    /// The traits of questions about passages, in the order of the questions.
    ///
    /// - Parameter windows: of all questions, in their order.
    package static func each(
        of questions: [SQuADQuestion],
        passages: [String],
        windows: [SpanWindow],
        unknown: Int32
    ) -> [InputTraits] {
        let words = passages.map { Self.words($0).count }
        var traits = questions.map { question in
            InputTraits(
                words: words[question.passage],
                unknownPieces: 0,
                cutPieces: 0,
                windows: 0,
                questionWord: QuestionWord(question.question).rawValue
            )
        }
        for window in windows {
            traits[window.question].windows = (traits[window.question].windows ?? 0) + 1
            // Windows overlap, so this is no count of the passage's pieces; that there is one at all is what matters.
            traits[window.question].unknownPieces += window.sequence.ids.count { $0 == unknown }
        }
        return traits
    }

    /// Letters and digits that stand together, in lower case.
    private static func words(_ text: String) -> [String] {
        text.lowercased().unicodeScalars.split { !$0.properties.isAlphabetic && $0.properties.numericType == nil }
            .map { String($0) }
    }

    private static func share(of second: [String], in first: [String]) -> Int? {
        guard !second.isEmpty else { return nil }
        let known = Set(first)
        return second.count { known.contains($0) } * 100 / second.count
    }
}

/// What a question asks with.
package enum QuestionWord: String, Sendable, CaseIterable {
    case what, which, who, when, why
    case place = "where"
    case number = "how many"
    case how
    case other

    /// The first such word of a question: `In what year …` asks with `what`.
    package init(_ question: String) {
        let words = question.lowercased().split { !$0.isLetter }
        for (place, word) in words.enumerated() {
            switch word {
            case "how":
                let next = place + 1 < words.count ? words[place + 1] : ""
                self = next == "many" || next == "much" ? .number : .how
                return
            case "who", "whom", "whose":
                self = .who
                return
            default:
                if let known = QuestionWord(rawValue: String(word)), known != .other {
                    self = known
                    return
                }
            }
        }
        self = .other
    }
}
