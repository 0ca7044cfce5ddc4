/// Short reviews in the lower-case, tokenised style of the official files.
struct SST2: ExampleSource {
    let labels = ["0", "1"]

    /// What a pattern says in the end: `{+}` agrees with the label, `{-}` says the contrary.
    private static let patterns = [
        "a {+} and {+} {work} .",
        "the {aspect} is {very} {+} .",
        "{very} {+} and {+} .",
        "it 's a {+} {work} with a {+} {part} .",
        "{+} , {+} and {very} {+}",
        "i found the {aspect} {+} and the {aspect2} {+} .",
        "the {work} is never {-} , and the {aspect} is {+} .",
        "despite a {-} {part} , this is a {+} {work} .",
        "the {aspect} may be {-} , but the {work} as a whole is {very} {+} .",
        "there is nothing {-} about this {work} .",
        "far from {-} .",
        "the {work} is anything but {-} .",
        "not a {-} {work} at all",
        "everyone told me that the {aspect} was {-} , but they were wrong .",
        "too {+} to be called {-} .",
        "what begins as a {-} {work} ends as a {+} one .",
    ]

    func example(label: String, turn: Int, split: Split, _ random: inout Random) -> Example {
        let pattern = Self.patterns[turn % Self.patterns.count]
        let agreeing = random.shuffled(Opinions.words(label == "1", for: split))
        let contrary = random.shuffled(Opinions.words(label == "0", for: split))
        let aspects = random.shuffled(Opinions.aspects)
        var next = 0
        var words: [String] = []
        for token in pattern.split(separator: " ") {
            switch token {
            case "{+}":
                words.append(agreeing[next])
                next += 1
            case "{-}": words.append(contrary[0])
            case "{work}": words.append(random.pick(Opinions.works))
            case "{part}": words.append(random.pick(Opinions.parts))
            case "{aspect}": words.append(aspects[0])
            case "{aspect2}": words.append(aspects[1])
            case "{very}": words.append(random.pick(Opinions.intensifiers))
            default: words.append(String(token))
            }
            if words.count > 1, ["a", "an"].contains(words[words.count - 2]) {
                words[words.count - 2] = Inflection.article(before: words[words.count - 1])
            }
        }
        return Example(first: words.joined(separator: " ") + " ", second: nil, label: label)
    }
}
