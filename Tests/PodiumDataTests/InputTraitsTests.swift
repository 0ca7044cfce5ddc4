import PodiumCore
import PodiumData
import PodiumText
import Testing

/// What evaluated inputs are like to a model, by its own tokenizer.
@Suite struct InputTraitsTests {
    private let tokenizer: Tokenizer

    init() throws {
        let words = ["the", "cat", "sat", "on", "mat", "who", "?", "."]
        let pieces = (["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + words).map { Array($0.utf8) }
        tokenizer = Tokenizer(vocabulary: try Vocabulary(pieces: pieces, name: "words"), lowercases: true)
    }

    private func traits(_ first: String, _ second: String?, length: Int) -> InputTraits {
        let text = LabelledText(id: "0", first: first, second: second, label: "1")
        let encoded = EncodedSequence(text, tokenizer: tokenizer, maximumLength: length)
        return InputTraits(text, encoded: encoded, unknown: tokenizer.vocabulary.unknown)
    }

    @Test func wordsUnknownPiecesAndCutOnesAreCounted() {
        #expect(
            traits("The cat sat.", nil, length: 16) == InputTraits(words: 3, unknownPieces: 0, cutPieces: 0)
        )
        // Of "a dog's mat." nothing but "mat" and "." is known; its words are a, dog, s, mat.
        let pair = traits("The cat sat on the mat.", "A dog's mat.", length: 32)
        #expect(pair == InputTraits(words: 10, unknownPieces: 4, cutPieces: 0, sharedWords: 25))
        // Seven and six pieces and three markers are cut to ten.
        #expect(traits("The cat sat on the mat.", "A dog's mat.", length: 10).cutPieces == 6)
        #expect(traits("The cat.", "…", length: 10).sharedWords == nil)
    }

    @Test func aPassageThatIsReadInPartsSaysSo() {
        let passages = ["The cat sat on the mat.", "The cat sat on the mat. The cat sat on the mat. Zebra."]
        let questions = [
            SQuADQuestion(id: "a", question: "Who sat?", passage: 0, answers: []),
            SQuADQuestion(id: "b", question: "On which mat sat how many?", passage: 1, answers: []),
        ]
        let windows = SpanWindow.windows(
            of: questions[...],
            passages: passages,
            tokenizer: tokenizer,
            maximumLength: 16,
            stride: 6,
            maximumQueryLength: 4,
            forTraining: false
        ).windows
        let traits = InputTraits.each(
            of: questions,
            passages: passages,
            windows: windows,
            unknown: tokenizer.vocabulary.unknown
        )
        #expect(
            traits[0] == InputTraits(words: 6, unknownPieces: 0, cutPieces: 0, windows: 1, questionWord: "who")
        )
        #expect(traits[1].words == 13 && traits[1].windows == windows.count - 1 && windows.count > 2)
        #expect(traits[1].unknownPieces > 0 && traits[1].questionWord == "which")
    }

    @Test(arguments: [
        ("In what year did it end?", "what"), ("How many cats?", "how many"), ("How much is it?", "how many"),
        ("How did it end?", "how"), ("Whose cat?", "who"), ("Name the cat.", "other"), ("WHERE is it", "where"),
        ("", "other"), ("The other cat is why?", "why"),
    ])
    func questionsAskWithTheirFirstWordOfThatKind(question: String, word: String) {
        #expect(QuestionWord(question).rawValue == word)
    }
}
