/// A corner of the world with its own people, things, doings and places; MNLI calls it a genre.
struct Setting: Sendable {
    /// Verbs, and the things they are done to.
    struct Frame: Sendable {
        var verbs: [VerbSense]
        var objects: [Noun]
        var adjectives: [Adjective]
    }

    var name: String
    var people: [Noun]
    var frames: [Frame]
    /// What people do to people.
    var dealings: [VerbSense]
    var places: [String]

    static let all = [home, town, office, wildlife]
}

extension Setting {
    static let home = Setting(
        name: "home",
        people: LexiconTable.nouns(
            """
            child/children: boy, girl, toddler, teenager
            relative: aunt, uncle, cousin, grandmother, grandfather, nephew, niece
            person/people: neighbor, guest, visitor, cook, gardener, tenant
            """
        ),
        frames: [
            Frame(
                verbs: LexiconTable.verbs(
                    """
                    buy/bought = purchase, find/found = discover ! lose/lost, hide/hid/hidden = conceal, carry, clean
                    break/broke/broken ! repair, move, borrow, sell/sold, paint, describe, touch, photograph
                    """
                ),
                objects: LexiconTable.nouns(
                    """
                    piece of furniture/pieces of furniture: chair, table, sofa=couch, bed, shelf/shelves, desk, wardrobe
                    toy: doll, ball, kite, puzzle, teddy bear
                    kitchen utensil: pan, kettle, knife/knives, spoon, fork, bowl, jug=pitcher
                    """
                ),
                adjectives: Lexicon.thingAdjectives
            ),
            Frame(
                verbs: LexiconTable.verbs(
                    "wash, iron, fold, wear/wore/worn, mend = repair ! tear/tore/torn, sew/sewed/sewn"
                ),
                objects: LexiconTable.nouns(
                    "garment: coat, shirt, skirt, jacket, scarf/scarves, sweater=pullover, dress, hat"
                ),
                adjectives: Lexicon.garmentAdjectives
            ),
            Frame(
                verbs: LexiconTable.verbs(
                    "eat/ate/eaten = consume, slice, taste, peel, drop+, throw/threw/thrown = toss"
                ),
                objects: LexiconTable.nouns("fruit/fruits: apple, pear, plum, peach, melon, lemon, orange, banana"),
                adjectives: Lexicon.foodAdjectives
            ),
        ],
        dealings: LexiconTable.verbs(
            """
            help = assist, thank, praise = compliment ! criticize, hug+ = embrace, invite, visit, love = adore ! hate
            call = phone, ignore, watch = observe, tease, wake/woke/woken, follow
            """
        ),
        places: LexiconTable.words(
            """
            in the kitchen, in the garden, in the bedroom, on the balcony, in the basement, near the fireplace
            in the hallway, on the porch, in the attic, by the window
            """
        )
    )

    static let town = Setting(
        name: "town",
        people: LexiconTable.nouns(
            """
            musician: violinist, pianist, drummer, cellist, guitarist
            artist: painter, sculptor, potter, photographer
            medical worker: nurse, surgeon, dentist, doctor=physician
            tradesman/tradesmen: carpenter, plumber, baker, butcher, tailor, electrician
            public official: mayor, judge, police officer
            """
        ),
        frames: [
            Frame(
                verbs: LexiconTable.verbs(
                    """
                    buy/bought = purchase, sell/sold, repair = fix ! damage, inspect = examine, rent = lease
                    steal/stole/stolen, deliver, admire, clean, return ! keep/kept, choose/chose/chosen = select
                    """
                ),
                objects: LexiconTable.nouns(
                    """
                    vehicle: car=automobile, bicycle=bike, truck, van, motorcycle, wagon, scooter
                    musical instrument: violin=fiddle, piano, drum, guitar, cello, flute, trumpet
                    tool: hammer, saw, drill, wrench, shovel=spade, ladder, axe
                    """
                ),
                adjectives: Lexicon.thingAdjectives
            ),
            Frame(
                verbs: LexiconTable.verbs(
                    "visit, enter ! leave/left, paint, build/built = construct ! demolish, open ! close"
                ),
                objects: LexiconTable.nouns(
                    "building: hotel=inn, theater, school, library, church, factory, shop=store"
                ),
                adjectives: Lexicon.buildingAdjectives
            ),
        ],
        dealings: LexiconTable.verbs(
            """
            pay/paid, hire = employ ! dismiss, greet = welcome, teach/taught = instruct, rescue = save, trust, meet/met
            interview, praise = commend ! blame, recognize, warn, question, find/found ! lose/lost
            """
        ),
        places: LexiconTable.words(
            """
            at the station, in the market, near the bridge, at the harbor, in the park, on the main street
            outside the museum, behind the town hall, at the airport, in the square
            """
        )
    )

    static let office = Setting(
        name: "office",
        people: LexiconTable.nouns(
            """
            employee: manager=boss, accountant, secretary, clerk, engineer, programmer, analyst, receptionist
            adviser: lawyer=attorney, consultant, auditor
            client: customer, investor, supplier
            """
        ),
        frames: [
            Frame(
                verbs: LexiconTable.verbs(
                    """
                    sign, send/sent = mail, copy, approve = accept ! reject, receive = get+/got/gotten, read/read
                    forward, check = verify, write/wrote/written, translate, lose/lost = misplace ! find/found
                    """
                ),
                objects: LexiconTable.nouns("document: letter, report, contract, invoice, memo, receipt, application"),
                adjectives: Lexicon.documentAdjectives
            ),
            Frame(
                verbs: LexiconTable.verbs(
                    "install, use = operate, repair = fix ! break/broke/broken, order, test, replace"
                ),
                objects: LexiconTable.nouns(
                    "device: printer, computer, telephone=phone, scanner, projector, camera, copier"
                ),
                adjectives: Lexicon.thingAdjectives
            ),
        ],
        dealings: LexiconTable.verbs(
            """
            contact, promote ! demote, consult, support = back ! oppose, train = coach, represent, remind, email
            interrupt, trust ! distrust, recommend, assist = help
            """
        ),
        places: LexiconTable.words(
            """
            in the office, at the meeting, in the conference room, near the elevator, at the reception desk
            in the cafeteria, at the headquarters, in the archive
            """
        )
    )

    static let wildlife = Setting(
        name: "wildlife",
        people: LexiconTable.nouns(
            """
            scientist: biologist, botanist, zoologist, geologist
            traveler: hiker, camper, tourist, explorer, pilgrim
            outdoor worker: ranger, guide, forester, fisherman/fishermen, shepherd
            """
        ),
        frames: [
            Frame(
                verbs: LexiconTable.verbs(
                    """
                    see/saw/seen = notice, feed/fed, photograph, catch/caught = capture ! release, watch = observe
                    draw/drew/drawn = sketch, rescue = save, frighten = scare, chase = pursue, hear/heard, count
                    """
                ),
                objects: LexiconTable.nouns(
                    """
                    bird: sparrow, eagle, owl, crow, heron, swan
                    mammal: fox, wolf/wolves, bear, otter, hare, squirrel, rabbit
                    reptile: lizard, snake=serpent, turtle, crocodile
                    insect: beetle, butterfly, bee, ant, cricket
                    """
                ),
                adjectives: Lexicon.animalAdjectives
            ),
            Frame(
                verbs: LexiconTable.verbs("plant, water, cut+/cut, measure, study = examine, protect ! destroy"),
                objects: LexiconTable.nouns("plant: oak, pine, fern, rose, birch, orchid, willow"),
                adjectives: Lexicon.plantAdjectives
            ),
        ],
        dealings: LexiconTable.verbs(
            "lead/led = guide, accompany, warn, follow, find/found, rescue = save, join, pass"
        ),
        places: LexiconTable.words(
            """
            in the forest, by the river, near the lake, in the valley, on the mountain, at the waterfall
            in the meadow, on the beach, in the swamp, at the campsite
            """
        )
    )
}
