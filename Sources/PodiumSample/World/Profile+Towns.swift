extension Profile {
    private static let rivers = LexiconTable.words(
        "Arven, Belde, Corra, Duna, Elm, Fossa, Garonde, Hule, Isère, Jarl, Kelda, Loma, Mørk, Nera, Orb, Pela"
    )
    private static let specialties = LexiconTable.words(
        "cheese, glass, lace, beer, pottery, clocks, carpets, chocolate, honey, olive oil, paper, knives, umbrellas, candles"
    )
    private static let sights = LexiconTable.words(
        "old castle, stone bridge, botanical garden, clock tower, opera house, white lighthouse, glass museum, cathedral"
    )

    /// A town.
    static func town(_ random: inout Random) -> Profile {
        let name = Names.town(&random)
        let population = random.number(in: 20...900) * 100
        let mayor = Names.twoPeople(&random)
        return Profile(
            kind: .town,
            name: name,
            mentions: [.it, Mention("the town"), Mention(name)],
            pronoun: .it,
            facts: [
                Fact(
                    "country",
                    Names.countries,
                    &random,
                    ["{S} is a town in {A}.", "{S} belongs to {A}.", "{S} is situated in {A}."],
                    ["In which country is {N}?", "Where is {N} situated?", "To which country does {N} belong?"]
                ),
                Fact(
                    "river",
                    rivers,
                    &random,
                    ["{S} lies on the river {A}.", "the river {A} flows through {O}."],
                    [
                        "On which river does {N} lie?", "Which river flows through {N}?",
                        "What is the name of the river in {N}?",
                    ]
                ),
                Fact(
                    "population",
                    [Inflection.grouped(population), Inflection.grouped(population + 1300)],
                    &random,
                    [
                        "{S} has about {A} inhabitants.", "about {A} people live in {O}.",
                        "{P} population is {A}.",
                    ],
                    [
                        "How many people live in {N}?", "How many inhabitants does {N} have?",
                        "What is the population of {N}?",
                    ]
                ),
                Fact(
                    "founding",
                    1140...1890,
                    &random,
                    ["{S} was founded in {A}.", "{P} history began in {A}."],
                    ["When was {N} founded?", "In what year was {N} founded?", "When did the history of {N} begin?"]
                ),
                Fact(
                    "mayor",
                    mayor,
                    &random,
                    ["{P} mayor is {A}.", "{S} is governed by {A}."],
                    ["Who is the mayor of {N}?", "By whom is {N} governed?", "Who governs {N}?"]
                ),
                Fact(
                    "specialty",
                    specialties,
                    &random,
                    ["{S} is famous for {p} {A}.", "{P} best known product is {A}."],
                    [
                        "What is {N} famous for?", "For which product is {N} known?",
                        "What is the best known product of {N}?",
                    ]
                ),
                Fact(
                    "sight",
                    sights,
                    &random,
                    ["tourists visit {O} to see the {A}.", "the {A} attracts many tourists to {O}."],
                    ["What do tourists want to see in {N}?", "What attracts tourists to {N}?"]
                ),
                Fact(
                    "festival",
                    Lexicon.months,
                    &random,
                    [
                        "{P} music festival takes place every {A}.",
                        "every {A} musicians come to {O} for a festival.",
                    ],
                    ["When does the music festival in {N} take place?", "In which month is the festival in {N}?"]
                ),
                Fact(
                    "schools",
                    3...12,
                    &random,
                    ["{S} has {A} schools.", "children can go to {A} schools in {O}."],
                    ["How many schools does {N} have?", "How many schools are there in {N}?"]
                ),
            ]
        )
    }
}
