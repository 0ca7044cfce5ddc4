/// Draws clauses that make sense in a setting.
struct ClauseSource: Sendable {
    let setting: Setting

    /// Somebody and something of the setting.
    ///
    /// - Parameter whole: with place and time in any case; otherwise each is left out now and then.
    func clause(_ random: inout Random, tense: Clause.Tense = .past, whole: Bool = false) -> Clause {
        let frame = random.pick(setting.frames)
        return Clause(
            subject: person(&random),
            sense: random.pick(frame.verbs),
            object: thing(&random, of: frame),
            place: whole || random.chance(70) ? random.pick(setting.places) : nil,
            time: whole || random.chance(60) ? time(&random, tense) : nil,
            tense: tense
        )
    }

    /// Two different people of the setting.
    func dealing(_ random: inout Random, tense: Clause.Tense = .past) -> Clause {
        let subject = person(&random)
        var object = person(&random)
        while object.noun == subject.noun { object = person(&random) }
        return Clause(
            subject: subject,
            sense: random.pick(setting.dealings),
            object: object,
            place: random.chance(70) ? random.pick(setting.places) : nil,
            time: random.chance(60) ? time(&random, tense) : nil,
            tense: tense
        )
    }

    /// Somebody alone.
    func doing(_ random: inout Random, tense: Clause.Tense = .past) -> Clause {
        Clause(
            subject: person(&random),
            sense: random.pick(Lexicon.intransitives),
            object: nil,
            place: random.pick(setting.places),
            time: time(&random, tense),
            tense: tense
        )
    }

    /// `the old nurse`, and without adjective half of the time.
    func person(_ random: inout Random) -> NounPhrase {
        NounPhrase(
            .the,
            random.pick(setting.people),
            adjective: random.chance(50) ? random.pick(Lexicon.personAdjectives) : nil
        )
    }

    func thing(_ random: inout Random, of frame: Setting.Frame) -> NounPhrase {
        let determiner: NounPhrase.Determiner =
            switch random.below(4) {
            case 0: .the
            case 1: .number(random.number(in: 2...9))
            default: .a
            }
        let adjective = random.chance(50) ? random.pick(frame.adjectives) : nil
        return NounPhrase(determiner, random.pick(frame.objects), adjective: adjective)
    }

    func place(_ random: inout Random) -> String {
        random.pick(setting.places)
    }

    func time(_ random: inout Random, _ tense: Clause.Tense) -> String? {
        switch tense {
        case .past: random.pick(Lexicon.pastTimes)
        case .present: random.pick(Lexicon.habitTimes)
        case .progressive: nil
        case .future: random.pick(Lexicon.futureTimes)
        }
    }
}
