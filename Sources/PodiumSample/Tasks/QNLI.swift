/// A question, and a sentence that answers it or speaks of something else.
struct QNLI: ExampleSource {
    let labels = ["entailment", "not_entailment"]

    func example(label: String, turn: Int, split: Split, _ random: inout Random) -> Example {
        let profile = Profile.any(&random)
        let facts = random.shuffled(profile.facts)
        let question = profile.question(facts[0], form: random.below(3))
        // One sentence of two facts; the answer is in the first, the second or neither.
        let told: [Fact] =
            switch (label, random.chance(50)) {
            case ("entailment", true): [facts[0], facts[1]]
            case ("entailment", false): [facts[1], facts[0]]
            default: [facts[1], facts[2]]
            }
        let first = profile.statement(told[0], form: random.below(3))
        let second = profile.statement(told[1], form: random.below(3), subject: profile.pronoun)
        if random.chance(50) {
            return Example(first: question, second: "\(first.text.dropLast()), and \(second.words).", label: label)
        }
        let single = label == "entailment" ? profile.statement(facts[0], form: random.below(3)) : first
        return Example(first: question, second: single.text, label: label)
    }
}
