/// Sentences that keep or break one rule of English grammar.
struct CoLA: ExampleSource {
    let labels = ["0", "1"]

    /// A sentence by the rule and one that breaks it, from the same words.
    private struct Pair {
        var good: String
        var bad: String

        init(_ good: String, _ bad: String, mark: String = ".") {
            self.good = Inflection.sentenceCase(good) + mark
            self.bad = Inflection.sentenceCase(bad) + mark
        }
    }

    private typealias Rule = @Sendable (ClauseSource, inout Random) -> Pair

    private static let rules: [(source: String, pair: Rule)] = [
        ("agr", agreement), ("det", determiner), ("ord", wordOrder), ("arg", arguments), ("ref", reflexive),
        ("aux", auxiliary), ("cas", pronounCase), ("whq", question), ("cmp", complement), ("neg", negation),
    ]

    func example(label: String, turn: Int, split: Split, _ random: inout Random) -> Example {
        let rule = Self.rules[turn % Self.rules.count]
        let pair = rule.pair(ClauseSource(setting: random.pick(Setting.all)), &random)
        return Example(first: label == "1" ? pair.good : pair.bad, second: nil, label: label, genre: rule.source)
    }

    /// The verb agrees with the head of the subject, not with the nearest noun.
    private static func agreement(_ source: ClauseSource, _ random: inout Random) -> Pair {
        let place = random.pick(source.setting.places)
        let verb = random.pick(Lexicon.intransitives).verb
        let time = random.pick(Lexicon.habitTimes)
        let plural = random.chance(50)
        let subject = source.person(&random).with(plural ? .thePlural : .the).text
        let attractor = random.chance(50) ? " \(place)" : ""
        let (right, wrong) = plural ? (verb.lemma, verb.third) : (verb.third, verb.lemma)
        return Pair("\(subject)\(attractor) \(right) \(time)", "\(subject)\(attractor) \(wrong) \(time)")
    }

    /// A determiner fits its noun's number.
    private static func determiner(_ source: ClauseSource, _ random: inout Random) -> Pair {
        let clause = source.clause(&random)
        let noun = (clause.object ?? clause.subject).noun.forms
        let rest = "\(clause.subject.text) \(clause.sense.verb.past)"
        if random.chance(50) {
            let one = random.pick(["this", "that", "every", "one"])
            return Pair("\(rest) \(one) \(noun.singular)", "\(rest) \(one) \(noun.plural)")
        }
        let many = random.pick(["these", "those", "many", "two", "several"])
        return Pair("\(rest) \(many) \(noun.plural)", "\(rest) \(many) \(noun.singular)")
    }

    /// The object after the verb, the article before the adjective.
    private static func wordOrder(_ source: ClauseSource, _ random: inout Random) -> Pair {
        let clause = source.clause(&random)
        let adjective = random.pick(Lexicon.thingAdjectives).word
        let noun = (clause.object ?? clause.subject).noun.forms.singular
        let subject = clause.subject.text
        let verb = clause.sense.verb.past
        let good = "\(subject) \(verb) the \(adjective) \(noun)"
        if random.chance(50) { return Pair(good, "\(subject) the \(adjective) \(noun) \(verb)") }
        return Pair(good, "\(subject) \(verb) \(adjective) the \(noun)")
    }

    /// Verbs that take no object, and verbs that cannot do without.
    private static func arguments(_ source: ClauseSource, _ random: inout Random) -> Pair {
        let clause = source.clause(&random)
        let subject = clause.subject.text
        let object = clause.object?.text ?? "it"
        let time = random.pick(Lexicon.pastTimes)
        if random.chance(50) {
            let alone = random.pick(["slept", "arrived", "disappeared", "sneezed", "smiled", "fainted", "laughed"])
            return Pair("\(subject) \(alone) \(time)", "\(subject) \(alone) \(object) \(time)")
        }
        let needy = random.pick([
            "praised", "mentioned", "admired", "touched", "described", "discovered", "examined", "recognized",
        ])
        return Pair("\(subject) \(needy) \(object) \(time)", "\(subject) \(needy) \(time)")
    }

    /// A reflexive pronoun agrees with the subject.
    private static func reflexive(_ source: ClauseSource, _ random: inout Random) -> Pair {
        let female = random.chance(50)
        let name = female ? random.pick(Names.women) : random.pick(Names.men)
        let verb = random.pick(["hurt", "blamed", "introduced", "saw", "washed", "defended", "admired", "described"])
        let place = random.pick(source.setting.places)
        if random.chance(50) {
            let people = source.person(&random).with(.thePlural).text
            return Pair("\(people) \(verb) themselves \(place)", "\(people) \(verb) itself \(place)")
        }
        let (right, wrong) = female ? ("herself", "himself") : ("himself", "herself")
        return Pair("\(name) \(verb) \(right) \(place)", "\(name) \(verb) \(wrong) \(place)")
    }
}

extension CoLA {
    /// An auxiliary governs the form of the verb after it.
    private static func auxiliary(_ source: ClauseSource, _ random: inout Random) -> Pair {
        let clause = source.clause(&random)
        let subject = clause.subject.text
        let rest = "\(clause.object?.text ?? "it") \(source.place(&random))"
        let verb = clause.sense.verb
        if random.chance(50) {
            return Pair("\(subject) has \(verb.participle) \(rest)", "\(subject) has \(verb.third) \(rest)")
        }
        return Pair("\(subject) will \(verb.lemma) \(rest)", "\(subject) will \(verb.gerund) \(rest)")
    }

    /// Subject and object forms of pronouns.
    private static func pronounCase(_ source: ClauseSource, _ random: inout Random) -> Pair {
        let clause = source.dealing(&random)
        let pronoun = random.pick([("he", "him"), ("she", "her"), ("they", "them"), ("we", "us"), ("I", "me")])
        let verb = clause.sense.verb.past
        let person = clause.subject.text
        let time = random.pick(Lexicon.pastTimes)
        if random.chance(50) {
            return Pair("\(pronoun.0) \(verb) \(person) \(time)", "\(pronoun.1) \(verb) \(person) \(time)")
        }
        return Pair("\(person) \(verb) \(pronoun.1) \(time)", "\(person) \(verb) \(pronoun.0) \(time)")
    }

    /// A question about an object leaves its place empty and turns the auxiliary round.
    private static func question(_ source: ClauseSource, _ random: inout Random) -> Pair {
        let clause = source.clause(&random)
        let subject = clause.subject.text
        let verb = clause.sense.verb.lemma
        let place = source.place(&random)
        let bad =
            random.chance(50)
            ? "what \(subject) did \(verb) \(place)"
            : "what did \(subject) \(verb) \(clause.object?.text ?? "it") \(place)"
        return Pair("what did \(subject) \(verb) \(place)", bad, mark: "?")
    }

    /// What a verb asks of the verb or the preposition after it.
    private static func complement(_ source: ClauseSource, _ random: inout Random) -> Pair {
        let clause = source.clause(&random)
        let subject = clause.subject.text
        if random.chance(50) {
            let action = "\(clause.sense.verb.lemma) \(clause.object?.text ?? "it") \(source.place(&random))"
            let head = random.pick(["wanted", "decided", "hoped", "tried", "agreed", "refused"])
            return Pair("\(subject) \(head) to \(action)", "\(subject) \(head) \(action)")
        }
        let other = source.person(&random).text
        let time = random.pick(Lexicon.pastTimes)
        let (verb, preposition) = random.pick([
            ("listened", "to"), ("waited", "for"), ("looked", "at"), ("talked", "to"), ("relied", "on"),
            ("laughed", "at"),
        ])
        return Pair("\(subject) \(verb) \(preposition) \(other) \(time)", "\(subject) \(verb) \(other) \(time)")
    }

    /// Negation needs an auxiliary, and stands after it.
    private static func negation(_ source: ClauseSource, _ random: inout Random) -> Pair {
        let clause = source.clause(&random)
        let subject = clause.subject.text
        let verb = clause.sense.verb
        let rest = "\(clause.object?.text ?? "it") \(source.place(&random))"
        let good = "\(subject) did not \(verb.lemma) \(rest)"
        let bad = random.chance(50) ? "\(subject) not \(verb.past) \(rest)" : "\(subject) not did \(verb.lemma) \(rest)"
        return Pair(good, bad)
    }
}
