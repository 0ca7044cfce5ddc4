/// Words that every setting shares.
enum Lexicon {
    static let personAdjectives = LexiconTable.adjectives(
        """
        old = elderly ! young, tall ! short, rich = wealthy ! poor, happy = cheerful ! sad, strong ! weak
        brave = courageous ! cowardly, polite = courteous ! rude, tired = exhausted ! rested, clever = smart ! foolish
        famous = renowned ! unknown, calm ! nervous, lazy = idle ! busy, kind = friendly ! cruel, patient ! impatient
        careful = cautious ! careless, honest ! dishonest, silent = quiet ! talkative, healthy ! sick
        """
    )

    static let thingAdjectives = LexiconTable.adjectives(
        """
        big = large ! small, old = ancient ! new, heavy ! light, expensive = costly ! cheap, clean ! dirty
        beautiful = lovely ! ugly, rare = unusual ! common, strange = odd ! normal
        """
    )

    static let garmentAdjectives = LexiconTable.adjectives(
        """
        big = large ! small, old ! new, expensive = costly ! cheap, clean ! dirty, beautiful = lovely ! ugly, wet ! dry
        long ! short, warm ! cool, soft ! rough
        """
    )

    static let foodAdjectives = LexiconTable.adjectives(
        """
        big = large ! small, sweet ! sour, fresh ! rotten, ripe ! green, delicious = tasty ! awful, soft ! hard
        expensive = costly ! cheap
        """
    )

    static let documentAdjectives = LexiconTable.adjectives(
        """
        long = lengthy ! short, important = significant ! trivial, secret = confidential ! public, new ! old
        clear ! confusing, correct = accurate ! wrong
        """
    )

    static let animalAdjectives = LexiconTable.adjectives(
        """
        big = large ! small, beautiful = lovely ! ugly, dangerous ! harmless, fast = quick ! slow
        rare = unusual ! common, hungry ! full, strong ! weak, young ! old, wild ! tame
        """
    )

    static let plantAdjectives = LexiconTable.adjectives(
        "tall ! short, beautiful = lovely ! ugly, rare = unusual ! common, old = ancient ! young, healthy ! sick"
    )

    static let buildingAdjectives = LexiconTable.adjectives(
        """
        big = large ! small, old = ancient ! new, beautiful = lovely ! ugly, famous = renowned ! unknown, tall ! low
        modern ! historic
        """
    )

    /// Nouns whose pronoun is always `she`, always `he`; the others take either.
    static let feminine = LexiconTable.words("girl, aunt, grandmother, niece")
    static let masculine = LexiconTable.words("boy, uncle, grandfather, nephew, fisherman")

    /// What anybody does without an object.
    static let intransitives = LexiconTable.verbs(
        """
        sleep/slept ! wake/woke/woken, laugh = chuckle ! cry, smile ! frown, sing/sang/sung, dance, swim+/swam/swum
        arrive ! leave/left, wait, fall/fell/fallen, disappear = vanish ! appear, shout = yell ! whisper, rest = relax ! work
        sit+/sat ! stand/stood, run+/ran/run, pray, sneeze, complain = grumble, hesitate, faint, kneel/knelt, stumble = trip+
        """
    )

    static let pastTimes = LexiconTable.words(
        """
        yesterday, last night, last week, last summer, on Monday, on Tuesday, on Wednesday, on Thursday, on Friday
        on Saturday, on Sunday, in the morning, in the afternoon, in the evening, before lunch, after dinner, at noon
        at midnight, two days ago, an hour ago, this morning
        """
    )

    static let habitTimes = LexiconTable.words(
        "every day, every morning, every week, every evening, on Mondays, on Fridays, in the winter, in the summer, at night"
    )

    static let futureTimes = LexiconTable.words(
        "tomorrow, next week, next month, next summer, tonight, soon, next Friday"
    )

    static let weekdays = LexiconTable.words("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday")
    static let months = LexiconTable.words(
        "January, February, March, April, May, June, July, August, September, October, November, December"
    )
}
