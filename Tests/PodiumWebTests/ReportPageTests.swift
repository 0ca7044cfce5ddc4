import Foundation
import PodiumCore
import PodiumLibrary
import PodiumStore
import PodiumTestSupport
import PodiumWeb
import Testing

/// The whole report in the dashboard.
@Suite(.database)
struct ReportPageTests {
    /// Two systems on ten sentence pairs, of which only the first has the first five right.
    private func fill(_ site: Site, data: String, in folder: String) async throws -> SuiteID {
        try FileManager.default.createDirectory(atPath: "\(data)/glue/MRPC", withIntermediateDirectories: true)
        let rows = (0..<10).map { "\($0 % 2)\t\($0)\t\($0)\tthe <first> text \($0)\tthe second text \($0)" }
        try (["Quality\t#1 ID\t#2 ID\t#1 String\t#2 String"] + rows).joined(separator: "\n").appending("\n")
            .write(toFile: "\(data)/glue/MRPC/dev.tsv", atomically: true, encoding: .utf8)
        let planned = ["good", "bad"].map { system in
            var work = FineTuning(model: .preset("tiny"), task: .mrpc, seed: 1)
            work.examples.data = .root(data)
            return PlannedRun(spec: RunSpec(name: system, system: system, work: .finetune(work)))
        }
        let suite = try await site.store.submit(Submission(name: "s", kind: .suite, source: "", runs: planned)).suite
        let worker = try await site.store.registerWorker(
            WorkerRegistration(host: "here", processID: 7, pool: "cpu", threads: 2, version: "test"),
            leaseSeconds: 600
        )
        for _ in planned {
            let claim = try #require(try await site.store.claim(for: worker, pool: "cpu", threads: 2, limit: 1).first)
            let isGood = claim.spec.system == "good"
            let rows = (0..<10).map { number in
                let isRight = isGood || number >= 5
                return ExamplePrediction(
                    split: .dev,
                    example: "\(number)",
                    prediction: "\(isRight ? number % 2 : 1 - number % 2)",
                    gold: "\(number % 2)",
                    score: isRight ? 1 : 0
                )
            }
            let score = isGood ? 1 : 0.5
            _ = try await site.store.finish(
                claim.lease,
                outcome: .succeeded(
                    RunResult(metrics: ["accuracy": score, "f1": score], score: score, examples: 10),
                    artifacts: [try PredictionLog.write(rows, to: "\(folder)/\(claim.spec.system).jsonl")]
                )
            )
        }
        return suite
    }

    @Test func theReportShowsTextsOfExamplesAndServesTheTablesBesideIt() async throws {
        let folder = "/tmp/podium-report-page-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let site = try await Site.make(dataDirectory: folder)
        let suite = try await fill(site, data: "\(folder)/data", in: folder)
        for address in ["/suites/\(suite)/report", "/suites/\(suite)/report.html"] {
            let response = try await site.get(address)
            let page = try response.text
            #expect(response.status == 200 && page.contains("the &lt;first&gt; text 0"), "\(address)")
            // Three of a kind; more of them beside it.
            #expect(!page.contains("text 4") && page.contains("href=\"examples.html\""), "\(address)")
        }
        let examples = try await site.get("/suites/\(suite)/examples.html")
        #expect(try examples.status == 200 && examples.text.contains("the second text 4"))
        // A page with a style and a script of its own, which its head allows by name.
        #expect(examples.value(of: "Content-Security-Policy")?.contains("style-src") == false)
        #expect(try await site.get("/suites/\(suite)/comparisons.html").status == 404)
        #expect(try await site.get("/suites/\(suite)/leaderboard").text.contains("/suites/\(suite)/report.html#cell-"))
        await site.store.close()
    }

    @Test func aSuiteWithoutScoresHasNoReport() async throws {
        let site = try await Site.make()
        let run = PlannedRun(spec: RunSpec(name: "report", system: "s", work: .report))
        let suite = try await site.store.submit(Submission(name: "s", kind: .suite, source: "", runs: [run])).suite
        #expect(try await site.get("/suites/\(suite)/report").status == 404)
        await site.store.close()
    }
}
