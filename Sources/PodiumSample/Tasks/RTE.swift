/// A text of two or three sentences, and a claim that follows or does not.
struct RTE: ExampleSource {
    let labels = ["entailment", "not_entailment"]

    func example(label: String, turn: Int, split: Split, _ random: inout Random) -> Example {
        turn % 3 == 2 ? news(label, &random) : profile(label, &random)
    }

    private func profile(_ label: String, _ random: inout Random) -> Example {
        let profile = Profile.any(&random)
        let facts = random.shuffled(profile.facts)
        let forms = [random.below(3), random.below(3)]
        let text = [
            profile.statement(facts[0], form: forms[0]).text,
            profile.statement(facts[1], form: forms[1], subject: profile.pronoun).text,
        ]
        let asked = random.below(2)
        let claimed: Fact =
            if label == "entailment" { facts[asked] } else if random.chance(50) { facts[asked].falsified } else {
                facts[2]
            }
        let claim = profile.statement(claimed, form: forms[asked] + 1).text
        return Example(first: text.joined(separator: " "), second: claim, label: label)
    }

    private func news(_ label: String, _ random: inout Random) -> Example {
        let event = Event(&random, kind: random.below(Event.kindCount))
        let telling = random.below(3)
        let claimed = label == "entailment" ? event : event.changing(random.pick(event.told), &random)
        return Example(first: event.sentence(telling), second: claimed.sentence(telling + 1), label: label)
    }
}
