extension Profile {
    static let professions = LexiconTable.words(
        """
        violinist, teacher, architect, nurse, engineer, journalist, surgeon, baker, biologist, translator, pilot, lawyer
        painter, carpenter, librarian, geologist, photographer, accountant, actor, dentist
        """
    )
    private static let hobbies = LexiconTable.words(
        """
        chess, gardening, mountain climbing, photography, swimming, painting, cooking, sailing, knitting, bird watching
        fencing, pottery, cycling, skating, fishing, dancing
        """
    )
    private static let subjects = LexiconTable.words(
        "chemistry, history, mathematics, law, medicine, philosophy, physics, economics, music, geography, linguistics"
    )
    private static let prizes = LexiconTable.words(
        """
        Silver Quill Prize, Golden Bridge Award, Northern Star Medal, Crystal Lamp Prize, Blue Harbor Medal
        Open Book Award, Iron Crown Prize, White Rose Medal, Green Leaf Award
        """
    )
    private static let petKinds = LexiconTable.words("dog, cat, parrot, rabbit, horse, turtle")
    private static let foods = LexiconTable.words(
        "fish soup, apple pie, fresh bread, roast chicken, rice pudding, mushroom stew, lemon cake, tomato salad, goat cheese"
    )

    /// A person.
    static func person(_ random: inout Random) -> Profile {
        let female = random.chance(50)
        let name = Names.person(&random, female: female)
        let pet = random.pick(petKinds)
        let sister = random.chance(50)
        let teacher = Names.twoPeople(&random)
        return Profile(
            kind: .person,
            name: "\(name.first) \(name.last)",
            mentions: [female ? .she : .he, Mention(name.first), Mention(name.last)],
            pronoun: female ? .she : .he,
            facts: [
                Fact(
                    "profession",
                    professions,
                    &random,
                    ["{S} works as {a} {A}.", "{S} is {a} {A} by profession.", "{S} earns a living as {a} {A}."],
                    ["What does {N} do for a living?", "What is the profession of {N}?", "What is {N}'s job?"]
                ),
                Fact(
                    "birthplace",
                    Names.cities,
                    &random,
                    ["{S} was born in {A}.", "{S} is a native of {A}.", "{S} came into the world in {A}."],
                    ["Where was {N} born?", "In which city was {N} born?", "What is the birthplace of {N}?"]
                ),
                Fact(
                    "birth year",
                    1921...1998,
                    &random,
                    ["{P} year of birth is {A}.", "{P} date of birth lies in the year {A}."],
                    ["In what year was {N} born?", "When was {N} born?", "What is the year of birth of {N}?"]
                ),
                Fact(
                    "home",
                    Names.cities,
                    &random,
                    ["{S} now lives in {A}.", "{S} has a house in {A}.", "today {S} is at home in {A}."],
                    ["Where does {N} live now?", "In which city does {N} live?", "Where is the home of {N}?"]
                ),
                Fact(
                    "hobby",
                    hobbies,
                    &random,
                    [
                        "in the evenings {S} enjoys {A}.", "{P} favorite hobby is {A}.",
                        "{S} spends the weekends with {A}.",
                    ],
                    [
                        "What is the favorite hobby of {N}?", "What does {N} enjoy in the evenings?",
                        "Which hobby does {N} have?",
                    ]
                ),
                Fact(
                    "pet",
                    Names.pets,
                    &random,
                    ["{S} has a \(pet) called {A}.", "{S} owns a \(pet) named {A}."],
                    ["What is the name of {N}'s \(pet)?", "What is the \(pet) of {N} called?"]
                ),
                Fact(
                    "prize",
                    prizes,
                    &random,
                    ["{S} won the {A}.", "{S} was honored with the {A}.", "{S} received the {A}."],
                    ["Which prize did {N} win?", "What award did {N} receive?", "With which prize was {N} honored?"]
                ),
                Fact(
                    "studies",
                    subjects,
                    &random,
                    ["{S} studied {A} at the university.", "{S} has a degree in {A}."],
                    [
                        "What did {N} study at the university?", "Which subject did {N} study?",
                        "In what subject does {N} have a degree?",
                    ]
                ),
                Fact(
                    "siblings",
                    2...9,
                    &random,
                    [
                        "{S} has {A} \(sister ? "sisters" : "brothers").",
                        "{S} grew up with {A} \(sister ? "sisters" : "brothers").",
                    ],
                    [
                        "How many \(sister ? "sisters" : "brothers") does {N} have?",
                        "With how many \(sister ? "sisters" : "brothers") did {N} grow up?",
                    ]
                ),
                Fact(
                    "teacher",
                    teacher,
                    &random,
                    ["{S} was taught by {A}.", "{S} learned the trade from {A}.", "{P} first teacher was {A}."],
                    ["Who taught {N}?", "By whom was {N} taught?", "Who was the first teacher of {N}?"]
                ),
                Fact(
                    "food",
                    foods,
                    &random,
                    [
                        "{S} likes to eat {A}.", "{P} favorite dish is {A}.",
                        "{S} loves {A} more than any other food.",
                    ],
                    [
                        "What does {N} like to eat?", "What is the favorite dish of {N}?",
                        "Which food does {N} love most?",
                    ]
                ),
            ]
        )
    }
}
