extension Profile {
    private static let species = LexiconTable.words(
        "brown bear, penguin, giraffe, tiger, elephant, seal, gorilla, zebra, wolf, camel, flamingo, leopard, otter, rhinoceros"
    )
    private static let meals = LexiconTable.words(
        "fresh fish, melons, carrots, honey, bananas, hay, raw meat, apples, nuts, cabbage, berries"
    )
    private static let toys = LexiconTable.words(
        "red ball, old tire, wooden box, long rope, rubber ring, water hose, paper bag, small mirror"
    )

    /// An animal of a zoo.
    static func animal(_ random: inout Random) -> Profile {
        let female = random.chance(50)
        let name = random.pick(Names.pets)
        let keeper = Names.twoPeople(&random)
        return Profile(
            kind: .animal,
            name: name,
            mentions: [female ? .she : .he, Mention("the animal"), Mention(name)],
            pronoun: female ? .she : .he,
            facts: [
                Fact(
                    "species",
                    species,
                    &random,
                    ["{S} is {a} {A}.", "{S} is {a} {A} from a zoo."],
                    ["What kind of animal is {N}?", "Which animal is {N}?"]
                ),
                Fact(
                    "zoo",
                    Names.cities,
                    &random,
                    ["{S} lives in the zoo of {A}.", "visitors can see {O} in the zoo of {A}."],
                    ["In which zoo does {N} live?", "In which city can visitors see {N}?", "Where does {N} live?"]
                ),
                Fact(
                    "keeper",
                    keeper,
                    &random,
                    ["{P} keeper is {A}.", "{S} is looked after by {A}.", "{P} keeper who takes care is {A}."],
                    ["Who is the keeper of {N}?", "Who looks after {N}?", "By whom is {N} looked after?"]
                ),
                Fact(
                    "weight",
                    24...390,
                    &random,
                    ["{S} weighs {A} kilograms.", "{P} weight is {A} kilograms."],
                    ["How much does {N} weigh?", "What is the weight of {N} in kilograms?"]
                ),
                Fact(
                    "food",
                    meals,
                    &random,
                    ["{S} likes to eat {A}.", "{P} favorite food is {A}.", "nothing tastes better to {O} than {A}."],
                    [
                        "What does {N} like to eat?", "What is the favorite food of {N}?",
                        "Which food does {N} like best?",
                    ]
                ),
                Fact(
                    "arrival",
                    1995...2019,
                    &random,
                    ["{S} came to the zoo in {A}.", "{S} has been at the zoo since {A}."],
                    [
                        "When did {N} come to the zoo?", "Since when has {N} been at the zoo?",
                        "In what year did {N} arrive?",
                    ]
                ),
                Fact(
                    "toy",
                    toys,
                    &random,
                    ["{S} plays with {a} {A} for hours.", "{P} favorite toy is {a} {A}."],
                    ["What does {N} play with?", "What is the favorite toy of {N}?"]
                ),
                Fact(
                    "birthday",
                    Lexicon.months,
                    &random,
                    ["the zoo celebrates {P} birthday in {A}.", "{P} birthday is in {A}."],
                    ["In which month is the birthday of {N}?", "When does the zoo celebrate the birthday of {N}?"]
                ),
                Fact(
                    "young",
                    2...8,
                    &random,
                    ["{S} has {A} young ones.", "{S} is the parent of {A} young ones."],
                    ["How many young ones does {N} have?", "Of how many young ones is {N} the parent?"]
                ),
            ]
        )
    }
}
