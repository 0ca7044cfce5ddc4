/// English spelling of regular forms; irregular ones are written out in the lexicon.
enum Inflection {
    static func plural(of noun: String) -> String {
        if endsInConsonantY(noun) { return noun.dropLast() + "ies" }
        return noun + (["s", "x", "ch", "sh"].contains { noun.hasSuffix($0) } ? "es" : "s")
    }

    /// A regular verb; `doubling` repeats its last letter before -ed and -ing: drop, dropped.
    static func verb(_ lemma: String, past: String? = nil, participle: String? = nil, doubling: Bool = false) -> Verb {
        let stem = doubling ? lemma + lemma.suffix(1) : lemma
        let regular: String
        if lemma.hasSuffix("e") {
            regular = lemma + "d"
        } else if endsInConsonantY(lemma) {
            regular = lemma.dropLast() + "ied"
        } else {
            regular = stem + "ed"
        }
        let gerund = lemma.hasSuffix("e") && !lemma.hasSuffix("ee") ? lemma.dropLast() + "ing" : stem + "ing"
        return Verb(
            lemma: lemma,
            third: plural(of: lemma),
            past: past ?? regular,
            participle: participle ?? past ?? regular,
            gerund: gerund
        )
    }

    /// `a` or `an`, by the sound the next word starts with.
    static func article(before text: String) -> String {
        let vowel = text.first.map { "aeiouAEIOU".contains($0) } ?? false
        let glides = ["uni", "use", "European", "one"].contains { text.hasPrefix($0) }
        let silent = ["hour", "honest", "heir"].contains { text.hasPrefix($0) }
        return (vowel && !glides) || silent ? "an" : "a"
    }

    /// The text with its first letter in upper case, where that letter is ASCII.
    static func sentenceCase(_ text: String) -> String {
        guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return text }
        return String(decoding: [first - 32] + Array(text.utf8.dropFirst()), as: UTF8.self)
    }

    static func numeral(_ number: Int) -> String {
        let words = [
            "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        ]
        return number < words.count ? words[number] : String(number)
    }

    /// `12500` as `12,500`.
    static func grouped(_ number: Int) -> String {
        let digits = String(number)
        guard digits.utf8.count > 4 else { return digits }
        return String(digits.dropLast(3)) + "," + digits.suffix(3)
    }

    private static func endsInConsonantY(_ word: String) -> Bool {
        word.hasSuffix("y") && !["ay", "ey", "oy", "uy"].contains { word.hasSuffix($0) }
    }
}
