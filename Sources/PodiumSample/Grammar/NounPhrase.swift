/// A noun with what stands before it, or a name.
struct NounPhrase: Equatable, Sendable {
    enum Determiner: Equatable, Sendable {
        case a, the, some, every, no
        /// `two nurses`; at least 2.
        case number(Int)
        /// `the nurses`.
        case thePlural
        /// A name or a pronoun: the noun's singular as it is.
        case bare
    }

    var determiner: Determiner
    var adjective: Adjective?
    var noun: Noun

    init(_ determiner: Determiner, _ noun: Noun, adjective: Adjective? = nil) {
        self.determiner = determiner
        self.adjective = adjective
        self.noun = noun
    }

    /// A name.
    init(name: String) {
        let forms = Noun.Forms(singular: name, plural: name)
        self.init(.bare, Noun(forms: forms, synonym: nil, kind: Noun.Forms(singular: "person", plural: "people")))
    }

    var isPlural: Bool {
        switch determiner {
        case .some, .number, .thePlural: true
        case .a, .the, .every, .no, .bare: false
        }
    }

    var text: String {
        let head = isPlural ? noun.forms.plural : noun.forms.singular
        let body = adjective.map { "\($0.word) \(head)" } ?? head
        switch determiner {
        case .a: return "\(Inflection.article(before: body)) \(body)"
        case .the, .thePlural: return "the \(body)"
        case .some: return "some \(body)"
        case .every: return "every \(body)"
        case .no: return "no \(body)"
        case .number(let number): return "\(Inflection.numeral(number)) \(body)"
        case .bare: return body
        }
    }

    /// With another word for the same thing, where the lexicon has one.
    var synonymous: NounPhrase? {
        guard let synonym = noun.synonym else { return nil }
        var result = self
        result.noun.forms = synonym
        result.noun.synonym = noun.forms
        return result
    }

    /// The kind of thing in place of the thing, without adjective.
    var general: NounPhrase {
        var result = self
        result.noun.forms = noun.kind
        result.noun.synonym = nil
        result.adjective = nil
        return result
    }

    func with(_ determiner: Determiner) -> NounPhrase {
        var result = self
        result.determiner = determiner
        return result
    }

    func with(adjective: Adjective?) -> NounPhrase {
        var result = self
        result.adjective = adjective
        return result
    }
}
