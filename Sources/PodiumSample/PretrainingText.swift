/// Text from the sample's world to pre-train on: one sentence a line, an empty line between documents.
struct PretrainingText {
    /// Sentences that must not occur: those of the development sets.
    let taken: Set<String>

    /// A text as it stands in a line: without the blank that ends a review.
    static func line(_ text: String) -> String {
        text.hasSuffix(" ") ? String(text.dropLast()) : text
    }

    /// Passages about invented people, towns, companies and animals, some with a question and its answer.
    func facts(documents: Int, _ random: inout Random) -> String {
        text(documents: documents, &random) { random in
            let profile = Profile.any(&random)
            let facts = random.shuffled(profile.facts)
            var lines: [String] = []
            for (position, fact) in facts.prefix(random.number(in: 5...8)).enumerated() {
                let subject = position == 0 ? Mention(profile.name) : random.pick(profile.mentions)
                let form = random.below(3)
                lines.append(profile.statement(fact, form: form, subject: subject).text)
                guard random.chance(35) else { continue }
                lines.append(profile.question(fact, form: random.below(3)))
                lines.append(profile.statement(fact, form: form + 1).text)
            }
            return lines
        }
    }

    /// Small stories of one person at one place, with other words for the same things.
    func stories(documents: Int, _ random: inout Random) -> String {
        text(documents: documents, &random) { random in
            let source = ClauseSource(setting: random.pick(Setting.all))
            let hero = source.person(&random)
            let female = Self.isFeminine(hero.noun, &random)
            let place = random.pick(source.setting.places)
            var lines: [String] = []
            for position in 0..<random.number(in: 4...7) {
                var clause = scene(source, &random)
                clause.subject = position == 0 || random.chance(25) ? hero : NounPhrase(name: female ? "she" : "he")
                if position == 0 { clause.place = place }
                if position > 0, random.chance(60) { clause.place = nil }
                if random.chance(50) { clause.time = nil }
                clause.isNegated = random.chance(15)
                let pronoun = clause.subject.determiner == .bare
                lines.append(
                    clause.sentence(pronoun ? random.pick([.active, .fronted]) : random.pick(Clause.Order.allCases))
                )
                if random.chance(25), let echo = echo(of: clause) { lines.append(echo) }
                if random.chance(20) { lines.append(quality(of: clause, &random)) }
            }
            return lines
        }
    }

    /// Opinions on films and books, and words explained by other words.
    func talk(documents: Int, _ random: inout Random) -> String {
        let reviews = SST2()
        let riddles = WNLI()
        return text(documents: documents, &random) { random in
            switch random.below(5) {
            case 0: return definitions(&random)
            case 1:
                return (0..<2).flatMap { turn in
                    let riddle = riddles.example(label: "1", turn: turn + random.below(40), split: .dev, &random)
                    return riddle.texts
                }
            case 2:
                let event = Event(&random, kind: random.below(Event.kindCount))
                return random.shuffled([0, 1, 2]).map { event.sentence($0) }
            default:
                let label = random.pick(reviews.labels)
                return (0..<random.number(in: 3...5)).map { _ in
                    let review = reviews.example(label: label, turn: random.below(64), split: .dev, &random)
                    return Self.line(review.first)
                }
            }
        }
    }

    private func scene(_ source: ClauseSource, _ random: inout Random) -> Clause {
        let tense = random.pick(Clause.Tense.allCases)
        return switch random.below(4) {
        case 0: source.dealing(&random, tense: tense)
        case 1: source.doing(&random, tense: tense)
        default: source.clause(&random, tense: tense)
        }
    }

    private static func isFeminine(_ noun: Noun, _ random: inout Random) -> Bool {
        let name = noun.forms.singular
        return Lexicon.feminine.contains(name) || (!Lexicon.masculine.contains(name) && random.chance(50))
    }

    /// The same again in other words, or what it was not.
    private func echo(of clause: Clause) -> String? {
        var other = clause
        if let synonymous = clause.withSynonymousVerb {
            other = synonymous
        } else if let opposite = clause.withOppositeVerb {
            other = opposite.negated
        }
        other.object = other.object.map { $0.synonymous ?? $0.general }
        return other == clause ? nil : other.sentence(.active)
    }

    private func quality(of clause: Clause, _ random: inout Random) -> String {
        guard let object = clause.object, !object.isPlural else {
            return "Everybody \(random.pick(["smiled", "waited", "laughed"]))."
        }
        let person = Setting.all.contains { $0.people.contains { $0.forms == object.noun.forms } }
        let adjective = random.pick(person ? Lexicon.personAdjectives : Lexicon.thingAdjectives)
        return "The \(object.noun.forms.singular) was \(adjective.word), not \(adjective.opposite)."
    }

    /// What kind of thing things are, what words mean the same and what the contrary.
    private func definitions(_ random: inout Random) -> [String] {
        let setting = random.pick(Setting.all)
        return (0..<random.number(in: 3...6)).map { _ in
            let noun =
                random.chance(50) ? random.pick(setting.people) : random.pick(random.pick(setting.frames).objects)
            let adjective = random.pick(random.chance(50) ? Lexicon.personAdjectives : Lexicon.thingAdjectives)
            let name = noun.forms.singular
            switch random.below(4) {
            case 0:
                return Inflection.sentenceCase(
                    "\(Inflection.article(before: name)) \(name) is \(Inflection.article(before: noun.kind.singular)) \(noun.kind.singular)."
                )
            case 1: return "All \(noun.forms.plural) are \(noun.kind.plural)."
            case 2: return "What is \(adjective.word) is not \(adjective.opposite)."
            default:
                return adjective.synonym.map { "\(Inflection.sentenceCase(adjective.word)) means \($0)." }
                    ?? "Not every \(noun.kind.singular) is \(Inflection.article(before: name)) \(name)."
            }
        }
    }

    private func text(documents: Int, _ random: inout Random, _ document: (inout Random) -> [String]) -> String {
        var result = ""
        for _ in 0..<documents {
            let lines = document(&random).filter { !taken.contains($0) }
            guard lines.count > 1 else { continue }
            if !result.isEmpty { result += "\n" }
            for line in lines { result += line + "\n" }
        }
        return result
    }
}
