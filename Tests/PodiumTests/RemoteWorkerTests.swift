import Foundation
import Testing

/// A worker with a data directory of its own, which sees nothing of the daemon's but the database and HTTP.
@Suite(.serialized)
struct RemoteWorkerTests {
    /// - Parameters:
    ///   - corpus: a text file.
    ///   - data: a folder in the official layout.
    private static func suite(corpus: String, data: String) -> String {
        """
        name: remote
        kind: suite
        pretrain:
          - name: start
            model: {preset: tiny}
            corpus: [\(corpus)]
            training: {maxSteps: 300, batchSize: 8, maxSequenceLength: 32, maxPredictionsPerSequence: 5, checkpointEverySteps: 20}
        systems:
          - name: tiny
            model: {run: start}
        tasks: [glue/CoLA]
        data: {root: \(data)}
        training: {maxSteps: 200, batchSize: 16, checkpointEverySteps: 20}
        sweep: {seed: {count: 1}}
        retry: {limit: 5}
        """
    }

    /// The port that the daemon's log names.
    private static func dashboardPort(_ place: Place) async throws -> Int {
        var port: Int?
        try await place.wait("the dashboard") {
            let log = try String(contentsOfFile: "\(place.folder)/daemon.log", encoding: .utf8)
            port = log.firstMatch(of: #/dashboard is at http://127\.0\.0\.1:([0-9]+)/#).flatMap { Int($0.1) }
            return port != nil
        }
        return try #require(port)
    }

    private static func sentence(_ number: Int) -> String {
        let words = ["the", "old", "river", "runs", "past", "a", "quiet", "town", "and", "nobody", "waits", "there"]
        return (0..<8).map { words[(number * 7 + $0 * $0 * 5 + number / 3) % words.count] }.joined(separator: " ")
            + " ."
    }

    /// A corpus, and a task whose sentences are right when they begin with an early letter.
    private static func write(into folder: String) throws -> (corpus: String, data: String) {
        let (corpus, data) = ("\(folder)/corpus.txt", "\(folder)/glue")
        let text = (0..<2000).map { sentence($0) + ($0 % 5 == 4 ? "\n" : "") }.joined(separator: "\n")
        try Data(text.utf8).write(to: URL(fileURLWithPath: corpus))
        try FileManager.default.createDirectory(atPath: "\(data)/CoLA", withIntermediateDirectories: true)
        for (name, numbers) in [("train", 0..<400), ("dev", 400..<500)] {
            let rows = numbers.map { "x\t\(sentence($0) < "p" ? 1 : 0)\t\t\(sentence($0))\n" }.joined()
            try Data(rows.utf8).write(to: URL(fileURLWithPath: "\(data)/CoLA/\(name).tsv"))
        }
        return (corpus, data)
    }

    @Test func filesGoByTheirHashesAndWeightsAreThoseOfOneDirectory() async throws {
        let place = try Place()
        defer { place.tearDown() }
        _ = try place.start("daemon", "--web", "--port", "0")
        try await place.waitForDatabase()
        let port = try await Self.dashboardPort(place)
        let (corpus, data) = try Self.write(into: place.folder)
        let file = try place.write("remote.yaml", Self.suite(corpus: corpus, data: data))

        // In one directory first.
        let local = try place.start("worker")
        let quiet = try await place.binary.run("submit", file, "--set", "name=quiet", "--wait")
        #expect(quiet.status == 0, "\(quiet.error)")
        local.terminate()
        local.waitUntilExit()

        let token = try await place.binary.run("token", "create", "node", "--role", "worker")
        #expect(token.status == 0, "\(token.error)")
        let tokenFile = try place.write("token", token.output)
        let database = "postgresql://podium@/podium?host=\(place.binary.dataDirectory)/postgres/run&port=5432"
        func worker(_ name: String) throws -> Process {
            try place.start(
                "worker",
                "--data-dir",
                "\(place.folder)/\(name)",
                "--database",
                database,
                "--artifacts",
                "http://127.0.0.1:\(port)",
                "--token-file",
                tokenFile
            )
        }
        let suite = try await place.submit(file, "--fresh")
        func step(of name: String, beyond step: Int) async throws {
            try await place.wait("step \(step) of \(name)") {
                let run = try await place.runs(suite: suite).first { $0.spec.name == name }
                return run?.state == "succeeded" || (run?.state == "running" && run?.progress?.step ?? 0 > step)
            }
        }
        // One machine dies in pre-training, once the daemon has a checkpoint of it, another in fine-tuning; each one's work
        // goes on elsewhere.
        let first = try worker("one")
        try await place.wait("a checkpoint of start") {
            guard let run = try await place.runs(suite: suite).first(where: { $0.spec.name == "start" }) else {
                return false
            }
            return try await place.show(run.id).artifacts.contains { made in
                made.artifact.kind == "checkpoint" && made.removedAt == nil
            }
        }
        kill(first.processIdentifier, SIGKILL)
        first.waitUntilExit()
        let second = try worker("two")
        try await step(of: "tiny/glue/CoLA/seed-1", beyond: 60)
        kill(second.processIdentifier, SIGKILL)
        second.waitUntilExit()
        let third = try worker("three")
        try await place.wait("the suite's end", seconds: 240) {
            try await place.runs(suite: suite).allSatisfy { $0.state == "succeeded" }
        }
        for (run, other) in zip(try await place.runs(suite: suite), try await place.runs(suite: "quiet")) {
            let shown = try await place.show(run.id)
            let undisturbed = try await place.show(other.id)
            #expect(shown.run.spec.name == undisturbed.run.spec.name)
            #expect(shown.model?.sha256 == undisturbed.model?.sha256, "\(run.spec.name)")
            #expect((shown.model == nil) == (run.spec.name == "report"), "\(run.spec.name)")
            #expect(shown.result?.metrics == undisturbed.result?.metrics)
            // Rows name what is on the daemon's machine, and only that.
            for made in shown.artifacts where made.removedAt == nil {
                #expect(made.artifact.path.hasPrefix(place.binary.dataDirectory + "/artifacts/"))
                #expect(FileManager.default.fileExists(atPath: made.artifact.path), "\(made.artifact.path)")
            }
            if run.spec.name == "start" {
                #expect(
                    shown.attempts.contains { ($0.resumedFromStep ?? 0) >= 20 },
                    "went on from what another machine brought"
                )
            }
        }
        // What the job file names came from the daemon's machine as well.
        for file in [corpus, "\(data)/CoLA/train.tsv", "\(data)/CoLA/dev.tsv"] {
            let copies = ["one", "two", "three"].filter {
                FileManager.default.contentsEqual(atPath: "\(place.folder)/\($0)/inputs\(file)", andPath: file)
            }
            #expect(!copies.isEmpty, "\(file)")
        }
        // A worker that was killed between a file and its row leaves the file, as on one machine; nothing else is left of checkpoints.
        let cleaned = try await place.binary.run("gc", "--older-than", "0", "--apply")
        #expect(cleaned.status == 0, "\(cleaned.error)")
        let left = try FileManager.default.subpathsOfDirectory(atPath: "\(place.binary.dataDirectory)/artifacts")
        #expect(!left.contains { $0.hasSuffix(".safetensors") && $0.contains("/checkpoints/") }, "\(left)")
        // The daemon's machine makes reports of what came from elsewhere.
        let report = try await place.binary.run("report", "--suite", suite, "--out", "\(place.folder)/report")
        #expect(report.status == 0, "\(report.error)")
        let html = try String(contentsOfFile: "\(place.folder)/report/report.html", encoding: .utf8)
        #expect(!html.contains("not on this machine"))

        third.terminate()
        third.waitUntilExit()
        _ = try worker("four")
        try await Self.takeOver(place, file, from: suite)
    }

    /// The same file once more, and then with another seed, on a machine that has none of the files yet.
    ///
    /// A build with changes takes nothing over and does all of it again, to the same bits.
    private static func takeOver(_ place: Place, _ file: String, from suite: String) async throws {
        let version = try await place.binary.run("--version").output
        let mayReuse = version.contains("commit") && !version.contains("-modified")
        let again = try await place.binary.run("submit", file, "--wait", "--set", "name=again")
        #expect(again.status == 0, "\(again.error)")
        #expect(again.error.contains("2 of 2 runs are here already") == mayReuse, "\(again.error)")
        for (run, other) in zip(try await place.runs(suite: "again"), try await place.runs(suite: suite)) {
            let shown = try await place.show(run.id)
            let source = try await place.show(other.id)
            #expect(shown.run.spec.name == source.run.spec.name)
            #expect(shown.model?.sha256 == source.model?.sha256, "\(run.spec.name)")
            #expect(shown.result?.metrics == source.result?.metrics)
            guard run.spec.name != "report" else { continue }
            #expect((run.reason?.hasPrefix("reused from run ") ?? false) == mayReuse, "\(run.reason ?? "")")
            #expect(shown.attempts.count == 1)
            let files = shown.artifacts.filter { $0.removedAt == nil }.map(\.artifact.path)
            #expect(!files.isEmpty)
            for path in files { #expect(FileManager.default.fileExists(atPath: path), "\(path)") }
        }
        let report = try await place.binary.run("report", "--suite", "again", "--out", "\(place.folder)/again")
        #expect(report.status == 0, "\(report.error)")
        let html = try String(contentsOfFile: "\(place.folder)/again/report.html", encoding: .utf8)
        #expect(!html.contains("not on this machine"))

        let more = try await place.binary.run(
            "submit",
            file,
            "--wait",
            "--set",
            "name=more",
            "--set",
            "sweep={seed: [2]}"
        )
        #expect(more.status == 0, "\(more.error)")
        #expect(more.error.contains("1 of 2 runs is here already") == mayReuse, "\(more.error)")
        let runs = try await place.runs(suite: "more")
        let start = try #require(runs.first { $0.spec.name == "start" })
        let seed = try #require(runs.first { $0.spec.name == "tiny/glue/CoLA/seed-2" })
        #expect(seed.reason == nil, "another seed is other work")
        let model = try await place.show(start.id).model?.sha256
        let tuned = try await place.show(seed.id)
        #expect(model != nil && tuned.model?.sha256 != nil)
        #expect(tuned.result?.startWeightsSHA256 == model)
    }

    @Test func aWorkerWithoutTheRightTokenIsToldSo() async throws {
        let place = try Place()
        defer { place.tearDown() }
        _ = try place.start("daemon", "--web", "--port", "0")
        try await place.waitForDatabase()
        let port = try await Self.dashboardPort(place)
        let token = try await place.binary.run("token", "create", "someone", "--role", "reader")
        let tokenFile = try place.write("token", token.output)
        let refused = try await place.binary.run(
            "worker",
            "--artifacts",
            "http://127.0.0.1:\(port)",
            "--token-file",
            tokenFile
        )
        #expect(refused.status == 2 && refused.error.contains("--role worker"), "\(refused.error)")
        let alone = try await place.binary.run("worker", "--artifacts", "http://127.0.0.1:\(port)")
        #expect(alone.status == 2 && alone.error.contains("--token-file"), "\(alone.error)")
    }
}
