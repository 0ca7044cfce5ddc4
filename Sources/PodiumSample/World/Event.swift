/// A piece of news with its details, told in several ways.
struct Event: Sendable {
    /// Which kinds of detail an event has; each stands once in every telling.
    enum Detail: String, CaseIterable, Sendable {
        case company, partner, city, weekday, count, person, product
    }

    /// Tellings of one kind of event, patterns with `{company}` and so on.
    var tellings: [String]
    var details: [Detail: String]

    func sentence(_ telling: Int) -> String {
        var text = tellings[telling % tellings.count]
        for detail in Detail.allCases {
            if let value = details[detail] { text = text.replacing("{\(detail.rawValue)}", with: value) }
        }
        return Inflection.sentenceCase(text)
    }

    /// The details this kind of event tells.
    var told: [Detail] {
        Detail.allCases.filter { tellings[0].contains("{\($0.rawValue)}") }
    }

    init(_ random: inout Random, kind: Int) {
        tellings = Self.kinds[kind % Self.kinds.count]
        details = [:]
        for detail in Detail.allCases { details[detail] = Self.value(of: detail, &random) }
        while details[.partner] == details[.company] { details[.partner] = Self.value(of: .partner, &random) }
    }

    /// The event with another value for one detail.
    func changing(_ detail: Detail, _ random: inout Random) -> Event {
        var result = self
        while Self.values(details, contain: result.details[detail]) {
            result.details[detail] = Self.value(of: detail, &random)
        }
        return result
    }

    /// The event with its two companies in each other's part, where it has two.
    var reversed: Event? {
        guard told.contains(.partner) else { return nil }
        var result = self
        result.details[.company] = details[.partner]
        result.details[.partner] = details[.company]
        return result
    }

    static let kindCount = kinds.count

    /// Whether a value is there already; a company deals with another company.
    private static func values(_ details: [Detail: String], contain value: String?) -> Bool {
        details.values.contains { $0 == value }
    }

    private static func value(of detail: Detail, _ random: inout Random) -> String {
        switch detail {
        case .company, .partner: Names.company(&random)
        case .city: random.pick(Names.cities)
        case .weekday: random.pick(Lexicon.weekdays)
        case .count: String(random.number(in: 2...99) * 10)
        case .person: Names.anybody(&random)
        case .product: random.pick(products)
        }
    }

    private static let products = LexiconTable.words(
        "bicycles, pianos, tents, cameras, shoes, lamps, toys, watches, tractors, carpets, skis, computers, chairs, trucks"
    )

    private static let kinds: [[String]] = [
        [
            "{company} said on {weekday} that it would hire {count} workers in {city}.",
            "On {weekday} {company} announced plans to take on {count} employees in {city}.",
            "{count} people will get a job at {company} in {city}, the firm announced on {weekday}.",
        ],
        [
            "{company} bought {partner} for {count} million dollars on {weekday}.",
            "{partner} was acquired by {company} on {weekday} for {count} million dollars.",
            "On {weekday} {company} paid {count} million dollars for the purchase of {partner}.",
        ],
        [
            "{person} became the new director of {company} on {weekday}.",
            "On {weekday} {company} appointed {person} as its new head.",
            "{company} will be led by {person}, it was announced on {weekday}.",
        ],
        [
            "{company} closed its factory in {city} after a fire destroyed {count} machines.",
            "The {city} factory of {company} was shut down because {count} machines had been destroyed in a fire.",
            "After {count} machines were lost in a blaze, {company} shut its plant in {city}.",
        ],
        [
            "{company} delivered {count} {product} to {partner} on {weekday}.",
            "On {weekday} {partner} received {count} {product} from {company}.",
            "{count} {product} were shipped by {company} to {partner} on {weekday}.",
        ],
        [
            "{person} opened a museum of {product} in {city} on {weekday}.",
            "A museum of {product} was opened in {city} by {person} on {weekday}.",
            "On {weekday} {city} got a museum of {product}, founded by {person}.",
        ],
        [
            "{company} sued {partner} in a court in {city} on {weekday}.",
            "On {weekday} a lawsuit against {partner} was filed by {company} in {city}.",
            "{partner} was taken to court by {company} in {city} on {weekday}.",
        ],
        [
            "Police in {city} arrested {person} on {weekday} for the theft of {count} {product}.",
            "{person} was detained in {city} on {weekday} after stealing {count} {product}.",
            "On {weekday} officers in {city} caught {person}, who had stolen {count} {product}.",
        ],
    ]
}
