import Foundation
import PodiumCore
import PodiumEval
import PodiumExperiments
import PodiumPrimitives
import Testing

/// Two systems on the same examples: differences are B minus A, for every kind of task.
struct ComparisonTests {
    private let comparison = Comparison(bootstrap: Bootstrap(resamples: 200, seed: 1))

    private func file(_ name: String, _ text: String) -> Comparison.File {
        Comparison.File(name: name, bytes: Array(text.utf8))
    }

    private func predictions(_ name: String, _ labels: [String]) -> Comparison.File {
        file(name, "index\tprediction\n" + labels.enumerated().map { "\($0)\t\($1)\n" }.joined())
    }

    @Test func aBetterSecondClassifierHasAPositiveDifference() throws {
        let gold = file(
            "dev.tsv",
            "index\tsentence1\tsentence2\tlabel\n"
                + (0..<20).map { "\($0)\ta\tb\t\($0 % 2 == 0 ? "entailment" : "not_entailment")\n" }.joined()
        )
        let right = (0..<20).map { $0 % 2 == 0 ? "entailment" : "not_entailment" }
        let wrong = right.enumerated().map {
            $0 < 5 ? (right[$0] == "entailment" ? "not_entailment" : "entailment") : $1
        }
        let set = try comparison.files(
            task: .rte,
            gold: gold,
            a: predictions("a.tsv", wrong),
            b: predictions("b.tsv", right)
        )
        #expect(set.paired.difference.value == 0.25)
        #expect(set.diff.gained.count == 5 && set.diff.lost.isEmpty)
    }

    @Test(arguments: [BenchmarkTask.squadV1, .squadV2])
    func aBetterSecondReaderHasAPositiveDifference(task: BenchmarkTask) throws {
        let questions = (0..<10).map { number in
            """
            {"id": "q\(number)", "question": "which?", "is_impossible": false, \
            "answers": [{"text": "answer \(number)", "answer_start": 0}]}
            """
        }
        let gold = file(
            "dev.json",
            """
            {"version": "\(task == .squadV1 ? "1.1" : "v2.0")", "data": [{"title": "t", "paragraphs": \
            [{"context": "answer", "qas": [\(questions.joined(separator: ", "))]}]}]}
            """
        )
        func answers(right: Int) -> String {
            "{" + (0..<10).map { "\"q\($0)\": \"\($0 < right ? "answer \($0)" : "nothing")\"" }.joined(separator: ", ")
                + "}"
        }
        let set = try comparison.files(
            task: task,
            gold: gold,
            a: file("a.json", answers(right: 4)),
            b: file("b.json", answers(right: 9))
        )
        let difference = try #require(set.paired.difference.value)
        #expect(abs(difference - 0.5) < 1e-12)
        let interval = try #require(set.paired.interval)
        #expect(interval.low > 0)
        #expect(set.quantity == "mean of exact match and F1, by the corrected protocol")
        #expect(set.text(examples: 0).contains("B minus A  50.00"))
        #expect(set.notes.isEmpty)
        #expect(set.diff.gained.count == 5 && set.diff.lost.isEmpty)
    }

    /// Questions about one article share its luck: of stored answers whole articles are drawn, and no test counts questions.
    @Test func storedAnswersOfSQuADAreComparedByArticles() throws {
        func answers(_ right: (Int) -> Bool, articles: Bool) -> [ExamplePrediction] {
            (0..<60).map { number in
                ExamplePrediction(
                    split: .dev,
                    example: "q\(number)",
                    prediction: right(number) ? "yes" : "no",
                    gold: "yes",
                    score: right(number) ? 1 : 0,
                    group: articles ? "article \(number / 10)" : nil
                )
            }
        }
        func compared(articles: Bool) throws -> ComparedSet {
            // B is better on two articles of six, and there on all questions.
            try ComparedSet.spans(
                task: .squadV1,
                predictions: Sides(
                    a: answers({ $0 >= 20 }, articles: articles),
                    b: answers({ _ in true }, articles: articles)
                ),
                bootstrap: Bootstrap(resamples: 2000)
            )
        }
        let set = try compared(articles: true)
        #expect(set.paired.interval?.clusters == 6 && set.notes.isEmpty)
        // Of two articles' signs one in two is as far on one side.
        #expect(set.paired.permutationP == 0.5 && set.diff.p == nil)
        #expect(set.text(examples: 0).contains("(paired bootstrap of 6 clusters)"))
        #expect(!set.text(examples: 0).contains("McNemar"))
        let alone = try compared(articles: false)
        #expect((alone.paired.permutationP ?? 1) < 0.001 && alone.notes.count == 1)
    }

    @Test func missingAndNeedlessAnswersAreMentioned() throws {
        let gold = file(
            "dev.json",
            """
            {"data": [{"paragraphs": [{"context": "c", "qas": [\
            {"id": "p", "question": "?", "answers": [{"text": "yes", "answer_start": 0}]}, \
            {"id": "q", "question": "?", "answers": [{"text": "no", "answer_start": 0}]}]}]}]}
            """
        )
        let set = try comparison.files(
            task: .squadV1,
            gold: gold,
            a: file("a.json", #"{"p": "yes"}"#),
            b: file("b.json", #"{"p": "yes", "q": "no", "x": "1", "y": "2"}"#)
        )
        #expect(
            set.notes == [
                "A has no answer to 1 question: counted as wrong",
                "B has 2 answers to no question of the set: they change nothing",
            ]
        )
        #expect(set.paired.difference == .value(0.5))
    }

    @Test func anErrorNamesTheFileThatHasIt() throws {
        let gold = file("dev.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n")
        let error = #expect(throws: EvalError.self) {
            try comparison.files(
                task: .rte,
                gold: gold,
                a: predictions("a.tsv", ["entailment"]),
                b: file("b.tsv", "no header\n")
            )
        }
        #expect(error?.place?.file == "b.tsv")
    }
}
