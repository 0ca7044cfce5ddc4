/// Two questions that want the same answer, or nearly.
struct QQP: ExampleSource {
    let labels = ["0", "1"]

    func example(label: String, turn: Int, split: Split, _ random: inout Random) -> Example {
        turn % 2 == 0 ? profileQuestions(label, &random) : adviceQuestions(label, &random)
    }

    /// About invented people and things: another attribute or another name makes another question.
    private func profileQuestions(_ label: String, _ random: inout Random) -> Example {
        let profile = Profile.any(&random)
        let facts = random.shuffled(profile.facts)
        let form = random.below(3)
        let first = profile.question(facts[0], form: form)
        if label == "1" {
            return Example(first: first, second: profile.question(facts[0], form: form + 1), label: label)
        }
        if random.chance(50) {
            return Example(first: first, second: profile.question(facts[1], form: random.below(3)), label: label)
        }
        var other = profile
        while other.name == profile.name { other.name = Self.name(like: profile, &random) }
        return Example(first: first, second: other.question(facts[0], form: form + 1), label: label)
    }

    /// Another name for the same kind of thing; half of two-part names keep one part.
    private static func name(like profile: Profile, _ random: inout Random) -> String {
        let name = Profile(profile.kind, &random).name
        let parts = profile.name.split(separator: " ")
        let others = name.split(separator: " ")
        guard parts.count == 2, others.count == 2, random.chance(50) else { return name }
        return random.chance(50) ? "\(parts[0]) \(others[1])" : "\(others[0]) \(parts[1])"
    }

    private static let same: [[String]] = [
        ["How can I {do}?", "What is the best way to {do}?", "How do I {do}?", "What should I do to {do}?"],
        ["Is it hard to {do}?", "Is it difficult to {do}?", "How difficult is it to {do}?"],
        ["Why do people {do}?", "For what reason do people {do}?", "What makes people {do}?"],
        ["Where can I {do}?", "What is a good place to {do}?", "In which place can I {do}?"],
        ["How long does it take to {do}?", "How much time does one need to {do}?", "In how much time can I {do}?"],
        ["How much does it cost to {do}?", "What is the price if I want to {do}?", "How expensive is it to {do}?"],
    ]

    /// About how, why and where: another action or another kind of question makes another question.
    private func adviceQuestions(_ label: String, _ random: inout Random) -> Example {
        let kind = random.pick(Self.same)
        let forms = random.shuffled(kind)
        let source = ClauseSource(setting: random.pick(Setting.all))
        let clause = source.clause(&random)
        let thing = NounPhrase(.a, clause.object?.noun ?? clause.subject.noun)
        let action = "\(clause.sense.verb.lemma) \(thing.text)"
        let first = forms[0].replacing("{do}", with: action)
        if label == "1" {
            let verb = random.chance(50) ? clause.sense.synonym ?? clause.sense.verb : clause.sense.verb
            let object = random.chance(50) ? thing.synonymous ?? thing : thing
            return Example(
                first: first,
                second: forms[1].replacing("{do}", with: "\(verb.lemma) \(object.text)"),
                label: label
            )
        }
        var other = action
        let next = source.clause(&random)
        switch random.below(3) {
        case 0: other = "\(next.sense.verb.lemma) \(NounPhrase(.a, next.object?.noun ?? thing.noun).text)"
        case 1: other = "\(clause.sense.verb.lemma) \(NounPhrase(.a, next.object?.noun ?? thing.noun).text)"
        default:
            let asked = random.pick(Self.same, not: kind)
            return Example(first: first, second: random.pick(asked).replacing("{do}", with: action), label: label)
        }
        return Example(first: first, second: forms[1].replacing("{do}", with: other), label: label)
    }
}
