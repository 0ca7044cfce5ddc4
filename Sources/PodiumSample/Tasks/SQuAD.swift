/// Passages of facts about one person, town, company or animal, with questions.
struct SQuADArticle: Sendable {
    struct Question: Sendable {
        var id: String
        var text: String
        /// Text and offset in Unicode scalars; training has one, development three, and none is told of test questions.
        var answers: [(text: String, start: Int)]
    }

    var title: String
    /// What the passage is made of.
    var sentences: [String]
    var context: String { sentences.joined(separator: " ") }
    var questions: [Question]

    /// - Parameter number: makes the ids, which are unique over both files with `split`.
    init(number: Int, split: Split, questions wanted: Int, _ random: inout Random) {
        let kinds = Profile.Kind.allCases
        let profile = Profile(kinds[number % kinds.count], &random)
        title = profile.name.replacing(" ", with: "_")
        var length = 0
        var told: [(fact: Fact, statement: Statement, start: Int)] = []
        // The first fact of a kind says what it is; the rest come in any order.
        let facts =
            [profile.facts[0]] + random.shuffled(Array(profile.facts.dropFirst())).prefix(random.number(in: 4...7))
        for (position, fact) in facts.enumerated() {
            let subject = position == 0 || random.chance(15) ? Mention(profile.name) : random.pick(profile.mentions)
            let statement = profile.statement(fact, form: position == 0 ? 0 : random.below(3), subject: subject)
            told.append((fact, statement, length))
            length += statement.text.unicodeScalars.count + 1
        }
        sentences = told.map(\.statement.text)
        let scalars = Array(sentences.joined(separator: " ").unicodeScalars)
        questions = random.shuffled(told).prefix(wanted).enumerated().map { index, item in
            let core = (text: item.statement.answer, start: item.start + item.statement.answerStart)
            let wide = Self.widened(core, in: scalars, from: item.start)
            return Question(
                id: "podium-\(split.rawValue)-\(number)-\(index)",
                text: profile.question(item.fact, form: random.below(3)),
                answers: split == .train ? [core] : split == .dev ? [core, core, wide] : []
            )
        }
    }

    /// The answer with the small word before it, as some people mark answers: `in Oslo`, `a violinist`.
    private static func widened(
        _ answer: (text: String, start: Int),
        in scalars: [Unicode.Scalar],
        from sentence: Int
    ) -> (text: String, start: Int) {
        let end = answer.start + answer.text.unicodeScalars.count
        for word in ["in", "a", "an", "the", "by", "about", "since"] {
            let start = answer.start - word.utf8.count - 1
            guard start > sentence, scalars[start - 1] == " " else { continue }
            if scalars[start..<answer.start].elementsEqual("\(word) ".unicodeScalars) {
                return (text(scalars[start..<end]), start)
            }
        }
        return answer
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}

/// The official JSON layout of SQuAD v1.1, non-ASCII characters escaped as the official files have them.
enum SQuADDocument {
    static func json(_ articles: [SQuADArticle]) -> String {
        let data = articles.map { article in
            let questions = article.questions.map { question in
                let answers = question.answers.map { #"{"answer_start": \#($0.start), "text": \#(quoted($0.text))}"# }
                return #"{"answers": [\#(answers.joined(separator: ", "))], "#
                    + #""question": \#(quoted(question.text)), "id": \#(quoted(question.id))}"#
            }
            return #"{"title": \#(quoted(article.title)), "paragraphs": [{"context": \#(quoted(article.context)), "#
                + #""qas": [\#(questions.joined(separator: ", "))]}]}"#
        }
        return #"{"data": [\#(data.joined(separator: ", "))], "version": "1.1"}"#
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for unit in text.utf16 {
            switch unit {
            case UInt16(UInt8(ascii: "\"")): result += "\\\""
            case UInt16(UInt8(ascii: "\\")): result += "\\\\"
            case 0x20..<0x7F: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default: result += "\\u" + String(0x10000 + Int(unit), radix: 16).dropFirst()
            }
        }
        return result + "\""
    }
}
