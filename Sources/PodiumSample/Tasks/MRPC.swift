/// News told twice: the same event, or one that differs in a detail.
struct MRPC: ExampleSource {
    let labels = ["0", "1"]

    func example(label: String, turn: Int, split: Split, _ random: inout Random) -> Example {
        let event = Event(&random, kind: turn)
        let telling = random.below(event.tellings.count)
        let first = event.sentence(telling)
        if label == "1" {
            let other = telling + 1 + random.below(event.tellings.count - 1)
            return Example(first: first, second: event.sentence(other), label: label)
        }
        // The wording differs as often as in paraphrases: only the details tell the two labels apart.
        let other = random.chance(80) ? telling + 1 + random.below(event.tellings.count - 1) : telling
        let round = turn / Event.kindCount
        if round % 4 == 0, let reversed = event.reversed {
            return Example(first: first, second: reversed.sentence(other), label: label)
        }
        var changed = event
        let details = random.shuffled(event.told)
        for detail in details.prefix(1 + round % 3) { changed = changed.changing(detail, &random) }
        return Example(first: first, second: changed.sentence(other), label: label)
    }
}
