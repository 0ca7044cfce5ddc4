import PodiumCore
import PodiumEval
import Testing

@Suite struct PredictionDiffTests {
    @Test func flipsBothWaysAreListedWithTheirExactP() throws {
        // 10 gained, 25 lost: McNemar's exact p is 0.01667384780012071.
        let gold = Array(repeating: "1", count: 100)
        var first = gold
        var second = gold
        for index in 0..<10 { first[index] = "0" }
        for index in 50..<75 { second[index] = "0" }
        let diff = try PredictionDiff.glue(
            task: .sst2,
            gold: GLUEScoreTests.rows(gold),
            predictions: Sides(a: GLUEScoreTests.rows(first), b: GLUEScoreTests.rows(second))
        )
        #expect(diff.gained.map(\.id) == (0..<10).map(String.init))
        #expect(diff.lost.map(\.id) == (50..<75).map(String.init))
        #expect(abs((diff.p ?? 1) - 0.01667384780012071) < 1e-15)
        let slice = try #require(diff.slices.first)
        #expect(diff.slices.count == 1 && slice.key == PredictionDiff.SliceKey("label", "1") && slice.n == 100)
        #expect(slice.first == 0.9 && slice.second == 0.75)
    }

    @Test func slicesAddUpToTheWhole() throws {
        let gold = ["entailment", "neutral", "contradiction", "neutral"]
        let lengths = [4, 9, 40, 500].map { PredictionDiff.lengthBucket(words: $0) }
        #expect(lengths.map(\.name) == ["1–8", "9–16", "33–64", "over 128"])
        let diff = try PredictionDiff.glue(
            task: .ax,
            gold: GLUEScoreTests.rows(gold),
            predictions: Sides(
                a: GLUEScoreTests.rows(gold),
                b: GLUEScoreTests.rows(["neutral", "neutral", "contradiction", "neutral"])
            ),
            slices: Dictionary(uniqueKeysWithValues: lengths.enumerated().map { ("\($0)", [$1]) })
        )
        #expect(
            diff.slices.map(\.key.name) == [
                "contradiction", "entailment", "neutral", "1–8", "9–16", "33–64", "over 128",
            ]
        )
        for axis in ["label", "length"] {
            let parts = diff.slices.filter { $0.key.axis == axis }
            #expect(parts.map(\.n).reduce(0, +) == 4)
            #expect(parts.map { Double($0.n) * $0.second }.reduce(0, +) == 3)
        }
    }

    @Test func answersAreSlicedByAnswerabilityTypeAndLength() throws {
        let questions = [
            SQuADReference(id: "a", answers: ["1912"], isImpossible: false),
            SQuADReference(id: "b", answers: ["Santa Clara"], isImpossible: false),
            SQuADReference(id: "c", answers: ["in the middle of the town hall square"], isImpossible: false),
            SQuADReference(id: "d", answers: [], isImpossible: true),
        ]
        let right = SQuADPredictions([
            "a": "1912", "b": "santa clara", "c": "in middle of town hall square", "d": "",
        ])
        let answers = Sides(a: right, b: SQuADPredictions(["a": "1912", "b": "Rome", "c": "", "d": "x"]))
        let scores = try answers.map { try SQuADScore.v2(questions, predictions: $0, protocol: .corrected) }
        let diff = try PredictionDiff.squad(questions, answers: answers, scores: scores)
        // B is worse: three answers of four are lost, and the difference says so.
        let paired = try PairedComparison.bMinusA(scores, metrics: ["exact", "f1"])
        #expect(paired.difference == .value(-0.75))
        #expect((paired.interval?.high ?? 0) <= 0)
        #expect(diff.lost.map(\.id) == ["b", "c", "d"] && diff.gained.isEmpty)
        let kinds = diff.slices.filter { $0.key.axis == "answer type" }.map(\.key.name)
        #expect(kinds == ["name", "number or date", "phrase"])
        let answerable = diff.slices.filter { $0.key.axis == "answerable" }
        #expect(answerable.map(\.n) == [1, 3] && answerable.map(\.second) == [0, 1.0 / 3])
    }

    @Test func diagnosticCategoriesAreReadFromTheLabelledFile() throws {
        let table = """
            Lexical Semantics\tPredicate-Argument Structure\tLogic\tKnowledge\tDomain\tPremise\tHypothesis\tLabel
            Factivity;Redundancy\t\tNegation\t\tNews\ta\tb\tneutral
            \t\t\t\tNews\ta\tb\tneutral

            """
        let slices = try DiagnosticCategories.slices(tsv: Array(table.utf8))
        #expect(slices["0"]?.map(\.name) == ["Factivity", "Redundancy", "Negation"])
        #expect(slices["0"]?.map(\.axis) == ["Lexical Semantics", "Lexical Semantics", "Logic"])
        #expect(slices["1"] == [])
        #expect(try DiagnosticCategories.slices(tsv: Array("index\tsentence1\n0\tx\n".utf8)).isEmpty)
        #expect(throws: EvalError.self) { try DiagnosticCategories.slices(tsv: Array("Logic\tx\n0\n".utf8)) }
    }
}
