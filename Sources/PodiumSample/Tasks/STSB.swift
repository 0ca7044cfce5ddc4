/// Pairs of sentences by how much of what they say is the same.
struct STSB: ExampleSource {
    /// Scores are graded, not in classes; the entry stands for all.
    let labels = [""]

    private enum Part: CaseIterable {
        case verb, subject, object, place, time

        /// In thousandths of the score; together 5000.
        var worth: Int {
            switch self {
            case .verb: 1500
            case .subject, .object: 1250
            case .place, .time: 500
            }
        }
    }

    func example(label: String, turn: Int, split: Split, _ random: inout Random) -> Example {
        let source = ClauseSource(setting: random.pick(Setting.all))
        let clause = source.clause(&random, whole: true)
        let order = random.pick(Clause.Order.allCases)
        if turn % 5 == 4 {
            let other = ClauseSource(setting: random.pick(Setting.all, notNamed: source.setting.name)).clause(
                &random,
                whole: true
            )
            return Example(first: clause.sentence(), second: other.sentence(order), label: "0.000")
        }
        var other = clause
        if random.chance(50) { other = other.withSynonymousVerb ?? other }
        if random.chance(50) { other.subject = other.subject.synonymous ?? other.subject }
        if random.chance(50) { other.object = other.object?.synonymous ?? other.object }
        var score = 5000
        // None to three of the five parts differ, each number as often.
        for part in random.shuffled(Part.allCases).prefix(turn % 5) {
            score -= lost(by: part, in: &other, source, &random)
        }
        return Example(first: clause.sentence(), second: other.sentence(order), label: Self.text(score))
    }

    /// Changes a part; the worth of it that is gone.
    private func lost(by part: Part, in clause: inout Clause, _ source: ClauseSource, _ random: inout Random) -> Int {
        let next = source.clause(&random, whole: true)
        switch part {
        case .verb: clause.sense = random.pick(frame(of: clause, source).verbs, not: clause.sense)
        case .place: clause.place = random.pick(source.setting.places, not: clause.place ?? "")
        case .time: clause.time = random.pick(Lexicon.pastTimes, not: clause.time ?? "")
        case .subject:
            if random.chance(40) {
                clause.subject = clause.subject.general
                return part.worth * 2 / 5
            }
            clause.subject.noun = random.pick(source.setting.people, not: clause.subject.noun)
            clause.subject.adjective = next.subject.adjective
        case .object:
            if random.chance(40) {
                clause.object = clause.object?.general
                return part.worth * 2 / 5
            }
            guard let object = clause.object else { return 0 }
            let noun = random.pick(frame(of: clause, source).objects, not: object.noun)
            clause.object = NounPhrase(object.determiner, noun)
        }
        return part.worth
    }

    private func frame(of clause: Clause, _ source: ClauseSource) -> Setting.Frame {
        source.setting.frames.first { frame in
            frame.verbs.contains { $0.verb == clause.sense.verb || $0.synonym == clause.sense.verb }
        } ?? source.setting.frames[0]
    }

    /// Thousandths as the official files write scores: `3.800`.
    private static func text(_ thousandths: Int) -> String {
        let fraction = String(1000 + thousandths % 1000).dropFirst()
        return "\(thousandths / 1000).\(fraction)"
    }
}

extension Random {
    fileprivate mutating func pick(_ settings: [Setting], notNamed name: String) -> Setting {
        pick(settings.filter { $0.name != name })
    }
}
