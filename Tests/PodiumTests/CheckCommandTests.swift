import Foundation
import Subprocess
import SystemPackage
import Testing

/// `podium submit --check`: needs no database, and queues nothing.
struct CheckCommandTests {
    private let pretrain = """
        name: seeds
        kind: pretrain
        model: {preset: tiny}
        training: {maxSteps: 2}
        seed: [3, 5]
        """

    @Test func theRunsAreListed() async throws {
        try await withTemporaryFolder { folder in
            let file = folder + "/job.yaml"
            try Data(pretrain.utf8).write(to: URL(fileURLWithPath: file))
            let outcome = try await Binary(dataDirectory: folder + "/data").run("submit", file, "--check")
            #expect(outcome.status == 0 && outcome.output == "seeds/seed-3\nseeds/seed-5\n", "\(outcome.error)")
            #expect(!FileManager.default.fileExists(atPath: folder + "/data/postgres"))
        }
    }

    @Test func aJobComesThroughAPipe() async throws {
        try await withTemporaryFolder { folder in
            let result = try await Subprocess.run(
                .path(.init(Binary.path)),
                arguments: ["submit", "-", "--check", "--data-dir", folder],
                input: .string(pretrain),
                output: .string(limit: 1 << 16),
                error: .string(limit: 1 << 16)
            )
            #expect(result.standardOutput == "seeds/seed-3\nseeds/seed-5\n", "\(result.standardError)")
        }
    }

    @Test func whatIsMissingIsSaidWithStatusTwo() async throws {
        try await withTemporaryFolder { folder in
            let file = folder + "/job.yaml"
            let text = "name: s\nkind: finetune\nmodel: ./nowhere\ntask: RTE\ndata: {root: none}\n"
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            let outcome = try await Binary(dataDirectory: folder).run("submit", file, "--check")
            #expect(outcome.status == 2 && outcome.output.isEmpty)
            for part in ["\(folder)/none/RTE/train.tsv", "\(folder)/none/RTE/dev.tsv", "no model folder"] {
                #expect(outcome.error.contains(part), "\(outcome.error)")
            }
        }
    }
}
