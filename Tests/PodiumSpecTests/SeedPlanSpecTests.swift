import PodiumCore
import PodiumSpec
import Testing

private let reader = SpecReader(
    file: "job.yaml",
    folder: "/jobs",
    home: "/home/ada",
    modelNames: ["minilm-l6"],
    presets: ["tiny", "mini"]
)

@Suite("Reading plans of seeds")
struct SeedPlanSpecTests {
    /// Eight lines, then what is tried.
    private static func submission(_ rest: String, tasks: String = "[glue/MRPC]") throws -> Submission {
        try reader.submission(
            from: """
                name: s
                kind: suite
                systems:
                  - {name: a, model: minilm-l6}
                  - {name: b, model: ./b}
                  - {name: c, model: ./c}
                data: sample
                tasks: \(tasks)
                \(rest)
                """
        )
    }

    @Test func aPlanQueuesItsFirstGroupAndSaysTheRest() throws {
        let submission = try Self.submission(
            "seeds: {start: 3, step: 2, atMost: 9, compare: [b], level: 0.1, first: 7}"
        )
        let plan = try #require(submission.seeds)
        #expect(submission.runs.count == 3 * 3 + 1)
        #expect(submission.runs.prefix(3).map(\.spec.work.seed) == [7, 8, 9])
        #expect(submission.runs.first?.spec.name == "a/glue/MRPC/seed-7")
        #expect(plan.looks.map(\.seeds) == [3, 5, 7, 9] && plan.level == 0.1)
        // Several pairs share a boundary.
        #expect(plan.looks.last?.level == 0.1 * 0.6)
        #expect(plan.compare == .with(["b"]) && plan.pairs.map(\.first) == ["a", "b"])
        #expect(plan.tasks == [.mrpc] && plan.firstSeed == 7)
    }

    @Test func allKeysHaveDefaults() throws {
        let plan = try #require(try Self.submission("seeds: {}").seeds)
        #expect(plan.looks.map(\.seeds) == [5, 10, 15, 20, 25] && plan.compare == .all && plan.level == 0.05)
        #expect(plan.pairs.count == 3)
        #expect(try Self.submission("seeds: {compare: leader, atMost: 10}").seeds?.compare == .leader)
        #expect(try Self.submission("seeds: {compare: c, start: 4}").seeds?.compare == .with(["c"]))
        #expect(try Self.submission("seed: 3").seeds == nil)
    }

    @Test func tasksShareTheLevel() throws {
        let plan = try #require(try Self.submission("seeds: {}", tasks: "[glue/MRPC, glue/RTE]").seeds)
        #expect(plan.looks.last?.level == 0.025 * 0.6)
        // More at the beginning than a linear spending has, and all of it at the end.
        #expect(plan.looks.first.map { ($0.level / 0.015 - 0.2.squareRoot()).magnitude < 1e-12 } == true)
    }

    private static let wrong: [(yaml: String, line: Int, column: Int, says: String)] = [
        ("seeds: 5", 9, 8, "a mapping of keys"),
        ("seeds: {count: 5}", 9, 9, "unknown key \"count\" in seeds"),
        ("seeds: {start: 1}", 9, 16, "from 2 to 1000"),
        ("seeds: {start: 5, atMost: 4}", 9, 27, "less than start, 5"),
        ("seeds: {start: 5, step: 5, atMost: 23}", 9, 36, "write 20 or 25"),
        ("seeds: {start: 3, atMost: 3}", 9, 27, "can separate no two systems: the smallest p-value is 0.1"),
        ("seeds: {level: 0}", 9, 16, "seeds.level must be"),
        ("seeds: {level: 5 %}", 9, 16, "seeds.level must be a number"),
        ("seeds: {compare: d}", 9, 18, "\"d\" is unknown"),
        ("seeds: {compare: [a, d]}", 9, 22, "\"d\" is unknown"),
        ("seeds: {compare: [a, a]}", 9, 22, "has a twice"),
        ("seeds: {compare: []}", 9, 18, "names no system"),
        ("seeds: {}\nseed: {count: 5}", 10, 1, "seeds says how many"),
        ("seeds: {}\nsweep: {learningRate: [1e-5]}", 10, 1, "one configuration each"),
        ("seeds: {}\nprotocol: glue-sane-5", 10, 1, "leave out seeds or protocol"),
        ("seeds: {atMost: 1000, step: 200, start: 5}", 9, 17, "write 805"),
    ]

    @Test(arguments: wrong)
    func nonsenseIsRefusedAtItsPlace(yaml: String, line: Int, column: Int, says: String) throws {
        let error = #expect(throws: SpecError.self) { _ = try Self.submission(yaml) }
        #expect(error?.line == line && error?.column == column, "\(error.map(\.description) ?? "")")
        #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
    }

    @Test func aPlanNeedsSystemsAndTasks() {
        for yaml in [
            "name: s\nkind: suite\nmodel: minilm-l6\ntasks: [glue/MRPC]\nseeds: {}",
            "name: s\nkind: suite\npretrain:\n  - {name: p, model: {preset: tiny}}\nseeds: {}",
            "name: s\nkind: finetune\nmodel: minilm-l6\ntask: glue/MRPC\nseeds: {}",
        ] {
            let error = #expect(throws: SpecError.self) { _ = try reader.submission(from: yaml) }
            #expect(error?.message.contains("seeds") == true)
        }
    }
}
