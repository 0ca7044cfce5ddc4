/// A noun with its place in the world's little taxonomy.
struct Noun: Equatable, Sendable {
    struct Forms: Equatable, Sendable {
        var singular: String
        var plural: String
    }

    var forms: Forms
    var synonym: Forms?
    /// What it is a kind of: a violin is a musical instrument.
    var kind: Forms
}

/// The principal parts of a verb.
struct Verb: Equatable, Sendable {
    var lemma: String
    var third: String
    var past: String
    var participle: String
    var gerund: String
}

/// A verb with one of like and one of contrary meaning.
struct VerbSense: Equatable, Sendable {
    var verb: Verb
    var synonym: Verb?
    var opposite: Verb?
}

/// An adjective with one of like and one of contrary meaning.
struct Adjective: Equatable, Sendable {
    var word: String
    var synonym: String?
    var opposite: String
}
