import Foundation
import Testing

/// `kill -9` of every process in turn, in the middle of a suite.
@Suite(.serialized)
struct KillTests {
    private static let suite = """
        name: killed
        kind: suite
        pretrain:
          - name: start
            model: {preset: tiny}
            corpus: sample
            training: {maxSteps: 240, batchSize: 8, maxSequenceLength: 32, maxPredictionsPerSequence: 5, checkpointEverySteps: 20}
        systems:
          - name: tiny
            model: {run: start}
        tasks: [glue/CoLA]
        training: {maxSteps: 240, epochs: 20, batchSize: 16, checkpointEverySteps: 20}
        sweep: {seed: {count: 1}}
        retry: {limit: 5}
        """

    @Test func everyRunHasOneResultAndTheWeightsOfAnUndisturbedOne() async throws {
        let place = try Place()
        defer { place.tearDown() }
        var daemon = try place.start("daemon")
        try await place.waitForDatabase()
        var worker = try place.start("worker")
        let file = try place.write("killed.yaml", Self.suite)
        let quiet = try await place.binary.run("submit", file, "--set", "name=quiet", "--wait")
        #expect(quiet.status == 0, "\(quiet.error)")

        let suite = try await place.submit(file, "--fresh")
        func step(of name: String, beyond step: Int) async throws {
            try await place.wait("step \(step) of \(name)") {
                let run = try await place.runs(suite: suite).first { $0.spec.name == name }
                return run?.state == "succeeded" || (run?.state == "running" && run?.progress?.step ?? 0 > step)
            }
        }
        /// The progress of a killed attempt stays until the next one's: a new attempt has begun when its engine has said from where.
        func goesOn(_ name: String, attempt: Int) async throws {
            try await place.wait("attempt \(attempt) of \(name)") {
                guard let run = try await place.runs(suite: suite).first(where: { $0.spec.name == name }) else {
                    return false
                }
                let attempts = try await place.show(run.id).attempts
                return attempts.count >= attempt && attempts.last?.resumedFromStep != nil
            }
        }
        // The engine.
        try await step(of: "start", beyond: 40)
        kill(try #require(place.engineProcess), SIGKILL)
        // The worker: its engine goes with it.
        try await goesOn("start", attempt: 2)
        try await step(of: "start", beyond: 90)
        let engine = place.engineProcess
        kill(worker.processIdentifier, SIGKILL)
        worker.waitUntilExit()
        try await place.wait("the engine's end") { engine.map { kill($0, 0) != 0 } ?? true }
        worker = try place.start("worker")
        // PostgreSQL: the daemon starts it again.
        try await goesOn("start", attempt: 3)
        try await step(of: "start", beyond: 140)
        let server = try #require(place.serverProcess)
        kill(server, SIGKILL)
        try await place.wait("another server") { place.serverProcess ?? server != server }
        // The daemon: the server stays.
        try await step(of: "tiny/glue/CoLA/seed-1", beyond: 40)
        kill(daemon.processIdentifier, SIGKILL)
        daemon.waitUntilExit()
        daemon = try place.start("daemon")
        // The engine once more, in the fine-tuning.
        try await step(of: "tiny/glue/CoLA/seed-1", beyond: 90)
        if let engine = place.engineProcess { kill(engine, SIGKILL) }

        try await place.wait("the suite's end", seconds: 240) {
            try await place.runs(suite: suite).allSatisfy { $0.state == "succeeded" }
        }
        let disturbed = try await place.runs(suite: suite)
        for (run, other) in zip(disturbed, try await place.runs(suite: "quiet")) {
            let shown = try await place.show(run.id)
            let undisturbed = try await place.show(other.id)
            #expect(shown.run.spec.name == undisturbed.run.spec.name)
            #expect(shown.attempts.filter { $0.outcome == "succeeded" }.count == 1)
            #expect(shown.model?.sha256 == undisturbed.model?.sha256, "\(run.spec.name)")
            #expect((shown.model == nil) == (run.spec.name == "report"), "\(run.spec.name)")
            #expect(shown.result?.metrics == undisturbed.result?.metrics)
        }
        let first = try await place.show(disturbed[0].id)
        #expect(first.attempts.count >= 3)
        #expect(first.attempts.dropFirst().allSatisfy { ($0.resumedFromStep ?? 0) >= 20 })
    }
}
