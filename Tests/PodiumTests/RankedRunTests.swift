import Foundation
import Testing

/// Trainings whose batches are shared by processes over Open MPI, as the worker starts them.
@Suite(.serialized)
struct RankedRunTests {
    private static let suite = """
        name: shared
        kind: suite
        resources: {ranks: 2, threads: 1}
        pretrain:
          - name: start
            model: {preset: tiny}
            corpus: sample
            training: {maxSteps: 60, batchSize: 8, maxSequenceLength: 32, maxPredictionsPerSequence: 5, checkpointEverySteps: 10,
              batchShards: 2}
        systems:
          - name: tiny
            model: {run: start}
        tasks: [glue/CoLA]
        training: {maxSteps: 240, batchSize: 16, checkpointEverySteps: 10, batchShards: 2}
        sweep: {seed: {count: 1}}
        retry: {limit: 5}
        """

    /// Processes of engines in a data directory, with what they were started with.
    private static func engines(_ place: Place) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { name in
            guard let number = pid_t(name), let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline")
            else {
                return nil
            }
            let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            guard words.count > 2, words[1] == "engine", words.last?.hasPrefix(place.binary.dataDirectory) == true
            else {
                return nil
            }
            return number
        }.sorted()
    }

    @Test func ranksComeToTheBitsOfOneProcessWhateverDiesInBetween() async throws {
        let place = try Place()
        defer { place.tearDown() }
        _ = try place.start("daemon")
        try await place.waitForDatabase()
        _ = try place.start("worker", "--threads", "2")
        let file = try place.write("shared.yaml", Self.suite)
        let alone = try await place.binary.run(
            "submit",
            file,
            "--set",
            "name=alone",
            "--set",
            "resources.ranks=1",
            "--wait"
        )
        #expect(alone.status == 0, "\(alone.error)")

        let suite = try await place.submit(file, "--fresh")
        func step(of name: String, beyond step: Int) async throws {
            try await place.wait("step \(step) of \(name)") {
                let run = try await place.runs(suite: suite).first { $0.spec.name == name }
                return run?.state == "succeeded" || (run?.state == "running" && run?.progress?.step ?? 0 > step)
            }
        }
        // A rank dies: the others go with it, and the attempt is over.
        try await step(of: "start", beyond: 15)
        let ranks = Self.engines(place)
        #expect(ranks.count == 2)
        if let last = ranks.last { kill(last, SIGKILL) }
        try await place.wait("the end of all ranks") { ranks.allSatisfy { kill($0, 0) != 0 } }
        // One stops, and what the worker would kill is killed: it takes even the stopped one with it.
        try await step(of: "tiny/glue/CoLA/seed-1", beyond: 15)
        let others = Self.engines(place)
        if let last = others.last { kill(last, SIGSTOP) }
        let starters = Set(others.map { Self.parent(of: $0) }).filter { $0 > 1 }
        #expect(starters.count == 1)
        for starter in starters { kill(starter, SIGKILL) }
        try await place.wait("the end of a stopped rank too") { others.allSatisfy { kill($0, 0) != 0 } }

        try await place.wait("the suite's end", seconds: 240) {
            try await place.runs(suite: suite).allSatisfy { $0.state == "succeeded" }
        }
        for (run, other) in zip(try await place.runs(suite: suite), try await place.runs(suite: "alone")) {
            let shown = try await place.show(run.id)
            let single = try await place.show(other.id)
            #expect(shown.run.spec.name == single.run.spec.name)
            #expect(shown.model?.sha256 == single.model?.sha256, "\(run.spec.name)")
            #expect((shown.model == nil) == (run.spec.name == "report"), "\(run.spec.name)")
            #expect(shown.result?.metrics == single.result?.metrics)
            guard run.spec.name != "report" else { continue }
            #expect(shown.attempts.count == 2, "a death of ranks is one attempt")
            #expect(shown.attempts.last?.resumedFromStep ?? 0 >= 10)
        }
    }

    @Test func ranksThatShareNothingAreRefused() async throws {
        try await withTemporaryFolder { folder in
            let binary = Binary(dataDirectory: "\(folder)/data")
            let file = "\(folder)/job.yaml"
            let text = Self.suite.replacing("batchShards: 2", with: "batchShards: 1")
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            let refused = try await binary.run("submit", file, "--check")
            #expect(refused.status != 0)
            #expect((refused.error + refused.output).contains("batchShards is 1; ranks share shards"))
        }
    }

    @Test func machinesThatAreNotThereAreRefused() async throws {
        try await withTemporaryFolder { folder in
            let binary = Binary(dataDirectory: "\(folder)/data")
            let outside = try await binary.run("worker", "--nodes", "2")
            #expect(outside.status == 2 && outside.error.contains("name the machines: --hosts a,b"), "\(outside.error)")
            let one = try await binary.run("worker", "--hosts", "a")
            #expect(one.status == 2 && one.error.contains("--hosts names one machine"), "\(one.error)")
            let file = "\(folder)/job.yaml"
            let text = Self.suite.replacing("{ranks: 2, threads: 1}", with: "{ranks: 2, nodes: 2, threads: 1}")
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            let here = try await binary.run("run", file)
            #expect(here.status == 2 && here.error.contains("asks for 2 nodes at once"), "\(here.error)")
        }
    }

    private static func parent(of process: pid_t) -> pid_t {
        let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        // After the name in parentheses: state, parent.
        let words = text.split(separator: ")").last?.split(separator: " ") ?? []
        return words.count > 1 ? pid_t(words[1]) ?? 0 : 0
    }
}
