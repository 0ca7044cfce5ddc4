internal import PodiumFiles
package import PodiumPrimitives

/// One question of a SQuAD data set with what counts as right.
package struct SQuADReference: Hashable, Sendable {
    package var id: ExactText
    /// The annotators' answers in file order; empty for a question that has none.
    package var answers: [ExactText]
    package var isImpossible: Bool
    /// Running number of the paragraph in the file; questions about one paragraph are not independent.
    package var paragraph: Int
    /// Running number of the article in the file.
    package var article: Int

    package init(id: ExactText, answers: [ExactText], isImpossible: Bool, paragraph: Int = 0, article: Int = 0) {
        self.id = id
        self.answers = answers
        self.isImpossible = isImpossible
        self.paragraph = paragraph
        self.article = article
    }

    package init(id: String, answers: [String], isImpossible: Bool, paragraph: Int = 0, article: Int = 0) {
        self.init(
            id: ExactText(id),
            answers: answers.map { ExactText($0) },
            isImpossible: isImpossible,
            paragraph: paragraph,
            article: article
        )
    }

    /// What the official script calls HasAns: the file lists an answer, whatever `is_impossible` says.
    package var hasAnswer: Bool { !answers.isEmpty }

    /// The answers without repetitions, which change no maximum; most annotators agree.
    var distinctAnswers: [ExactText] {
        guard answers.count > 1 else { return answers }
        return answers.indices.filter { !answers[..<$0].contains(answers[$0]) }.map { answers[$0] }
    }
}

/// The questions of an official SQuAD file, in its order, without the texts that scoring does not need.
package struct SQuADReferences: Hashable, Sendable {
    /// The file's own `version`: `1.1`, `v2.0`; nil if it has none.
    package var version: String?
    package var questions: [SQuADReference]

    package init(version: String? = nil, questions: [SQuADReference]) {
        self.version = version
        self.questions = questions
    }

    /// Reads the official JSON layout: `data` → `paragraphs` → `qas` → `id`, `answers`, `is_impossible`.
    package init(json bytes: [UInt8]) throws(EvalError) {
        do throws(FileError) {
            self = try Self.read(bytes)
        } catch {
            throw EvalError(error)
        }
    }

    private static func read(_ bytes: [UInt8]) throws(FileError) -> SQuADReferences {
        var questions: [SQuADReference]?
        var version: String?
        var scanner = try JSONScanner(bytes)
        try scanner.object { (scanner, key) throws(FileError) in
            if scanner.matches(key, "data") {
                questions = try Self.articles(&scanner)
            } else if scanner.matches(key, "version"), try scanner.peek() == 0x22 {
                version = try scanner.string().description
            } else {
                try scanner.skipValue()
            }
        }
        try scanner.end()
        guard let questions else {
            throw FileError(.malformed, "a SQuAD file needs a top-level \"data\" list; this has none")
        }
        return SQuADReferences(version: version, questions: questions)
    }

    private static func articles(_ scanner: inout JSONScanner) throws(FileError) -> [SQuADReference] {
        var questions: [SQuADReference] = []
        var paragraph = 0
        var article = 0
        try scanner.array { (scanner) throws(FileError) in
            let start = scanner.position
            var inArticle: [SQuADReference]?
            try scanner.object { (scanner, key) throws(FileError) in
                guard scanner.matches(key, "paragraphs") else { return try scanner.skipValue() }
                var list: [SQuADReference] = []
                try scanner.array { (scanner) throws(FileError) in
                    list += try Self.paragraph(&scanner, number: paragraph)
                    paragraph += 1
                }
                inArticle = list
            }
            guard let inArticle else { throw scanner.error("an article without \"paragraphs\"", at: start) }
            questions += inArticle.map { question in
                var question = question
                question.article = article
                return question
            }
            article += 1
        }
        return questions
    }

    private static func paragraph(_ scanner: inout JSONScanner, number: Int) throws(FileError) -> [SQuADReference] {
        let start = scanner.position
        var questions: [SQuADReference]?
        try scanner.object { (scanner, key) throws(FileError) in
            guard scanner.matches(key, "qas") else { return try scanner.skipValue() }
            var list: [SQuADReference] = []
            try scanner.array { (scanner) throws(FileError) in
                list.append(try question(&scanner, paragraph: number))
            }
            questions = list
        }
        guard let questions else { throw scanner.error("a paragraph without \"qas\"", at: start) }
        return questions
    }

    private static func question(_ scanner: inout JSONScanner, paragraph: Int) throws(FileError) -> SQuADReference {
        let start = scanner.position
        var id: ExactText?
        var answers: [ExactText]?
        var isImpossible: Bool?
        try scanner.object { (scanner, key) throws(FileError) in
            if scanner.matches(key, "id") {
                id = try scanner.string("a question's \"id\" as a string")
            } else if scanner.matches(key, "answers") {
                answers = try Self.answers(&scanner)
            } else if scanner.matches(key, "is_impossible") {
                isImpossible = try scanner.bool()
            } else {
                try scanner.skipValue()
            }
        }
        guard let id else { throw scanner.error("a question without \"id\"", at: start) }
        guard let answers else {
            throw scanner.error("question \(id) has no \"answers\" (an unanswerable one has an empty list)", at: start)
        }
        return SQuADReference(
            id: id,
            answers: answers,
            isImpossible: isImpossible ?? answers.isEmpty,
            paragraph: paragraph
        )
    }

    private static func answers(_ scanner: inout JSONScanner) throws(FileError) -> [ExactText] {
        var answers: [ExactText] = []
        try scanner.array { (scanner) throws(FileError) in
            let start = scanner.position
            var text: ExactText?
            try scanner.object { (scanner, key) throws(FileError) in
                if scanner.matches(key, "text") {
                    text = try scanner.string("an answer's \"text\"")
                } else {
                    try scanner.skipValue()
                }
            }
            guard let text else { throw scanner.error("an answer without \"text\"", at: start) }
            answers.append(text)
        }
        return answers
    }
}
