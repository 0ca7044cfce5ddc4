import Foundation
import Testing

/// A suite that is submitted twice.
@Suite(.serialized)
struct ReuseRunTests {
    private static let suite = """
        name: first
        kind: suite
        pretrain:
          - name: start
            model: {preset: tiny}
            corpus: sample
            training: {maxSteps: 6, batchSize: 8, maxSequenceLength: 32, maxPredictionsPerSequence: 5}
        systems:
          - name: tiny
            model: {run: start}
        tasks: [glue/CoLA]
        training: {maxSteps: 4, batchSize: 8, maxSequenceLength: 64, trainExamples: 40}
        sweep: {seed: {count: 2}}
        """

    /// The two ways in which builds behave: results of a build with changes are never taken over.
    @Test func whatWasDoneIsTakenOverUnlessTheBuildIsOfAChangedTree() async throws {
        let place = try Place()
        defer { place.tearDown() }
        let version = try await place.binary.run("--version").output
        let mayReuse = version.contains("commit") && !version.contains("-modified")
        _ = try await place.up()
        let file = try place.write("first.yaml", Self.suite)
        let first = try await place.binary.run("submit", file, "--wait")
        #expect(first.status == 0, "\(first.error)")
        #expect(!first.error.contains("here already"))

        let again = try await place.binary.run("submit", file, "--wait", "--set", "name=again")
        #expect(again.status == 0, "\(again.error)")
        #expect(
            again.error.contains(
                "3 of 3 runs are here already, and their results are taken over; --fresh runs them again"
            )
                == mayReuse,
            "\(again.error)"
        )
        let earlier = try await place.runs(suite: "first")
        for (run, other) in zip(try await place.runs(suite: "again"), earlier) where run.spec.name != "report" {
            let shown = try await place.show(run.id)
            let source = try await place.show(other.id)
            #expect(run.spec.name == other.spec.name)
            #expect((run.reason == "reused from run \(other.id) of suite 1 (first)") == mayReuse)
            #expect(shown.attempts.count == 1)
            #expect(shown.model?.sha256 == source.model?.sha256)
            #expect((shown.model?.path == source.model?.path) == mayReuse)
            #expect(shown.result?.metrics == source.result?.metrics)
        }
        let deleted = try await place.binary.run("delete", "--suite", "first", "--dry-run")
        #expect((deleted.output + deleted.error).contains("was made from its result") == mayReuse, "\(deleted)")

        // Another seed is other work; the model that it starts from is not.
        let more = try await place.binary.run(
            "submit",
            file,
            "--wait",
            "--set",
            "name=more",
            "--set",
            "sweep={seed: [2, 3]}"
        )
        #expect(more.status == 0, "\(more.error)")
        #expect(more.error.contains("2 of 3 runs are here already") == mayReuse, "\(more.error)")
        let reasons = try await place.runs(suite: "more").filter { $0.spec.name.hasSuffix("seed-3") }.map(\.reason)
        #expect(reasons == [nil])

        let fresh = try await place.binary.run("submit", file, "--wait", "--set", "name=fresh", "--fresh")
        #expect(fresh.status == 0 && !fresh.error.contains("here already"), "\(fresh.error)")
        #expect(try await place.runs(suite: "fresh").allSatisfy { $0.reason == nil })
    }
}
