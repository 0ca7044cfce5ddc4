/// Who does what to whom, where and when: what most of the sample's sentences say.
struct Clause: Equatable, Sendable {
    enum Tense: CaseIterable, Sendable {
        case past, present, progressive, future
    }

    enum Order: CaseIterable, Sendable {
        case active, passive
        /// With the time, or else the place, in front.
        case fronted, frontedPassive
    }

    var subject: NounPhrase
    var sense: VerbSense
    var object: NounPhrase?
    /// `in the garden`.
    var place: String?
    /// `last week`, fitting the tense.
    var time: String?
    var tense: Tense
    var isNegated = false

    /// The clause as a sentence with its full stop.
    func sentence(_ order: Order = .active) -> String {
        Inflection.sentenceCase(words(order)) + "."
    }

    /// The clause without capital and full stop.
    func words(_ order: Order = .active) -> String {
        let passive = object != nil && (order == .passive || order == .frontedPassive)
        var core: String
        if passive, let object {
            core = "\(object.text) \(passiveGroup(plural: object.isPlural)) by \(subject.text)"
        } else {
            core = "\(subject.text) \(activeGroup(plural: subject.isPlural))"
            if let object { core += " \(object.text)" }
        }
        let fronted = order == .fronted || order == .frontedPassive
        let front = fronted ? time ?? place : nil
        if let place, front == nil || time != nil { core += " \(place)" }
        if let time, front == nil { core += " \(time)" }
        return front.map { "\($0) \(core)" } ?? core
    }

    private func activeGroup(plural: Bool) -> String {
        let verb = sense.verb
        let not = isNegated ? " not" : ""
        switch tense {
        case .past: return isNegated ? "did not \(verb.lemma)" : verb.past
        case .present:
            if isNegated { return (plural ? "do not " : "does not ") + verb.lemma }
            return plural ? verb.lemma : verb.third
        case .progressive: return (plural ? "are" : "is") + not + " \(verb.gerund)"
        case .future: return "will\(not) \(verb.lemma)"
        }
    }

    private func passiveGroup(plural: Bool) -> String {
        let not = isNegated ? " not" : ""
        let participle = sense.verb.participle
        switch tense {
        case .past: return (plural ? "were" : "was") + not + " \(participle)"
        case .present: return (plural ? "are" : "is") + not + " \(participle)"
        case .progressive: return (plural ? "are" : "is") + not + " being \(participle)"
        case .future: return "will\(not) be \(participle)"
        }
    }
}

extension Clause {
    /// With another verb of the same meaning, where the lexicon has one.
    var withSynonymousVerb: Clause? {
        guard let synonym = sense.synonym else { return nil }
        var result = self
        result.sense = VerbSense(verb: synonym, synonym: sense.verb, opposite: sense.opposite)
        return result
    }

    /// With a verb that cannot be true of the same event.
    var withOppositeVerb: Clause? {
        guard let opposite = sense.opposite else { return nil }
        var result = self
        result.sense = VerbSense(verb: opposite, synonym: nil, opposite: sense.verb)
        return result
    }

    var negated: Clause {
        var result = self
        result.isNegated.toggle()
        return result
    }

    /// Subject and object change places.
    var reversed: Clause? {
        guard let object else { return nil }
        var result = self
        result.subject = object
        result.object = subject
        return result
    }
}
