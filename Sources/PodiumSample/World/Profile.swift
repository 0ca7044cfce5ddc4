/// An invented person, town, company or animal with what is known about it.
struct Profile: Sendable {
    enum Kind: CaseIterable, Sendable {
        case person, town, company, animal
    }

    var kind: Kind
    /// The full name, as questions say it.
    var name: String
    /// What later sentences may say instead of the name.
    var mentions: [Mention]
    var pronoun: Mention
    var facts: [Fact]

    init(_ kind: Kind, _ random: inout Random) {
        switch kind {
        case .person: self = Self.person(&random)
        case .town: self = Self.town(&random)
        case .company: self = Self.company(&random)
        case .animal: self = Self.animal(&random)
        }
    }

    init(kind: Kind, name: String, mentions: [Mention], pronoun: Mention, facts: [Fact]) {
        self.kind = kind
        self.name = name
        self.mentions = mentions
        self.pronoun = pronoun
        self.facts = facts
    }

    /// A profile of any kind.
    static func any(_ random: inout Random) -> Profile {
        Profile(random.pick(Kind.allCases), &random)
    }

    /// The fact as a sentence.
    ///
    /// - Parameters:
    ///   - form: which of the fact's statements.
    ///   - subject: the full name, or one of the mentions.
    func statement(_ fact: Fact, form: Int, subject: Mention) -> Statement {
        Statement(
            pattern: fact.statements[form % fact.statements.count],
            fact: fact,
            subject: subject,
            pronoun: pronoun
        )
    }

    func statement(_ fact: Fact, form: Int) -> Statement {
        statement(fact, form: form, subject: Mention(name))
    }

    /// The fact as a question.
    func question(_ fact: Fact, form: Int) -> String {
        fact.questions[form % fact.questions.count].replacing("{N}", with: name)
    }
}

/// A way to speak of somebody, in the three cases of English.
struct Mention: Equatable, Sendable {
    var subject: String
    var object: String
    var possessive: String

    /// A name, or a noun with its article.
    init(_ name: String) {
        self.init(subject: name, object: name, possessive: name.hasSuffix("s") ? "\(name)'" : "\(name)'s")
    }

    private init(subject: String, object: String, possessive: String) {
        self.subject = subject
        self.object = object
        self.possessive = possessive
    }

    static let she = Mention(subject: "she", object: "her", possessive: "her")
    static let he = Mention(subject: "he", object: "him", possessive: "his")
    static let it = Mention(subject: "it", object: "it", possessive: "its")
}

/// Something that is true of one profile.
struct Fact: Sendable {
    /// Two facts with the same attribute answer the same question.
    var attribute: String
    var answer: String
    /// Another value the attribute could have had.
    var alternative: String
    /// Patterns: `{S}`, `{O}` and `{P}` who it is about as subject, object and possessor, `{p}` the
    /// possessive pronoun, `{A}` the answer, `{a}` the article that fits the answer.
    var statements: [String]
    /// Patterns: `{N}` the full name.
    var questions: [String]

    /// The same fact with the wrong value.
    var falsified: Fact {
        var result = self
        result.answer = alternative
        result.alternative = answer
        return result
    }
}

/// A sentence that knows where its answer stands.
struct Statement: Sendable {
    /// The sentence without capital and full stop, to go on with after `and`.
    var words: String
    /// In Unicode scalars from the sentence's start.
    var answerStart: Int
    var answer: String

    var text: String { Inflection.sentenceCase(words) + "." }

    init(pattern: String, fact: Fact, subject: Mention, pronoun: Mention) {
        let filled =
            pattern
            .replacing("{S}", with: subject.subject)
            .replacing("{O}", with: subject.object)
            .replacing("{P}", with: subject.possessive)
            .replacing("{p}", with: pronoun.possessive)
            .replacing("{a}", with: Inflection.article(before: fact.answer))
        guard let slot = filled.firstRange(of: "{A}") else {
            preconditionFailure("the pattern \"\(pattern)\" has no answer")
        }
        answer = fact.answer
        answerStart = filled[..<slot.lowerBound].unicodeScalars.count
        words = filled[..<slot.lowerBound] + fact.answer + filled[slot.upperBound...].dropLast()
    }
}
