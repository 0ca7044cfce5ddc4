/// Pronouns that only the world's ways can resolve, and a claim about whom they mean.
struct WNLI: ExampleSource {
    let labels = ["0", "1"]

    /// `{1}` and `{2}` are two people or things; the pronoun means the one that `means` says.
    private struct Schema {
        var text: String
        var claim: String
        var means: Int
    }

    func example(label: String, turn: Int, split: Split, _ random: inout Random) -> Example {
        let schema = Self.schemas[turn % Self.schemas.count]
        let female = random.chance(50)
        let names = random.shuffled(female ? Names.women : Names.men)
        let things = random.shuffled(Self.things)
        let places = random.shuffled(Self.containers)
        func fill(_ pattern: String) -> String {
            pattern
                .replacing("{1}", with: names[0])
                .replacing("{2}", with: names[1])
                .replacing("{she}", with: female ? "she" : "he")
                .replacing("{her}", with: female ? "her" : "him")
                .replacing("{x}", with: "the \(things[0])")
                .replacing("{y}", with: "the \(places[0])")
        }
        let right = label == "1" ? schema.means : 3 - schema.means
        let referent =
            schema.text.contains("{x}") && schema.text.contains("{y}") ? (right == 1 ? "{x}" : "{y}") : "{\(right)}"
        let claim = Inflection.sentenceCase(fill(schema.claim.replacing("{it}", with: referent)))
        return Example(first: Inflection.sentenceCase(fill(schema.text)), second: claim, label: label)
    }

    private static let things = LexiconTable.words(
        "trophy, violin, lamp, book, coat, clock, cake, doll, camera, vase, laptop, drum"
    )
    private static let containers = LexiconTable.words(
        "suitcase, box, bag, drawer, cupboard, basket, trunk, crate, backpack, chest"
    )

    private static let schemas: [Schema] = [
        Schema(text: "{1} lent {2} some money because {she} was rich.", claim: "{it} was rich.", means: 1),
        Schema(text: "{1} lent {2} some money because {she} was poor.", claim: "{it} was poor.", means: 2),
        Schema(text: "{1} thanked {2} because {she} had received help.", claim: "{it} had received help.", means: 1),
        Schema(text: "{1} thanked {2} because {she} had given help.", claim: "{it} had given help.", means: 2),
        Schema(text: "{x} does not fit into {y} because it is too big.", claim: "{it} is too big.", means: 1),
        Schema(text: "{x} does not fit into {y} because it is too small.", claim: "{it} is too small.", means: 2),
        Schema(
            text: "{1} asked {2} a question because {she} did not know the answer.",
            claim: "{it} did not know the answer.",
            means: 1
        ),
        Schema(
            text: "{1} asked {2} a question because {she} knew the answer.",
            claim: "{it} knew the answer.",
            means: 2
        ),
        Schema(text: "{1} carried {2} home because {she} was strong.", claim: "{it} was strong.", means: 1),
        Schema(text: "{1} carried {2} home because {she} was hurt.", claim: "{it} was hurt.", means: 2),
        Schema(
            text: "{1} could not see the stage behind {2} because {she} is short.",
            claim: "{it} is short.",
            means: 1
        ),
        Schema(text: "{1} could not see the stage behind {2} because {she} is tall.", claim: "{it} is tall.", means: 2),
        Schema(text: "{1} lost the race against {2} because {she} was slow.", claim: "{it} was slow.", means: 1),
        Schema(text: "{1} lost the race against {2} because {she} was fast.", claim: "{it} was fast.", means: 2),
        Schema(
            text: "{1} sold the house to {2} because {she} wanted to move out.",
            claim: "{it} wanted to move out.",
            means: 1
        ),
        Schema(
            text: "{1} sold the house to {2} because {she} wanted to move in.",
            claim: "{it} wanted to move in.",
            means: 2
        ),
        Schema(text: "{1} envied {2} because {she} had failed.", claim: "{it} had failed.", means: 1),
        Schema(text: "{1} envied {2} because {she} had won.", claim: "{it} had won.", means: 2),
        Schema(
            text: "{1} taught {2} to swim, so now {she} is a proud teacher.",
            claim: "{it} is a proud teacher.",
            means: 1
        ),
        Schema(text: "{1} taught {2} to swim, so now {she} is a good pupil.", claim: "{it} is a good pupil.", means: 2),
        Schema(text: "{1} cooked dinner for {2} because {she} likes to cook.", claim: "{it} likes to cook.", means: 1),
        Schema(text: "{1} cooked dinner for {2} because {she} was hungry.", claim: "{it} was hungry.", means: 2),
    ]
}
