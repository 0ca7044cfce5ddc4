import Foundation
import PodiumEval
import PodiumExperiments
import PodiumFiles
import PodiumPrimitives
import Testing

struct ScoringTests {
    private func withFiles(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("podium-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in files { try AtomicFile.write(Array(text.utf8), to: "\(folder)/\(name)") }
        try body(folder)
    }

    private let rte = [
        "dev.tsv": "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n1\ta\tb\tnot_entailment\n",
        "p.tsv": "index\tprediction\n0\tentailment\n1\tnot_entailment\n",
    ]

    private let squad = [
        "gold.json": """
        {"version": "1.1", "data": [{"title": "t", "paragraphs": [{"context": "one two", "qas": [
        {"id": "p", "question": "?", "answers": [{"text": "one", "answer_start": 0}]},
        {"id": "q", "question": "?", "answers": [{"text": "two", "answer_start": 4}]}]}]}]}
        """,
        "p.json": #"{"p": "one", "x": "two"}"#,
    ]

    private let bootstrap = Bootstrap(resamples: 10, seed: 1)

    @Test func aGLUEScoreHasItsIntervalAndMethodBesideIt() throws {
        try withFiles(rte) { folder in
            let files = ScoredGLUE.Files(gold: "\(folder)/dev.tsv", predictions: "\(folder)/p.tsv")
            let scored = try ScoredGLUE(task: "RTE", files, mismatched: nil, bootstrap: bootstrap)
            // Clopper and Pearson's interval of 2 of 2 at 95 %: from √0.025.
            let expected = """
                RTE, 2 examples
                METRIC     VALUE     95% INTERVAL  METHOD
                accuracy  100.00  15.81 to 100.00  clopper-pearson
                score     100.00  15.81 to 100.00  clopper-pearson
                """
            #expect(scored.text == expected)
            #expect(scored.json.text.contains("\"accuracy\": 1.0"))
        }
    }

    @Test func onlyMNLIHasASecondSet() throws {
        try withFiles(rte) { folder in
            let files = ScoredGLUE.Files(gold: "\(folder)/dev.tsv", predictions: "\(folder)/p.tsv")
            let error = #expect(throws: ExperimentError.self) {
                try ScoredGLUE(task: "RTE", files, mismatched: files, bootstrap: bootstrap)
            }
            #expect(error?.blame == .input)
        }
    }

    @Test func aSQuADScoreSaysWhichAnswersWereMissingAndWhichTooMany() throws {
        try withFiles(squad) { folder in
            let files = ScoredSQuAD.Files(gold: "\(folder)/gold.json", predictions: "\(folder)/p.json")
            let scored = try ScoredSQuAD(version: "1.1", files, threshold: 1, rules: .official)
            #expect(scored.score["exact_match"] == 50)
            #expect(
                scored.notes.suffix(2) == [
                    "1 question without a prediction", "1 prediction for no question of the file, without effect",
                ]
            )
            let lines = try scored.text(bootstrap: bootstrap).split(separator: "\n")
            #expect(lines.count == 3 && lines[1].hasPrefix("exact_match  50.00"))
        }
    }

    @Test func noAnswerScoresBelongToVersion2() throws {
        try withFiles(squad) { folder in
            let files = ScoredSQuAD.Files(
                gold: "\(folder)/gold.json",
                predictions: "\(folder)/p.json",
                noAnswer: "\(folder)/p.json"
            )
            #expect(throws: (any Error).self) {
                try ScoredSQuAD(version: "1.1", files, threshold: 1, rules: .official)
            }
            let error = #expect(throws: ExperimentError.self) {
                try ScoredSQuAD(version: "3", files, threshold: 1, rules: .official)
            }
            #expect(error?.message == "\"3\" is no version of SQuAD; there are 1.1 and 2.0")
        }
    }

    private func score(_ task: String, _ metrics: String) -> String {
        #"{"task": "\#(task)", "n": 10, "metrics": {\#(metrics)}}"#
    }

    private var paper: [String: String] {
        [
            "mnli": score("MNLI", #""accuracy_matched": 0.5, "accuracy_mismatched": 0.5"#),
            "qqp": score("QQP", #""accuracy": 0, "f1": 0.5"#), "qnli": score("QNLI", #""accuracy": 0.5"#),
            "sst": score("SST-2", #""accuracy": 0.5"#), "cola": score("CoLA", #""matthews": 0.5"#),
            "sts": score("STS-B", #""pearson": 0, "spearman": 0.5"#),
            "mrpc": score("MRPC", #""accuracy": 0, "f1": 0.5"#), "rte": score("RTE", #""accuracy": 0.5"#),
        ]
    }

    @Test func theAverageOfFilesIsTheirRules() throws {
        try withFiles(paper) { folder in
            let files = paper.keys.map { "\(folder)/\($0)" }
            let average = try GLUEAverage(.bertPaper, files: files)
            #expect(try average.requireValue() == 0.5)
            #expect(average.json.text.contains("0.5"))
            let part = #expect(throws: ExperimentError.self) {
                try GLUEAverage(.bertPaper, files: files.filter { !$0.hasSuffix("rte") }).requireValue()
            }
            #expect(part?.message == "the average bert-paper needs scores that are missing or partial: RTE")
        }
    }

    @Test func aScoreWithoutAValueLeavesTheAverageWithoutOne() throws {
        var files = paper
        files["cola"] = score("CoLA", #""matthews": null"#)
        try withFiles(files) { folder in
            let error = #expect(throws: ExperimentError.self) {
                try GLUEAverage(.bertPaper, files: files.keys.map { "\(folder)/\($0)" }).requireValue()
            }
            #expect(error?.blame == .job)
            #expect(error?.message.contains("matthews is null in \(folder)/cola") == true)
        }
    }

    @Test func aFileThatIsNoScoreIsNamed() throws {
        try withFiles(["a.json": "[]"]) { folder in
            let error = #expect(throws: ExperimentError.self) { try GLUEAverage(.glue, files: ["\(folder)/a.json"]) }
            #expect(
                error?.message == "\(folder)/a.json: not a score that `podium score glue --json` printed"
            )
        }
    }
}
