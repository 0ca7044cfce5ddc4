import Foundation
import Testing

/// The whole of Podium from a job file to a report, by the built binary.
@Suite(.serialized)
struct EndToEndTests {
    /// Pre-trains and fine-tunes for a moment each.
    static let smallSuite = """
        name: small
        kind: suite
        pretrain:
          - name: start
            model: {preset: tiny}
            corpus: sample
            training: {maxSteps: 20, batchSize: 8, maxSequenceLength: 32, maxPredictionsPerSequence: 5}
        systems:
          - name: tiny
            model: {run: start}
        tasks: [glue/CoLA, glue/STS-B, squad-v1.1]
        training: {maxSteps: 10, batchSize: 8, maxSequenceLength: 128, trainExamples: 80}
        sweep: {seed: {count: 2}}
        """

    @Test func aSuiteRunsFromFileToReport() async throws {
        let place = try Place()
        defer { place.tearDown() }
        let file = try place.write("small.yaml", Self.smallSuite)
        let report = "\(place.folder)/report"
        let outcome = try await place.binary.run("run", file, "--report", report)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output.contains("tiny"))
        #expect(outcome.output.hasSuffix("Report: \(report)/report.html\n"))
        #expect(outcome.error.contains("✓ tiny/squad/v1.1/seed-2"))
        for name in [
            "report.html", "report.xml", "report.json", "leaderboard.csv", "leaderboard.md", "leaderboard.tex",
        ] {
            #expect(FileManager.default.fileExists(atPath: "\(report)/\(name)"), "\(name)")
        }
        let check = try await place.binary.run("report", "--out", report, "--check")
        #expect(check.status == 0, "\(check.error)")
        // A stopped Podium has no server, and says how to start one.
        let queue = try await place.binary.run("queue")
        #expect(queue.status == 3)
        #expect(queue.error.contains("podium up"))

        let up = try await place.up()
        let runs = try await place.runs(suite: "small")
        #expect(runs.count == 8)
        #expect(runs.allSatisfy { $0.state == "succeeded" && $0.attempt == 1 })
        let board = try await place.binary.run("leaderboard", "--suite", "small", "--format", "json")
        #expect(board.status == 0)
        #expect(try JSONSerialization.jsonObject(with: Data(board.output.utf8)) is [String: Any])
        for format in ["table", "csv", "md", "latex"] {
            let text = try await place.binary.run("leaderboard", "--format", format)
            #expect(text.status == 0 && text.output.contains("tiny"), "\(format)")
        }
        let logs = try await place.binary.run("logs", "\(runs[0].id)")
        #expect(logs.status == 0 && logs.output.contains("documents"))
        let second = try await place.binary.run("up")
        #expect(second.status == 3)
        #expect(second.error.contains("in use by process"))
        up.terminate()
        up.waitUntilExit()
        #expect(up.terminationStatus == 0)
    }

    @Test func aCancelledRunEndsAndCanBeRetried() async throws {
        let place = try Place()
        defer { place.tearDown() }
        _ = try await place.up()
        let file = try place.write(
            "long.yaml",
            """
            name: long
            kind: pretrain
            model: {preset: tiny}
            corpus: sample
            training: {maxDuration: 600s, batchSize: 8, maxSequenceLength: 32, maxPredictionsPerSequence: 5}
            """
        )
        let suite = try await place.submit(file)
        try await place.wait("training") { try await place.runs(suite: suite)[0].progress?.step ?? 0 > 3 }
        let run = try await place.runs(suite: suite)[0].id
        #expect(try await place.binary.run("cancel", "\(run)").status == 0)
        try await place.wait("the end") { try await place.runs(suite: suite)[0].state == "cancelled" }
        #expect(try await place.show(run).result == nil)
        // The checkpoint it saved on its way out is where a retry goes on.
        #expect(try await place.binary.run("retry", "\(run)").status == 0)
        try await place.wait("the second attempt") { try await place.runs(suite: suite)[0].state == "running" }
        try await place.wait("resumption") {
            try await place.show(run).attempts.last?.resumedFromStep ?? 0 > 3
        }
        #expect(try await place.binary.run("cancel", "--suite", suite).status == 0)
    }

    @Test func nothingToDoIsSaidInTheExitStatus() async throws {
        let place = try Place()
        defer { place.tearDown() }
        _ = try await place.up()
        #expect(try await place.binary.run("show", "77").status == 2)
        #expect(try await place.binary.run("logs", "77").status == 2)
        #expect(try await place.binary.run("leaderboard", "--suite", "none").status == 2)
        #expect(try await place.binary.run("retry", "77").status == 2)
        #expect(try await place.binary.run("cancel").status == 2)
        let help = try await place.binary.run("--help")
        #expect(help.status == 0 && help.output.contains("podium run jobs/quickstart.yaml"))
    }

    /// All of GLUE, each for a moment.
    static let submittedSuite = """
        name: submitted
        kind: suite
        pretrain:
          - name: start
            model: {preset: tiny}
            corpus: sample
            training: {maxSteps: 4, batchSize: 8, maxSequenceLength: 32, maxPredictionsPerSequence: 5, vocabularySize: 500}
        systems:
          - name: tiny
            model: {run: start}
        tasks: [glue]
        predict: [dev, test, ax]
        training: {maxSteps: 2, batchSize: 8, maxSequenceLength: 48, trainExamples: 40, evaluationExamples: 40}
        """

    @Test func aSuiteOnTheSampleEndsInAGLUEArchiveOfItsOwnTestPredictions() async throws {
        let place = try Place()
        defer { place.tearDown() }
        let file = try place.write("submitted.yaml", Self.submittedSuite)
        let outcome = try await place.binary.run("run", file, "--report", "\(place.folder)/report")
        #expect(outcome.status == 0, "\(outcome.error)")
        // The diagnostic set has a column of its own, and no place in the average.
        let table = try String(contentsOfFile: "\(place.folder)/report/leaderboard.csv", encoding: .utf8)
        #expect(table.contains("AX"))
        _ = try await place.up()
        let archive = "\(place.folder)/glue.zip"
        let written = try await place.binary.run("submission", "write", "--suite", "submitted", "--out", archive)
        #expect(written.status == 0, "\(written.error)")
        #expect(written.output.contains("AX.tsv"))
        #expect(written.error.contains("not the official test sets"))
        let origin = try String(contentsOfFile: archive + ".origin.json", encoding: .utf8)
        #expect(origin.contains("tiny/glue/MNLI/seed-1"))
        let check = try await place.binary.run("submission", "check", archive, "--data", "sample")
        #expect(check.status == 0, "\(check.output)")
        // The server has other test sets.
        let official = try await place.binary.run("submission", "check", archive)
        #expect(official.status == 1)
        #expect(official.output.contains("the test set has 390,965 examples"))
    }

    @Test func aJobOfVectorsMakesTheCommandsFile() async throws {
        let place = try Place()
        defer { place.tearDown() }
        let model = Binary.root.appendingPathComponent("Tests/PodiumBERTTests/Fixtures/tiny-bert").path
        _ = try place.write("texts.txt", "a b c\nabc dij\n")
        let file = try place.write(
            "vectors.yaml",
            """
            name: vectors
            kind: embed
            model: {path: \(model)}
            texts: texts.txt
            vectors: {pool: word, layers: [-1, -2], format: npy}
            training: {maxSequenceLength: 24}
            """
        )
        let outcome = try await place.binary.run("run", file)
        #expect(outcome.status == 0, "\(outcome.error)")
        let out = "\(place.folder)/v.npy"
        let made = try await place.binary.run(
            "embed",
            "--model",
            model,
            "--pool",
            "word",
            "--layers",
            "-1",
            "-2",
            "--format",
            "npy",
            "--max-sequence-length",
            "24",
            "\(place.folder)/texts.txt",
            "--out",
            out
        )
        #expect(made.status == 0, "\(made.error)")
        #expect(made.error.contains("2 texts, 5 vectors"))
        _ = try await place.up()
        let run = try #require(try await place.runs(suite: "vectors").first)
        let shown = try await place.show(run.id)
        let vectors = try #require(shown.artifacts.first { $0.artifact.kind == "vectors" }?.artifact)
        let files = [vectors.path, out].map { FileManager.default.contents(atPath: $0) }
        #expect(files[0] != nil && files[0] == files[1])
        // Without a place to write to, lines come as they are made.
        let lines = try await place.binary.run(
            "embed",
            "--model",
            model,
            "--max-sequence-length",
            "24",
            "\(place.folder)/texts.txt"
        )
        #expect(lines.output.hasPrefix(#"{"linex_index": 0, "layers": [{"index": -1, "values": ["#))
        #expect(lines.output.split(separator: "\n").count == 2)
    }
}
