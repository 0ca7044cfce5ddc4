/// Premise and hypothesis: entailed, contradicted, or neither.
struct MNLI: ExampleSource {
    let labels = ["contradiction", "entailment", "neutral"]
    /// The genres; the mismatched development set has others than training.
    let settings: [Setting]

    static let matched = [Setting.home, .town]
    static let mismatched = [Setting.office, .wildlife]

    func example(label: String, turn: Int, split: Split, _ random: inout Random) -> Example {
        let source = ClauseSource(setting: random.pick(settings))
        let pair =
            turn % 4 == 3
            ? state(label, source, &random)
            : label == "contradiction"
                ? contradiction(turn, source, &random)
                : label == "entailment" ? entailment(turn, source, &random) : neutral(turn, source, &random)
        return Example(first: pair.0, second: pair.1, label: label, genre: source.setting.name)
    }

    private func premise(_ source: ClauseSource, _ random: inout Random) -> Clause {
        var clause = random.chance(70) ? source.clause(&random) : source.dealing(&random)
        // A premise with a not in it, so that a hypothesis with one is no contradiction by itself.
        clause.isNegated = random.chance(40)
        return clause
    }

    private func order(_ random: inout Random) -> Clause.Order {
        random.chance(40) ? random.pick(Clause.Order.allCases) : .active
    }

    /// Leaves out, generalises, or says the same in other words.
    private func entailment(_ turn: Int, _ source: ClauseSource, _ random: inout Random) -> (String, String) {
        var clause = premise(source, &random)
        let negative = clause.isNegated
        let shown = order(&random)
        var hypothesis = clause
        switch (turn / 4) % 4 {
        case 0 where !negative:
            hypothesis.place = nil
            hypothesis.time = nil
            hypothesis.object = hypothesis.object?.general
        case 1 where !negative:
            hypothesis.subject = hypothesis.subject.general.with(.a)
            hypothesis.time = nil
        case 2:
            hypothesis = hypothesis.withSynonymousVerb ?? hypothesis
            hypothesis.subject = hypothesis.subject.synonymous ?? hypothesis.subject
            if !negative { hypothesis.place = nil }
        default:
            if negative {
                // What was done to no chair was done to no old chair.
                clause.object = clause.object.map { NounPhrase(.a, $0.noun) }
                hypothesis = clause
                hypothesis.object = clause.object?.with(adjective: random.pick(Lexicon.thingAdjectives))
            } else {
                hypothesis.subject.adjective = nil
                hypothesis.object?.adjective = nil
                hypothesis.place = nil
            }
            return (clause.sentence(shown), hypothesis.sentence(.active))
        }
        return (clause.sentence(shown), hypothesis.sentence(shown == .active ? .passive : .active))
    }

    /// Denies, or says what cannot be true as well.
    private func contradiction(_ turn: Int, _ source: ClauseSource, _ random: inout Random) -> (String, String) {
        var clause = premise(source, &random)
        let shown = order(&random)
        var hypothesis = clause
        switch (turn / 4) % 4 {
        case 0:
            hypothesis = clause.negated
            if !clause.isNegated, random.chance(50) { hypothesis.subject.adjective = nil }
        case 1 where clause.sense.opposite != nil && !clause.isNegated:
            // Of the same thing, so that both cannot be true.
            clause.object = clause.object.map { $0.with($0.isPlural ? .thePlural : .the) }
            hypothesis = clause.withOppositeVerb ?? clause.negated
        case 2 where !clause.isNegated:
            // Nobody did: the subject becomes its own kind.
            hypothesis.subject = clause.subject.general.with(.no)
            hypothesis.place = nil
            hypothesis.time = nil
            return (clause.sentence(shown), hypothesis.sentence(.active))
        default:
            hypothesis = (clause.withSynonymousVerb ?? clause).negated
        }
        return (clause.sentence(shown), hypothesis.sentence(order(&random)))
    }

    /// Adds something, or says something else about the same people.
    private func neutral(_ turn: Int, _ source: ClauseSource, _ random: inout Random) -> (String, String) {
        var clause = premise(source, &random)
        let shown = order(&random)
        var hypothesis = clause
        switch (turn / 4) % 4 {
        case 0:
            // The premise knows the kind only.
            hypothesis.isNegated = false
            clause = hypothesis
            clause.object = clause.object?.general
            clause.time = nil
        case 1:
            clause.isNegated = false
            hypothesis = clause
            clause.place = nil
            hypothesis.subject.adjective = nil
        case 2:
            let next = source.dealing(&random)
            hypothesis = next
            hypothesis.subject = clause.subject
            hypothesis.isNegated = random.chance(30)
            hypothesis.time = clause.time
        default:
            let next = source.clause(&random)
            hypothesis = next
            hypothesis.subject = clause.subject
            hypothesis.isNegated = clause.isNegated
            hypothesis.place = clause.place
        }
        return (clause.sentence(shown), hypothesis.sentence(order(&random)))
    }

    /// How something was: an adjective, its synonym, its opposite, or another one.
    private func state(_ label: String, _ source: ClauseSource, _ random: inout Random) -> (String, String) {
        let frame = random.pick(source.setting.frames)
        let aboutPerson = random.chance(50)
        let adjectives = aboutPerson ? Lexicon.personAdjectives : frame.adjectives
        let noun = aboutPerson ? random.pick(source.setting.people) : random.pick(frame.objects)
        let quality = random.pick(adjectives)
        let other = random.pick(adjectives, not: quality)
        let extra = random.pick(adjectives.filter { $0 != quality && $0 != other })
        let who = "The \(noun.forms.singular) \(random.pick(source.setting.places))"
        let negative = random.chance(40)
        let same = quality.synonym ?? quality.word
        let premise: String
        let hypothesis: String
        switch label {
        case "entailment":
            premise = "\(who) was \(quality.word) and \(extra.word)."
            hypothesis = "\(who) was \(negative ? "not \(quality.opposite)" : same)."
        case "contradiction":
            premise = "\(who) was \(quality.word) and \(extra.word)."
            hypothesis = "\(who) was \(negative ? "not \(same)" : quality.opposite)."
        default:
            premise = "\(who) was \(quality.word) and \(extra.word)."
            hypothesis = "\(who) was \(negative ? "not " : "")\(random.chance(50) ? other.word : other.opposite)."
        }
        return (premise, hypothesis)
    }
}
