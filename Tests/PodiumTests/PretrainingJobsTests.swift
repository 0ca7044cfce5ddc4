import Foundation
import Testing

/// The job files that compare architectures and amounts of pre-training, on the smallest model and for a moment each.
@Suite(.serialized)
struct PretrainingJobsTests {
    /// Runs a file of `jobs/` made small, and gives what its runs came to.
    private func run(_ name: String, at place: Place, _ changes: String...) async throws -> [String: Place.Shown] {
        let text = try String(contentsOf: Binary.root.appendingPathComponent("jobs/\(name).yaml"), encoding: .utf8)
        let small = text.replacingOccurrences(of: "preset: mini", with: "preset: tiny")
        try #require(small != text)
        let file = try place.write("\(name).yaml", small)
        let sentences = Binary.root.appendingPathComponent("jobs/sentences.txt")
        _ = try place.write("sentences.txt", String(contentsOf: sentences, encoding: .utf8))
        _ = try await place.up()
        let common = [
            "tasks=[glue/RTE]", "sweep={seed: {count: 1}}",
            "training={maxSteps: 2, batchSize: 4, maxSequenceLength: 32}",
        ]
        let arguments = ["submit", file, "--wait"] + (common + changes).flatMap { ["--set", $0] }
        let outcome = try await place.binary.run(arguments)
        #expect(outcome.status == 0, "\(outcome.error)")
        var shown: [String: Place.Shown] = [:]
        for run in try await place.runs(suite: name) { shown[run.spec.name] = try await place.show(run.id) }
        return shown
    }

    @Test func architecturesAreComparedUnderOneBudget() async throws {
        let place = try Place()
        defer { place.tearDown() }
        let runs = try await run("bidirectionality", at: place, "budget={flops: 3e10}")
        #expect(runs.count == 19)
        #expect(runs.values.allSatisfy { $0.run.state == "succeeded" })
        let trained = ["bidirectional", "no-nsp", "left-to-right", "shallow", "context-free"]
        for name in trained {
            let result = try #require(runs["pretrain-\(name)"]?.result, "\(name)")
            // The step that reaches the budget, of at most a third of it, is the last one.
            #expect((3e10..<4e10).contains(result.trainingFlops ?? 0), "\(name): \(result.trainingFlops ?? 0)")
            #expect(result.metrics["heldout_perplexity"] != nil && result.metrics["heldout_unigram_perplexity"] != nil)
        }
        #expect(runs["pretrain-bidirectional"]?.result?.metrics["heldout_nsp_accuracy"] != nil)
        #expect(runs["pretrain-no-nsp"]?.result?.metrics["heldout_nsp_accuracy"] == nil)
        // The word of all three sentences, in every system's model before it learns a task.
        for name in ["bidirectional", "left-to-right", "shallow", "context-free"] {
            let notes = try #require(runs["\(name)/similarity"]?.result?.notes)
            #expect(notes.contains { $0.hasPrefix("cosines of \"bank\": texts 1 and 2 ") }, "\(name): \(notes)")
        }
        let still = runs["context-free/similarity"]?.result?.notes ?? []
        #expect(still.contains { $0.hasSuffix("texts 1 and 2 1.000, texts 1 and 3 1.000, texts 2 and 3 1.000") })
        let weights = Set(trained.compactMap { runs["pretrain-\($0)"]?.model?.sha256 })
        #expect(weights.count == trained.count)
    }

    @Test func sharesOfABudgetAreFineTuned() async throws {
        let place = try Place()
        defer { place.tearDown() }
        let runs = try await run("pretrain-budget", at: place, "budget={flops: 2e11}")
        #expect(runs.count == 1 + 5 + 1)
        #expect(runs.values.allSatisfy { $0.run.state == "succeeded" })
        let starts = ["after-6", "after-12", "after-25", "after-50", "after-100"].compactMap {
            runs["\($0)/glue/RTE/seed-1"]?.result?.startWeightsSHA256
        }
        #expect(starts.count == 5 && Set(starts).count == 5)
        #expect(starts.last == runs["mini"]?.model?.sha256)
    }
}
