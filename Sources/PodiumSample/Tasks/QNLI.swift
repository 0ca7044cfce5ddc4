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
        let first = profile.statement(told[0], form: random.below(3)).text
        let second = profile.statement(told[1], form: random.below(3), subject: profile.pronoun).text
        let sentence = random.chance(50) ? first : "\(first.dropLast()), and \(Self.continued(second, profile))"
        if sentence == first, label == "entailment", told[0].attribute != facts[0].attribute {
            return Example(
                first: question,
                second: profile.statement(facts[0], form: random.below(3)).text,
                label: label
            )
        }
        return Example(first: question, second: sentence, label: label)
    }

    /// A sentence after `and`: its capital goes, unless it starts with a name.
    static func continued(_ sentence: String, _ profile: Profile) -> String {
        let starters = ["She", "He", "It", "The", "In", "Her", "His", "Its", "About", "Most", "A", "Every", "Today"]
        guard let first = sentence.split(separator: " ").first, starters.contains(String(first)) else {
            return sentence
        }
        return sentence.prefix(1).lowercased() + sentence.dropFirst()
    }
}
