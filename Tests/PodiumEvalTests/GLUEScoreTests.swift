import Foundation
import PodiumCore
import PodiumEval
import PodiumPrimitives
import Testing

@Suite struct GLUEScoreTests {
    static func rows(_ labels: [String], from start: Int = 0) -> [LabelledRow] {
        labels.enumerated().map { LabelledRow(id: String($0 + start), label: $1) }
    }

    @Test func mrpcIsTheMeanOfF1AndAccuracy() throws {
        let score = try GLUEScore.score(
            task: .mrpc,
            gold: Self.rows(["1", "1", "1", "0", "1", "0", "1", "1"]),
            predictions: Self.rows(Array(repeating: "1", count: 8))
        )
        #expect(score.metrics.map(\.name) == ["f1", "accuracy"] && score.n == 8)
        #expect(score["accuracy"] == .value(0.75) && score["f1"] == .value(0.8571428571428571))
        #expect(score.score == .value(0.8035714285714286))
    }

    @Test func predictionsMeetGoldByIDNotByPosition() throws {
        let gold = [LabelledRow(id: "7", label: "entailment"), LabelledRow(id: "3", label: "not_entailment")]
        let score = try GLUEScore.score(task: .rte, gold: gold, predictions: gold.reversed())
        #expect(score["accuracy"] == .value(1))
    }

    @Test func gapsExtrasAndDuplicatesAreRefusedByName() {
        let gold = Self.rows(["0", "1", "1"])
        #expect(throws: EvalError.self) {
            try GLUEScore.score(task: .cola, gold: gold, predictions: Self.rows(["0", "1"]))
        }
        do throws(EvalError) {
            _ = try GLUEScore.score(task: .cola, gold: gold, predictions: Self.rows(["0", "1", "1"], from: 1))
            Issue.record("accepted")
        } catch {
            #expect(error.code == .mismatchedExamples)
            #expect(error.message.contains("1 have no prediction (0)"))
            #expect(error.message.contains("1 predictions have no example (3)"))
        }
        do throws(EvalError) {
            let twice = gold + [LabelledRow(id: "1", label: "0")]
            _ = try GLUEScore.score(task: .cola, gold: gold, predictions: twice)
            Issue.record("accepted")
        } catch {
            #expect(error.message.contains("id 1 occurs twice in the predictions"))
        }
    }

    @Test func classNumbersInPlaceOfLabelsAreRefusedWithTheReason() {
        do throws(EvalError) {
            _ = try GLUEScore.score(
                task: .mnli,
                gold: Self.rows(["neutral"]),
                predictions: Self.rows(["2"])
            )
            Issue.record("accepted")
        } catch {
            #expect(error.code == .invalidLabel)
            #expect(error.message.contains("example 0 is \"2\", not one of contradiction, entailment, neutral"))
            #expect(error.message.contains("different orders"))
        }
    }

    @Test func theDiagnosticSetIsScoredOverThreeClasses() throws {
        let names = ["contradiction", "entailment", "neutral"]
        let gold = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2].map { names[$0] }
        let predicted = [0, 0, 1, 1, 1, 2, 2, 2, 0, 2].map { names[$0] }
        let score = try GLUEScore.score(task: .ax, gold: Self.rows(gold), predictions: Self.rows(predicted))
        let value = try #require(score["matthews"]?.value)
        #expect(abs(value - 0.5454545454545454) < 1e-15)
    }

    @Test func constantSimilaritiesHaveNoScore() throws {
        let score = try GLUEScore.score(
            task: .stsb,
            gold: Self.rows(["1", "2", "3"]),
            predictions: Self.rows(["2", "2", "2"])
        )
        #expect(score.score.reason == "all predictions are the same")
    }

    @Test func mnliIsOneTaskOfTwoSets() throws {
        let right = try GLUEScore.score(task: .mnli, gold: Self.rows(["neutral"]), predictions: Self.rows(["neutral"]))
        let wrong = try GLUEScore.score(
            task: .mnli,
            gold: Self.rows(["neutral"]),
            predictions: Self.rows(["entailment"])
        )
        let both = try GLUEScore.mnli(matched: right, mismatched: wrong)
        #expect(both.metrics.map(\.name) == BenchmarkTask.mnli.metrics)
        #expect(both.score == .value(0.5) && both.n == 2)
    }

    /// Cells of the public leaderboard in the order CoLA, SST-2, MRPC, STS-B, QQP, MNLI, QNLI, RTE, WNLI.
    static func board(_ cells: [[Double]]) -> [GLUEScore] {
        zip(BenchmarkTask.glue, cells).map { task, values in
            GLUEScore(
                task: task,
                n: 1,
                metrics: zip(task.metrics, values).map { NamedMetric(name: $0, value: .value($1 / 100)) }
            )
        }
    }

    @Test(arguments: [
        (
            [[60.5], [94.9], [89.3, 85.4], [87.6, 86.5], [72.1, 89.3], [86.7, 85.9], [92.7], [70.1], [65.1]], 80.522,
            80.5
        ),
        (
            [[52.1], [93.5], [88.9, 84.8], [87.1, 85.8], [71.2, 89.2], [84.6, 83.4], [90.5], [66.4], [65.1]], 78.344,
            78.3
        ),
        (
            [[66.4], [97.8], [86.3, 80.8], [92.7, 92.6], [59.5, 80.4], [92.0, 92.8], [91.2], [93.6], [95.9]], 87.050,
            87.1
        ),
        (
            [[0.0], [83.2], [81.1, 71.1], [74.3, 73.6], [62.2, 83.4], [70.2, 70.3], [81.5], [57.2], [62.3]], 64.144,
            64.2
        ),
    ])
    func theGLUEAverageRecomputesTheLeaderboard(cells: [[Double]], exact: Double, published: Double) throws {
        let average = try #require(try GLUEAverage(.glue, of: Self.board(cells)).value)
        #expect(abs(average * 100 - exact) < 0.0006)
        #expect(abs(average * 100 - published) <= 0.061)
    }

    /// Rows of the public leaderboard with all nine tasks; pairs are F1;accuracy and Pearson;Spearman.
    @Test func everyRowOfTheBoardIsRecomputed() throws {
        let text = try String(contentsOf: Fixtures.folder.appending(path: "glue-board.csv"), encoding: .utf8)
        let rows = text.split(separator: "\n").dropFirst().map { line -> [[Double]] in
            // The name is quoted and may hold commas.
            let cells = line.split(separator: "\",", maxSplits: 1).last ?? ""
            return cells.split(separator: ",").map { $0.split(separator: ";").compactMap { Double($0) } }
        }
        #expect(rows.count == 24)
        for row in rows {
            let cells = Array(row[1...5]) + [row[6] + row[7]] + Array(row[8...10])
            let average = try #require(try GLUEAverage(.glue, of: Self.board(cells)).value)
            // Cells of one decimal leave 0.061 in the whole board.
            #expect(abs(average * 100 - row[0][0]) < 0.07, "\(row)")
        }
    }

    @Test func thePaperAveragesNineFlatNumbersWithoutWNLI() throws {
        let large = Self.board([
            [60.5], [94.9], [89.3, 85.4], [87.6, 86.5], [72.1, 89.3], [86.7, 85.9], [92.7], [70.1], [65.1],
        ])
        let paper = try #require(try GLUEAverage(.bertPaper, of: large).value)
        #expect(abs(paper * 100 - 82.078) < 0.0006)
    }

    @Test func anAverageWithoutATaskIsIncomplete() throws {
        let scores = Self.board([[60.5], [94.9], [89.3, 85.4], [87.6, 86.5], [72.1, 89.3], [86.7, 85.9], [92.7]])
        #expect(try GLUEAverage(.glue, of: scores).outcome == .incomplete(missing: [.rte, .wnli]))
        #expect(throws: EvalError.self) { try GLUEAverage(.glue, of: scores + scores) }
    }

    @Test func oneSetOfMNLIIsNotTheTask() throws {
        var scores = Self.board([
            [60.5], [94.9], [89.3, 85.4], [87.6, 86.5], [72.1, 89.3], [0, 0], [92.7], [70.1], [65.1],
        ])
        scores[5] = GLUEScore(task: .mnli, n: 1, metrics: [NamedMetric(name: "accuracy", value: .value(0.8))])
        #expect(try GLUEAverage(.glue, of: scores).outcome == .incomplete(missing: [.mnli]))
    }

    @Test func predictionFilesAreReadBackAsWritten() throws {
        let rows = Self.rows(["entailment", "not_entailment"])
        #expect(try PredictionsFile.read(PredictionsFile.write(rows)) == rows)
        let windows = Array("\u{FEFF}index\tprediction\r\n0\t\"x\r\n".utf8)
        #expect(try PredictionsFile.read(windows) == [LabelledRow(id: "0", label: "\"x")])
    }

    @Test(arguments: [
        ("", "line 1"), ("id,label\n", "line 1"), ("index\tprediction\n0\n", "line 2"),
        ("index\tprediction\n0\t1\t1\n", "line 2"), ("index\tprediction\n0\t1\n0\t0\n", "already on line 2"),
        ("index\tprediction\n0\t1\n\n1\t1\n", "line 3"), ("index\tprediction\n\t1\n", "line 2"),
    ])
    func brokenPredictionFilesAreToldByLine(text: String, expected: String) {
        do throws(EvalError) {
            _ = try PredictionsFile.read(Array(text.utf8))
            Issue.record("accepted")
        } catch {
            #expect(error.code == .malformed && error.description.contains(expected))
        }
    }
}
