import Foundation
import Testing

/// A project's hours, from the command line to the worker.
@Suite(.serialized)
struct BudgetRunTests {
    private struct Budget: Decodable {
        var project: String
        var hours: Double
        var usedHours: Double
        var isSpent: Bool
        var ready: Int
    }

    private func budgets(_ place: Place) async throws -> [Budget] {
        let outcome = try await place.binary.run("budget", "--json")
        try #require(outcome.status == 0, "\(outcome.error)")
        return try JSONDecoder().decode([Budget].self, from: Data(outcome.output.utf8))
    }

    @Test func aProjectWaitsForHoursAndGoesOnWithThem() async throws {
        let place = try Place()
        defer { place.tearDown() }
        _ = try await place.up()
        let file = try place.write(
            "short.yaml",
            """
            name: short
            kind: pretrain
            project: parsing
            model: {preset: tiny}
            corpus: sample
            training: {maxSteps: 4, batchSize: 8, maxSequenceLength: 32, maxPredictionsPerSequence: 5}
            """
        )
        let none = try await place.binary.run("budget")
        #expect(none.status == 0 && none.error.contains("No project has a budget"))
        let set = try await place.binary.run("budget", "set", "parsing", "--hours", "0")
        #expect(set.status == 0 && set.output.contains("used up: its runs wait"), "\(set)")
        let suite = try await place.submit(file)
        let reason = "the budget of project parsing is used up"
        try await place.wait("the reason") {
            let run = try await place.runs(suite: suite).first
            return run?.state == "ready" && run?.reason == reason
        }
        let queue = try await place.binary.run("queue")
        #expect(queue.output.contains("(\(reason))"))
        let doctor = try await place.binary.run("doctor")
        #expect(doctor.output.contains("✓ rows"), "\(doctor.output)")
        #expect(doctor.output.contains("memory limits"))
        #expect(try await budgets(place).map(\.ready) == [1])

        let more = try await place.binary.run("budget", "set", "parsing", "--hours", "10")
        #expect(more.status == 0, "\(more.error)")
        try await place.wait("the end") { try await place.runs(suite: suite).first?.state == "succeeded" }
        let left = try #require(try await budgets(place).first)
        #expect(left.hours == 10 && left.usedHours > 0 && left.usedHours < 10 && !left.isSpent)
        #expect(try await place.binary.run("budget", "remove", "parsing").status == 0)
        for wrong in [
            ["budget", "remove", "parsing"], ["budget", "set", "a b", "--hours", "1"], ["budget", "set", "a"],
            ["budget", "set", "a", "--hours", "1", "--from", "soon"], ["budget", "set", "a", "--hours=-1"],
        ] {
            #expect(try await place.binary.run(wrong).status == 2, "\(wrong)")
        }
    }
}
