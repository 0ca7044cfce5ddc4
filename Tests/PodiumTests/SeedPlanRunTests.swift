import Foundation
import Testing

/// A plan of seeds by the built binary, from a job file to the report.
struct SeedPlanRunTests {
    private static let suite = """
        name: planned
        kind: suite
        pretrain:
          - name: start
            model: {preset: tiny}
            corpus: sample
            training: {maxSteps: 2, batchSize: 8, maxSequenceLength: 32, maxPredictionsPerSequence: 5, vocabularySize: 500}
        systems:
          - {name: trained, model: {run: start}, training: {maxSteps: 12, learningRate: 1e-3}}
          - {name: untrained, model: {run: start}, training: {maxSteps: 1, learningRate: 1e-9}}
        tasks: [glue/SST-2]
        training: {batchSize: 8, maxSequenceLength: 32, trainExamples: 100, evaluationExamples: 60}
        seeds: {start: 3, step: 2, atMost: 5, level: 0.2}
        """

    private struct Report: Decodable {
        struct Note: Decodable {
            var code: String
            var message: String
        }

        var notes: [Note]
    }

    @Test func aPlanOfSeedsRunsToItsEndAndIsPrinted() async throws {
        let place = try Place()
        defer { place.tearDown() }
        let file = try place.write("planned.yaml", Self.suite)
        let check = try await place.binary.run("submit", file, "--check")
        // The first group; more of it is for looks to decide.
        #expect(check.status == 0 && check.output.split(separator: "\n").count == 1 + 6 + 1, "\(check.error)")
        let outcome = try await place.binary.run("run", file, "--report", "\(place.folder)/report")
        #expect(outcome.status == 0, "\(outcome.error)")
        _ = try await place.up()
        let runs = try await place.runs(suite: "planned")
        #expect(runs.allSatisfy { $0.state == "succeeded" })
        let seeds = runs.count - 2
        #expect(seeds == 6 || seeds == 10)
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(place.folder)/report/report.json"))
        let notes = try JSONDecoder().decode(Report.self, from: data).notes.filter { $0.code.hasPrefix("seeds-") }
        #expect(Set(notes.map(\.code)) == ["seeds-plan", "seeds-looks", "seeds-decisions", "seeds-spent"])
        let spent = try #require(notes.first { $0.code == "seeds-spent" }?.message)
        #expect(spent.contains("\(seeds) of at most 10 runs, \(10 - seeds) saved"), "\(spent)")
        let decision = try #require(notes.first { $0.code == "seeds-decisions" }?.message)
        let words = ["trained larger than untrained", "trained smaller than untrained", "not separated by 5 seeds"]
        #expect(words.contains { decision.contains($0) }, "\(decision)")
        let queue = try await place.binary.run("queue", "--suite", "planned", "--all")
        #expect(queue.error.contains("(planned) by a plan: over after \(seeds == 6 ? "1 look" : "2 looks")"))
        let report = try #require(runs.first { $0.spec.name == "report" }?.id)
        let shown = try await place.binary.run("show", "\(report)")
        #expect(shown.output.contains("by a plan: every two systems; looks after 3, 5 seeds; level 0.2"))
        // More seeds are another test.
        #expect(try await place.binary.run("extend", "--suite", "planned", "--seeds", "1").status == 0)
        try await place.wait("the extension") {
            try await place.runs(suite: "planned").allSatisfy { $0.state == "succeeded" }
        }
        let again = try await place.binary.run("report", "--suite", "planned", "--out", "\(place.folder)/again")
        #expect(again.status == 0, "\(again.error)")
        let page = try String(contentsOfFile: "\(place.folder)/again/report.html", encoding: .utf8)
        #expect(page.contains("Added after the plan of seeds had ended"))
    }
}
