extension Fact {
    /// A fact whose value is drawn from a list.
    init(
        _ attribute: String,
        _ values: [String],
        _ random: inout Random,
        _ statements: [String],
        _ questions: [String]
    ) {
        let answer = random.pick(values)
        self.init(
            attribute: attribute,
            answer: answer,
            alternative: random.pick(values, not: answer),
            statements: statements,
            questions: questions
        )
    }

    /// A fact whose value is a number; small ones are written as words.
    init(
        _ attribute: String,
        _ range: ClosedRange<Int>,
        _ random: inout Random,
        _ statements: [String],
        _ questions: [String]
    ) {
        self.init(attribute, range.map(Inflection.numeral), &random, statements, questions)
    }
}
