import PodiumCore
import PodiumEval
import Testing

@Suite struct DetectorTests {
    static func findings(_ task: BenchmarkTask, gold: [String], predicted: [String]) throws -> [Finding.Code] {
        let rows = GLUEScoreTests.rows(gold)
        return try Detectors.predictions(GLUEExamples(task: task, rows: rows, predicted: predicted)).map(\.code)
    }

    /// MRPC's development set: 279 of 408 are positive.
    static let paraphrases = Array(repeating: "1", count: 279) + Array(repeating: "0", count: 129)

    @Test func oneAnswerIsNoFaultWhereOnlyOneIsRight() throws {
        func findings(_ gold: [String], _ predicted: [String], _ task: BenchmarkTask = .mrpc) throws -> [Finding.Code] {
            let rows = GLUEScoreTests.rows(gold)
            return Detectors.predictions(try GLUEExamples(task: task, rows: rows, predicted: predicted)).map(\.code)
        }
        #expect(try findings(["1", "1", "1"], ["1", "1", "1"]).isEmpty)
        #expect(try findings(["1", "1", "0"], ["1", "1", "1"]) == [.collapsed])
        #expect(try findings(["2.5", "2.5"], ["2.5", "2.5"], .stsb).isEmpty)
        #expect(try findings(["2.5", "3"], ["2.5", "2.5"], .stsb) == [.collapsed])
    }

    @Test func aWholeTestSetIsNamedAsOne() throws {
        let finding = try #require(Detectors.size(of: .sst2, split: .dev, n: 1821))
        #expect(finding.message.contains("1,821 examples, as the official test set of SST-2 has"))
        #expect(Detectors.size(of: .sst2, split: .dev, n: 872) == nil)
    }

    @Test func anUntrainedHeadGivesExactlyTheMajorityOrTheMinority() throws {
        for (label, accuracy) in [("1", 0.6838235294117647), ("0", 0.3161764705882353)] {
            let predicted = Array(repeating: label, count: 408)
            let score = try GLUEScore.score(
                task: .mrpc,
                gold: GLUEScoreTests.rows(Self.paraphrases),
                predictions: GLUEScoreTests.rows(predicted)
            )
            #expect(score["accuracy"]?.value == accuracy)
            #expect(try Self.findings(.mrpc, gold: Self.paraphrases, predicted: predicted).contains(.collapsed))
        }
        let score = try GLUEScore.score(
            task: .mrpc,
            gold: GLUEScoreTests.rows(Self.paraphrases),
            predictions: GLUEScoreTests.rows(Array(repeating: "1", count: 408))
        )
        #expect(try abs(#require(score["f1"]?.value) - 0.8122270742358079) < 1e-15)
    }

    @Test func theMajorityOfWNLIScores56And65PercentAndIsMarked() throws {
        let dev = Array(repeating: "0", count: 40) + Array(repeating: "1", count: 31)
        let majority = Array(repeating: "0", count: 71)
        let score = try GLUEScore.score(
            task: .wnli,
            gold: GLUEScoreTests.rows(dev),
            predictions: GLUEScoreTests.rows(majority)
        )
        #expect(try abs(100 * #require(score.score.value) - 56.33802816901409) < 1e-12)
        #expect(abs(100 * 95.0 / 146 - 65.1) < 0.05)
        #expect(try Self.findings(.wnli, gold: dev, predicted: majority) == [.collapsed, .adversarialSet])
    }

    @Test func aRunBelowTheMajorityIsCollapsedAndOneAboveIsNot() throws {
        var poor = Self.paraphrases
        for index in 0..<130 { poor[index] = "0" }
        #expect(try Self.findings(.mrpc, gold: Self.paraphrases, predicted: poor).contains(.collapsed))
        var good = Self.paraphrases
        for index in 0..<40 { good[index] = "0" }
        #expect(try Self.findings(.mrpc, gold: Self.paraphrases, predicted: good).isEmpty)
    }

    @Test func labelsReadInAnotherToolsOrderAreSuspected() throws {
        // contradiction, entailment, neutral written where entailment, neutral, contradiction were meant.
        let names = ["contradiction", "entailment", "neutral"]
        let other = ["entailment", "neutral", "contradiction"]
        var generator = Generator(seed: 3)
        let gold = (0..<600).map { _ in generator.index(below: 3) }
        let guess = gold.map { generator.index(below: 25) == 0 ? ($0 + 1) % 3 : $0 }
        let rows = GLUEScoreTests.rows(gold.map { names[$0] })
        let examples = try GLUEExamples(task: .mnli, rows: rows, predicted: guess.map { other[$0] })
        let found = try #require(Detectors.predictions(examples).first { $0.code == .permutedLabels })
        #expect(found.message.contains("labels look permuted") && found.message.contains("accuracy would be 9"))
        let straight = try GLUEExamples(task: .mnli, rows: rows, predicted: guess.map { names[$0] })
        #expect(Detectors.predictions(straight).isEmpty)
    }

    @Test func constantSimilaritiesAreCollapsed() throws {
        #expect(try Self.findings(.stsb, gold: ["1", "2", "3"], predicted: ["2.5", "2.5", "2.5"]) == [.collapsed])
    }

    @Test func partOfADevelopmentSetIsMarked() {
        #expect(Detectors.size(of: .rte, split: .dev, n: 277) == nil)
        #expect(Detectors.size(of: .rte, split: .dev, n: 276)?.code == .partialData)
        #expect(Detectors.size(of: .mnli, split: .dev, n: 9832) == nil)
        #expect(Detectors.size(of: .mnli, split: .dev, n: 19_647) == nil)
        #expect(Detectors.size(of: .squadV1, split: .dev, n: 10_600)?.code == .partialData)
        #expect(Detectors.size(of: .squadV2, split: .dev, n: 5928 + 5945) == nil)
        #expect(Detectors.size(of: .wnli, split: .test, n: 146) == nil)
    }

    @Test func anImplausibleScoreIsMarked() {
        // STS-B scored with broadcast shapes: 28.36 where 88.64 is right.
        #expect(Detectors.plausibility(0.2836, published: [0.8581, 0.8864])?.code == .implausible)
        #expect(Detectors.plausibility(0.8712, published: [0.8581, 0.8864]) == nil)
        #expect(Detectors.plausibility(0.99, published: [0.704]) != nil)
        #expect(Detectors.plausibility(0.5, published: []) == nil)
    }

    @Test func trainingRowsInTheEvaluationSetAreFound() throws {
        let training = [["a b", "c"], ["x", "y"]]
        let found = try #require(Detectors.leaks(training: training, evaluation: [["a", "b c"], ["x", "y"]]))
        #expect(found.code == .leakedRows && found.message.hasPrefix("1 of 2") && found.message.contains("rows 1"))
        #expect(Detectors.leaks(training: training, evaluation: [["y", "x"]]) == nil)
    }

    @Test func theWordUnanswerableIsPointedOut() {
        let questions = [
            SQuADReference(id: "q", answers: [], isImpossible: true),
            SQuADReference(id: "r", answers: ["none"], isImpossible: false),
        ]
        let literal = SQuADPredictions(["q": "Unanswerable", "r": "none"])
        #expect(Detectors.literalNoAnswers(questions, predictions: literal)?.code == .literalNoAnswer)
        #expect(Detectors.literalNoAnswers(questions, predictions: SQuADPredictions(["q": "", "r": "none"])) == nil)
    }
}
