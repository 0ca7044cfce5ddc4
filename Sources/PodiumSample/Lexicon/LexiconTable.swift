/// Reads the lexicon's tables, which are written to be read by people.
enum LexiconTable {
    /// Lines `kind: noun, noun=synonym, foot/feet`: what follows the stroke is an irregular plural.
    static func nouns(_ text: String) -> [Noun] {
        lines(text).flatMap { line in
            let parts = split(line, ":")
            precondition(parts.count == 2, "a line of nouns is `kind: noun, noun`")
            return split(parts[1], ",").map { entry in
                let words = split(entry, "=").map(forms)
                return Noun(forms: words[0], synonym: words.dropFirst().first, kind: forms(parts[0]))
            }
        }
    }

    /// Entries `lemma/past/participle = synonym ! opposite`, separated by commas; `+` after a lemma doubles its last letter.
    static func verbs(_ text: String) -> [VerbSense] {
        lines(text).flatMap { split($0, ",") }.map { entry in
            let sides = split(entry, "!")
            let same = split(sides[0], "=").map(verb)
            return VerbSense(
                verb: same[0],
                synonym: same.dropFirst().first,
                opposite: sides.dropFirst().first.map(verb)
            )
        }
    }

    /// Entries `word = synonym ! opposite`, separated by commas.
    static func adjectives(_ text: String) -> [Adjective] {
        lines(text).flatMap { split($0, ",") }.map { entry in
            let sides = split(entry, "!")
            precondition(sides.count == 2, "an adjective has an opposite")
            let same = split(sides[0], "=")
            return Adjective(word: same[0], synonym: same.dropFirst().first, opposite: sides[1])
        }
    }

    /// Words or phrases separated by commas and line ends.
    static func words(_ text: String) -> [String] {
        lines(text).flatMap { split($0, ",") }
    }

    private static func forms(_ entry: String) -> Noun.Forms {
        let parts = split(entry, "/")
        return Noun.Forms(singular: parts[0], plural: parts.count > 1 ? parts[1] : Inflection.plural(of: parts[0]))
    }

    private static func verb(_ entry: String) -> Verb {
        let parts = split(entry, "/")
        let doubling = parts[0].hasSuffix("+")
        return Inflection.verb(
            doubling ? String(parts[0].dropLast()) : parts[0],
            past: parts.dropFirst().first,
            participle: parts.dropFirst(2).first,
            doubling: doubling
        )
    }

    private static func lines(_ text: String) -> [String] {
        split(text, "\n")
    }

    private static func split(_ text: String, _ separator: Character) -> [String] {
        text.split(separator: separator).map { part in
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }.filter { !$0.isEmpty }
    }
}
