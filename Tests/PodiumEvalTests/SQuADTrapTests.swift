import PodiumEval
import Testing
import PodiumFiles
import PodiumPrimitives

/// Faults and surprises of the official scripts, with the numbers the scripts themselves give.
@Suite struct SQuADTrapTests {
    private static func reference(_ id: String, _ answers: [String] = []) -> SQuADReference {
        SQuADReference(id: id, answers: answers, isImpossible: answers.isEmpty)
    }

    private static func odds(_ pairs: KeyValuePairs<String, Double>) -> NoAnswerScores {
        NoAnswerScores(pairs.map { (id: ExactText($0.key), score: $0.value) })
    }

    private static func value(_ name: String, in entries: [SQuADScore.Entry]) -> SQuADScore.Value? {
        entries.first { $0.name == name }?.value
    }

    @Test(arguments: [
        ("The  Eiffel Tower!", "eiffel tower"), ("a.k.a. the boss", "aka boss"), ("U.S.A.", "usa"),
        ("an-apple", "anapple"), ("the-an", "thean"), ("A", ""), ("_a_", ""), ("Theatre the", "theatre"),
        ("1,000", "1000"), ("3 a.m.", "3 am"), ("$5.2 million", "52 million"), ("50%", "50"), ("don't", "dont"),
        ("\u{201C}quoted\u{201D}", "\u{201C}quoted\u{201D}"), ("Beyonc\u{E9}\u{2019}s", "beyonc\u{E9}\u{2019}s"),
        ("nbsp\u{A0}x", "nbsp x"), ("zw\u{200B}sp", "zw\u{200B}sp"), ("fs\u{1C}x", "fs x"),
        ("\u{130}stanbul", "i\u{307}stanbul"), ("\u{39F}\u{394}\u{39F}\u{3A3}", "\u{3BF}\u{3B4}\u{3BF}\u{3C2}"),
        ("a\u{301} la", "\u{301} la"), ("a\u{4E2D}", "a\u{4E2D}"), ("a\u{200D}b", "\u{200D}b"),
    ])
    func answersNormaliseAsInPython(answer: String, expected: String) {
        #expect(NormalizedAnswer(answer).text == ExactText(expected))
    }

    @Test(arguments: [
        ("to be or not to be", "be to be", 2.0 / 3), ("New York City, NY", "New York", 2.0 / 3),
        ("Santa Clara", "Levi's Stadium in Santa Clara, California", 0.5),
    ])
    func f1CountsTokensAsMultisets(prediction: String, gold: String, expected: Double) {
        let score = AnswerScore(
            prediction: NormalizedAnswer(prediction),
            gold: NormalizedAnswer(gold),
            emptyAgreement: 1
        )
        #expect(abs(score.f1 - expected) < 1e-15)
    }

    @Test func manyTokensAreComparedWithoutTryingAllPairs() {
        let long = NormalizedAnswer(Array(repeating: "x y", count: 50_000).joined(separator: " "))
        let half = NormalizedAnswer(Array(repeating: "x", count: 30_000).joined(separator: " "))
        #expect(long.sharedTokens(with: half) == 30_000)
    }

    @Test func composedAndDecomposedLettersAreDifferentAnswersAndIDs() throws {
        let references = [Self.reference("caf\u{E9}", ["caf\u{E9}"])]
        let score = try SQuADScore.v1(references, predictions: SQuADPredictions(["caf\u{E9}": "cafe\u{301}"]))
        #expect(score["exact_match"] == 0)
        let other = try SQuADScore.v1(references, predictions: SQuADPredictions(["cafe\u{301}": "caf\u{E9}"]))
        #expect(other.missing == ["caf\u{E9}"] && other.extraPredictions == 1)
    }

    @Test func twoAnswersThatVanishAgreeInExactMatchButNotInTheF1OfVersion1() throws {
        let references = [Self.reference("q", ["a"])]
        let predictions = SQuADPredictions(["q": "The"])
        let official = try SQuADScore.v1(references, predictions: predictions)
        #expect(official["exact_match"] == 100 && official["f1"] == 0)
        let corrected = try SQuADScore.v1(references, predictions: predictions, protocol: .corrected)
        #expect(corrected["exact_match"] == 100 && corrected["f1"] == 100)
        let second = try SQuADScore.v2(references, predictions: predictions)
        #expect(second["exact"] == 100 && second["f1"] == 100)
    }

    @Test func aMissingPredictionIsZeroInVersion1AndAKeyErrorInVersion2() throws {
        let references = [Self.reference("q1", ["x"]), Self.reference("q2", ["y"])]
        let predictions = SQuADPredictions(["q1": "x"])
        #expect(try SQuADScore.v1(references, predictions: predictions)["exact_match"] == 50)
        #expect(
            EvalError.Code.thrown { () throws(EvalError) in
                _ = try SQuADScore.v2(references, predictions: predictions)
            } == .officialScriptFails
        )
        let corrected = try SQuADScore.v2(references, predictions: predictions, protocol: .corrected)
        #expect(corrected["exact"] == 50 && corrected["total"] == 2 && corrected.missing == ["q2"])
    }

    @Test func extraPredictionsChangeNothing() throws {
        let predictions = SQuADPredictions(["q": "x", "old": "y"])
        let score = try SQuADScore.v1([Self.reference("q", ["x"])], predictions: predictions)
        #expect(score["exact_match"] == 100 && score.extraPredictions == 1)
    }

    @Test func aDefaultThresholdOfZeroIsWrongForNegativeLogits() throws {
        let references = [
            Self.reference("q1", ["right"]), Self.reference("q3"), Self.reference("q4"), Self.reference("q5"),
        ]
        let predictions = SQuADPredictions(["q1": "z", "q3": "x", "q4": "y", "q5": "w"])
        let odds = Self.odds(["q1": -3, "q3": -4, "q4": -5, "q5": -6])
        let official = try SQuADScore.v2(references, predictions: predictions, noAnswer: odds)
        #expect(official["best_f1"] == 75 && official["best_f1_thresh"] == 0)
        let applied = try SQuADScore.v2(references, predictions: predictions, noAnswer: odds, threshold: 0)
        #expect(applied["f1"] == 0)
        let corrected = try SQuADScore.v2(references, predictions: predictions, noAnswer: odds, protocol: .corrected)
        #expect(corrected["best_f1"] == 75 && corrected["best_f1_thresh"] == nil)
        #expect(corrected.json.text.contains("\"best_f1_thresh\": null"))
    }

    @Test func noThresholdSplitsEqualScoresHoweverTheFileIsOrdered() throws {
        let references = [
            Self.reference("a", ["x"]), Self.reference("b", ["y"]), Self.reference("c"), Self.reference("d"),
        ]
        let predictions = SQuADPredictions(["a": "x", "b": "y", "c": "no", "d": "no"])
        let answersFirst = Self.odds(["a": 0.5, "b": 0.5, "c": 0.5, "d": 0.5])
        let answersLast = Self.odds(["c": 0.5, "d": 0.5, "a": 0.5, "b": 0.5])
        let first = try SQuADScore.v2(references, predictions: predictions, noAnswer: answersFirst)
        #expect(first["best_exact"] == 100 && first["best_exact_thresh"] == 0.5)
        let last = try SQuADScore.v2(references, predictions: predictions, noAnswer: answersLast)
        #expect(last["best_exact"] == 50 && last["best_exact_thresh"] == 0)
        for odds in [answersFirst, answersLast] {
            let corrected = try SQuADScore.v2(
                references,
                predictions: predictions,
                noAnswer: odds,
                protocol: .corrected
            )
            #expect(corrected["best_exact"] == 50)
        }
    }

    @Test func theBestScoreStaysWithinAHundredPercent() throws {
        let references = [Self.reference("q1", ["x"]), Self.reference("q3"), Self.reference("q4")]
        let predictions = SQuADPredictions(["q1": "x", "q3": ""])
        let odds = Self.odds(["q1": 0.1, "q3": 0.9, "q4": 0.5])
        let official = try SQuADScore.bestThresholds(
            references,
            predictions: predictions,
            noAnswer: odds,
            protocol: .official
        )
        #expect(Self.value("best_exact", in: official) == .number(150))
        let corrected = try SQuADScore.bestThresholds(
            references,
            predictions: predictions,
            noAnswer: odds,
            protocol: .corrected
        )
        #expect(Self.value("best_exact", in: corrected) == .number(100 * 2.0 / 3))
    }

    @Test func searchingOnEmptiedPredictionsHidesHigherThresholds() throws {
        let references = [Self.reference("q1", ["x"]), Self.reference("q2", ["y"]), Self.reference("q3")]
        // Emptied at threshold 0, where both answerable questions lie above.
        let emptied = SQuADPredictions(["q1": "", "q2": "", "q3": ""])
        let candidates = SQuADPredictions(["q1": "x", "q2": "y", "q3": "z"])
        let odds = Self.odds(["q1": 1, "q2": 2, "q3": 3])
        let blind = try SQuADScore.v2(
            references,
            predictions: emptied,
            noAnswer: odds,
            threshold: 9,
            protocol: .corrected
        )
        #expect(blind["best_f1"] == 100.0 / 3 && blind["best_f1_thresh"] == nil)
        let seeing = try SQuADScore.v2(
            references,
            predictions: emptied,
            noAnswer: odds,
            threshold: 9,
            candidates: candidates,
            protocol: .corrected
        )
        #expect(seeing["best_f1"] == 100 && seeing["best_f1_thresh"] == 2)
    }

    @Test func oneConstantNoAnswerScoreMakesTheSearchMeaningless() throws {
        let references = [Self.reference("q1", ["x"]), Self.reference("q2", ["y"]), Self.reference("q3")]
        let predictions = SQuADPredictions(["q1": "x", "q2": "y", "q3": ""])
        let score = try SQuADScore.v2(
            references,
            predictions: predictions,
            noAnswer: Self.odds(["q1": 0, "q2": 0, "q3": 0])
        )
        #expect(score["best_f1"] == score["f1"] && score["best_f1_thresh"] == 0)
    }

    @Test func theWordUnanswerableIsAnAnswer() throws {
        let score = try SQuADScore.v2([Self.reference("q")], predictions: SQuADPredictions(["q": "unanswerable"]))
        #expect(score["NoAns_exact"] == 0)
    }

    @Test func aScoredQuestionWithoutNoAnswerScoreIsRefused() {
        let code = EvalError.Code.thrown { () throws(EvalError) in
            _ = try SQuADScore.v2(
                [Self.reference("q", ["x"])],
                predictions: SQuADPredictions(["q": "x"]),
                noAnswer: Self.odds(["other": 0])
            )
        }
        #expect(code == .mismatchedExamples)
    }

    @Test func theThresholdIsStrict() throws {
        let references = [Self.reference("q", ["x"])]
        let predictions = SQuADPredictions(["q": "x"])
        let odds = Self.odds(["q": 0.5])
        #expect(try SQuADScore.v2(references, predictions: predictions, noAnswer: odds, threshold: 0.5)["f1"] == 100)
        #expect(try SQuADScore.v2(references, predictions: predictions, noAnswer: odds, threshold: 0.49)["f1"] == 0)
    }
}
