internal import Foundation

/// A question of SQuAD with its passage.
package struct SQuADQuestion: Hashable, Sendable {
    package struct Answer: Hashable, Sendable {
        package var text: String
        /// Offset into the passage in Unicode scalars, as the file has it.
        package var start: Int

        package init(text: String, start: Int) {
            self.text = text
            self.start = start
        }
    }

    package var id: String
    package var question: String
    /// An index into `SQuADFile.passages`.
    package var passage: Int
    package var answers: [Answer]
    package var isImpossible: Bool

    package init(id: String, question: String, passage: Int, answers: [Answer], isImpossible: Bool = false) {
        self.id = id
        self.question = question
        self.passage = passage
        self.answers = answers
        self.isImpossible = isImpossible
    }
}

/// The official JSON file of SQuAD v1.1 or v2.0.
package struct SQuADFile: Sendable {
    package var passages: [String]
    /// In the file's order; ids occur once.
    package var questions: [SQuADQuestion]

    private struct Document: Decodable {
        struct Article: Decodable {
            struct Paragraph: Decodable {
                struct QA: Decodable {
                    struct Answer: Decodable {
                        var text: String
                        var answer_start: Int
                    }
                    var id: String
                    var question: String
                    var answers: [Answer]?
                    var is_impossible: Bool?
                }
                var context: String
                var qas: [QA]
            }
            var paragraphs: [Paragraph]
        }
        var data: [Article]
    }

    /// Reads and checks a file: every answer must stand where it says.
    package init(bytes: [UInt8], name: String) throws(DataError) {
        let document: Document
        do {
            document = try JSONDecoder().decode(Document.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw DataError(.malformed, "\(name): \(Self.text(of: error))")
        } catch {
            throw DataError(.malformed, "\(name): \(error)")
        }
        passages = []
        questions = []
        var seen: Set<String> = []
        for (a, article) in document.data.enumerated() {
            for (p, paragraph) in article.paragraphs.enumerated() {
                let scalars = Array(paragraph.context.unicodeScalars)
                for (q, qa) in paragraph.qas.enumerated() {
                    let place = "\(name): data[\(a)].paragraphs[\(p)].qas[\(q)] (\(qa.id))"
                    guard seen.insert(qa.id).inserted else {
                        throw DataError(.duplicateID, "\(place): this id stands in the file already")
                    }
                    let answers = qa.answers ?? []
                    for (i, answer) in answers.enumerated() {
                        let wanted = Array(answer.text.unicodeScalars)
                        let end = answer.answer_start + wanted.count
                        guard answer.answer_start >= 0, end <= scalars.count,
                            scalars[answer.answer_start..<end].elementsEqual(wanted)
                        else {
                            throw DataError(
                                .invalidOffset,
                                "\(place): answers[\(i)] \"\(answer.text.prefix(40))\" does not stand at "
                                    + "answer_start \(answer.answer_start) of the passage (offsets count code points)"
                            )
                        }
                    }
                    questions.append(
                        SQuADQuestion(
                            id: qa.id,
                            question: qa.question,
                            passage: passages.count,
                            answers: answers.map { SQuADQuestion.Answer(text: $0.text, start: $0.answer_start) },
                            isImpossible: qa.is_impossible ?? false
                        )
                    )
                }
                passages.append(paragraph.context)
            }
        }
        guard !questions.isEmpty else { throw DataError(.empty, "\(name): the file has no questions") }
    }

    private static func text(of error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            let text = context.codingPath.reduce(into: "") { text, key in
                text += key.intValue.map { "[\($0)]" } ?? (text.isEmpty ? key.stringValue : ".\(key.stringValue)")
            }
            return text.isEmpty ? "the document" : text
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(path(context)) has no \"\(key.stringValue)\""
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            return "\(path(context)) is not a \(type)"
        case .dataCorrupted(let context):
            let cause = context.underlyingError.map { " (\($0))" } ?? ""
            return "\(path(context)) is not valid JSON\(cause)"
        @unknown default: return "\(error)"
        }
    }
}
