import PodiumSpec
import Testing

@Suite struct SuggestionTests {
    @Test(arguments: [
        ("lerningRate", "learningRate"), ("epoch", "epochs"), ("bathcSize", "batchSize"), ("EPOCHS", "epochs"),
    ])
    func slipsOfTheHandAreRecognised(written: String, meant: String) {
        #expect(Suggestion.nearest(to: written, among: ["epochs", "batchSize", "learningRate"]) == meant)
    }

    @Test func somethingElseEntirelyIsNotGuessedAt() {
        #expect(Suggestion.nearest(to: "colour", among: ["epochs", "batchSize"]) == nil)
        #expect(Suggestion.clause(for: "colour", among: ["b", "a"]) == "; known here: a, b")
    }
}
