/// Names of invented people, towns, companies and animals, some of them outside ASCII.
enum Names {
    static let women = LexiconTable.words(
        """
        Anna, Zoë, Maria, Inés, Clara, Chloë, Elena, Søs, Ruth, Noémie, Alice, Grace, Ivana, Jana, Karen, Lucía, Martha
        Nina, Olga, Paula, Rosa, Sara, Tanya, Vera, Wilma, Yvonne, Amélie, Beth, Carmen, Diana, Emma, Fiona, Helen, Irène
        """
    )

    static let men = LexiconTable.words(
        """
        Adam, Björn, Carlos, David, Émile, Frank, George, Henry, Ivan, José, Karl, Łukasz, Mark, Niels, Oscar, Peter
        Ramón, Samuel, Thomas, Victor, Walter, Yusuf, André, Bruno, Daniel, Erik, François, Jürgen, Luis, Martin, Paul
        """
    )

    static let surnames = LexiconTable.words(
        """
        Çelik, Müller, Santos, Novák, Berg, García, Lindström, Okafor, Rossi, Tanaka, Wójcik, Andersen, Baker, Dubois
        Eriksson, Fischer, Gómez, Hughes, Ivanov, Jensen, Kowalski, Laurent, Moreau, Nguyen, O'Brien, Park, Quinn, Řezník
        Silva, Torres, Ueda, Vogel, Walsh, Yılmaz, Zhang, Ålund, Bauer, Costa, Dahl, Evans, Ferrari, Grant, Haddad, Ibsen
        """
    )

    static let cities = LexiconTable.words(
        """
        Oslo, Lisbon, Kraków, Zürich, Vienna, Prague, Dublin, Madrid, Rome, Athens, Helsinki, Málaga, Lyon, Hamburg, Boston
        Chicago, Toronto, Sydney, Cairo, Nairobi, Tokyo, Seoul, Delhi, Bogotá, Córdoba, Düsseldorf, Malmö, Porto, Naples
        Geneva, Warsaw, Budapest, Istanbul, Berlin, Paris, London, Montréal, São Paulo, Lima, Santiago
        """
    )

    static let countries = LexiconTable.words(
        "Norway, Portugal, Poland, Austria, Ireland, Spain, Italy, Greece, Finland, France, Germany, Canada, Chile, Peru"
    )

    private static let townStarts = LexiconTable.words(
        "Oak, Mill, Stone, Ash, Green, Silver, North, West, Fair, Rose, Wolf, Clear, Red, Elm, High, Long, Spring, Black"
    )
    private static let townEnds = LexiconTable.words(
        "ford, bridge, haven, field, ton, dale, port, wood, mouth, hill, burg, wick"
    )
    private static let companyStarts = LexiconTable.words(
        """
        Northwind, Bluebell, Ironbridge, Sunrise, Redwood, Lindström, Harbor, Evergreen, Falcon, Café Azul, Blackstone
        Golden Gate, Océane, Summit, Crescent, Fjord, Beacon, Copperfield, Zénith, Silverline, Meadow, Vanguard
        """
    )
    private static let companyEnds = LexiconTable.words(
        "Motors, Foods, Textiles, Instruments, Toys, Airlines, Paper, Furniture, Shipping, Software, Glass, Tools"
    )

    static let pets = LexiconTable.words(
        """
        Bruno, Luna, Milo, Coco, Rex, Nala, Pepper, Simba, Bella, Koko, Ásta, Max, Ginger, Molly, Balou, Pip, Shadow
        Zorro, Kira, Bär, Oskar, Lola, Titan, Maya, Chico, Ömer, Saba, Tango, Wanda, Yuki, Zsazsa, Bimbo, Daisy, Elvis, Frida
        Gala, Hugo, Jumbo, Kasimir, Lily, Mango, Nemo, Olive, Pablo, Quito
        """
    )

    static func town(_ random: inout Random) -> String {
        random.pick(townStarts) + random.pick(townEnds)
    }

    static func company(_ random: inout Random) -> String {
        random.pick(companyStarts) + " " + random.pick(companyEnds)
    }

    static func person(_ random: inout Random, female: Bool) -> (first: String, last: String) {
        (random.pick(female ? women : men), random.pick(surnames))
    }

    /// A full name of either sex.
    static func anybody(_ random: inout Random) -> String {
        let female = random.chance(50)
        let name = person(&random, female: female)
        return "\(name.first) \(name.last)"
    }

    /// Two different people, the one meant and one who could have been.
    static func twoPeople(_ random: inout Random) -> [String] {
        let one = anybody(&random)
        var other = one
        while other == one { other = anybody(&random) }
        return [one, other]
    }
}
