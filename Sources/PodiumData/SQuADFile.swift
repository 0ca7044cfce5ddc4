internal import PodiumFiles
internal import PodiumPrimitives

/// A question of SQuAD with its passage.
package struct SQuADQuestion: Hashable, Sendable {
    package struct Answer: Hashable, Sendable {
        package var text: String
        /// Offset into the passage in Unicode scalars, as the file has it: perhaps none that is in the passage.
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
    /// Running number of its article in the file.
    package var article: Int
    package var answers: [Answer]
    package var isImpossible: Bool

    package init(
        id: String,
        question: String,
        passage: Int,
        article: Int = 0,
        answers: [Answer],
        isImpossible: Bool = false
    ) {
        self.id = id
        self.question = question
        self.passage = passage
        self.article = article
        self.answers = answers
        self.isImpossible = isImpossible
    }
}

/// The official JSON file of SQuAD v1.1 or v2.0.
package struct SQuADFile: Sendable {
    /// The file's own `version`: `1.1`, `v2.0`; nil if it has none.
    package private(set) var version: String?
    package private(set) var passages: [String] = []
    /// In the file's order; ids occur once.
    package private(set) var questions: [SQuADQuestion] = []

    /// Reads a file and checks its form; whether answers stand where it says is for training to ask.
    package init(bytes: [UInt8], name: String) throws(DataError) {
        do throws(FileError) {
            var reader = Reader()
            try reader.read(bytes)
            version = reader.version
            passages = reader.passages
            questions = reader.questions
        } catch {
            throw DataError(error.inFile(name))
        }
        guard !questions.isEmpty else { throw DataError(.empty, "the file has no questions", file: name) }
    }
}

/// Reads `data` → `paragraphs` → `context`, `qas`, with the path of keys for messages.
private struct Reader {
    var version: String?
    var passages: [String] = []
    var questions: [SQuADQuestion] = []
    private var seen: Set<ExactText> = []
    private var path = Path()

    /// Where in the document the reader is.
    private struct Path {
        var article = 0
        var paragraph = 0
        var question: Int?
        var answer: Int?

        var text: String {
            var text = "data[\(article)].paragraphs[\(paragraph)]"
            if let question { text += ".qas[\(question)]" }
            if let answer { text += ".answers[\(answer)]" }
            return text
        }
    }

    mutating func read(_ bytes: [UInt8]) throws(FileError) {
        var scanner = try JSONScanner(bytes)
        var hasData = false
        try scanner.object { (scanner, key) throws(FileError) in
            if scanner.matches(key, "data") {
                hasData = true
                path.article = 0
                try scanner.array("data is not a list: expected '['") { (scanner) throws(FileError) in
                    try article(&scanner)
                    path.article += 1
                }
            } else if scanner.matches(key, "version"), try scanner.peek() == 0x22 {
                version = try scanner.string().description
            } else {
                try scanner.skipValue()
            }
        }
        try scanner.end()
        guard hasData else { throw FileError(.malformed, "the document has no \"data\" list") }
    }

    private mutating func article(_ scanner: inout JSONScanner) throws(FileError) {
        let start = scanner.position
        var hasParagraphs = false
        try scanner.object("data[\(path.article)] is not an object: expected '{'") { (scanner, key) throws(FileError) in
            guard scanner.matches(key, "paragraphs") else { return try scanner.skipValue() }
            hasParagraphs = true
            path.paragraph = 0
            try scanner.array { (scanner) throws(FileError) in
                try paragraph(&scanner)
                path.paragraph += 1
            }
        }
        if !hasParagraphs { throw scanner.error("data[\(path.article)] has no \"paragraphs\"", at: start) }
    }

    private mutating func paragraph(_ scanner: inout JSONScanner) throws(FileError) {
        let start = scanner.position
        var context: String?
        var hasQuestions = false
        path.question = nil
        path.answer = nil
        try scanner.object { (scanner, key) throws(FileError) in
            if scanner.matches(key, "context") {
                context = try scanner.string("\(path.text).context as a string").description
            } else if scanner.matches(key, "qas") {
                hasQuestions = true
                path.question = 0
                try scanner.array { (scanner) throws(FileError) in
                    try question(&scanner)
                    path.question? += 1
                }
                path.question = nil
            } else {
                try scanner.skipValue()
            }
        }
        guard let context else { throw scanner.error("\(path.text) has no \"context\"", at: start) }
        if !hasQuestions { throw scanner.error("\(path.text) has no \"qas\"", at: start) }
        passages.append(context)
    }

    private mutating func question(_ scanner: inout JSONScanner) throws(FileError) {
        let start = scanner.position
        var id: ExactText?
        var text: String?
        var answers: [SQuADQuestion.Answer] = []
        var isImpossible = false
        try scanner.object { (scanner, key) throws(FileError) in
            if scanner.matches(key, "id") {
                id = try scanner.string("\(path.text).id as a string")
            } else if scanner.matches(key, "question") {
                text = try scanner.string("\(path.text).question as a string").description
            } else if scanner.matches(key, "answers") {
                answers = try list(&scanner)
            } else if scanner.matches(key, "is_impossible") {
                isImpossible = try scanner.bool()
            } else {
                try scanner.skipValue()
            }
        }
        guard let id else { throw scanner.error("\(path.text) has no \"id\"", at: start) }
        guard let text else { throw scanner.error("\(path.text) (\(id)) has no \"question\"", at: start) }
        guard seen.insert(id).inserted else {
            throw FileError(
                .repeated,
                "\(path.text) (\(id)): a question of this id stands in the file already",
                at: scanner.place(of: start)
            )
        }
        questions.append(
            SQuADQuestion(
                id: id.description,
                question: text,
                passage: passages.count,
                article: path.article,
                answers: answers,
                isImpossible: isImpossible
            )
        )
    }

    /// The answers of a question.
    private mutating func list(_ scanner: inout JSONScanner) throws(FileError) -> [SQuADQuestion.Answer] {
        var answers: [SQuADQuestion.Answer] = []
        try scanner.array { (scanner) throws(FileError) in
            path.answer = answers.count
            let start = scanner.position
            var text: String?
            var offset: Int?
            try scanner.object { (scanner, key) throws(FileError) in
                if scanner.matches(key, "text") {
                    text = try scanner.string("\(path.text).text as a string").description
                } else if scanner.matches(key, "answer_start") {
                    offset = try scanner.integer("\(path.text).answer_start as a whole number of characters")
                } else {
                    try scanner.skipValue()
                }
            }
            guard let text else { throw scanner.error("\(path.text) has no \"text\"", at: start) }
            guard let offset else { throw scanner.error("\(path.text) has no \"answer_start\"", at: start) }
            answers.append(SQuADQuestion.Answer(text: text, start: offset))
        }
        path.answer = nil
        return answers
    }
}
