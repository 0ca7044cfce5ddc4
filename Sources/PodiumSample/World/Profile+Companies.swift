extension Profile {
    private static let products = LexiconTable.words(
        """
        bicycles, pianos, tents, cameras, shoes, lamps, toys, elevators, sailing boats, watches, refrigerators, tractors
        microscopes, carpets, skis, kitchen knives
        """
    )
    private static let colors = LexiconTable.words("red, blue, green, yellow, purple, orange, silver, black")

    /// A company.
    static func company(_ random: inout Random) -> Profile {
        let name = Names.company(&random)
        let staff = random.number(in: 3...120) * 50
        let founder = Names.twoPeople(&random)
        let director = Names.twoPeople(&random)
        return Profile(
            kind: .company,
            name: name,
            mentions: [.it, Mention("the company"), Mention("the firm")],
            pronoun: .it,
            facts: [
                Fact(
                    "founder",
                    founder,
                    &random,
                    ["{S} was founded by {A}.", "{P} founder was {A}.", "{S} was started by {A}."],
                    ["Who founded {N}?", "Who was the founder of {N}?", "By whom was {N} started?"]
                ),
                Fact(
                    "founding",
                    1851...2009,
                    &random,
                    ["{S} has existed since {A}.", "{S} opened for business in {A}."],
                    ["Since when has {N} existed?", "When did {N} open for business?", "In what year did {N} open?"]
                ),
                Fact(
                    "headquarters",
                    Names.cities,
                    &random,
                    ["{S} is based in {A}.", "{S} has {p} headquarters in {A}.", "{P} head office is in {A}."],
                    [
                        "Where is {N} based?", "Where are the headquarters of {N}?",
                        "In which city is the head office of {N}?",
                    ]
                ),
                Fact(
                    "product",
                    products,
                    &random,
                    ["{S} makes {A}.", "{S} is a manufacturer of {A}.", "{S} produces {A}."],
                    ["What does {N} make?", "What does {N} produce?", "Which products does {N} manufacture?"]
                ),
                Fact(
                    "staff",
                    [Inflection.grouped(staff), Inflection.grouped(staff + 350)],
                    &random,
                    ["{S} employs {A} people.", "{S} has {A} employees.", "about {A} workers are employed by {O}."],
                    [
                        "How many people does {N} employ?", "How many employees does {N} have?",
                        "How many people work for {N}?",
                    ]
                ),
                Fact(
                    "director",
                    director,
                    &random,
                    ["{S} is now led by {A}.", "{P} present director is {A}."],
                    ["Who leads {N} now?", "Who is the director of {N}?", "By whom is {N} led?"]
                ),
                Fact(
                    "logo",
                    colors,
                    &random,
                    ["{P} logo is {A}.", "{S} is known for a logo that is {A}."],
                    ["What color is the logo of {N}?", "Which color does the logo of {N} have?"]
                ),
                Fact(
                    "market",
                    Names.countries,
                    &random,
                    ["most customers of {O} live in {A}.", "{S} sells most of {p} goods in {A}."],
                    ["Where do most customers of {N} live?", "In which country does {N} sell most of its goods?"]
                ),
                Fact(
                    "expansion",
                    Names.cities,
                    &random,
                    ["{S} plans a new factory in {A}.", "{S} wants to build another factory in {A}."],
                    ["Where does {N} plan a new factory?", "In which city does {N} want to build another factory?"]
                ),
            ]
        )
    }
}
