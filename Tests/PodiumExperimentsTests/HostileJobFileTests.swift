import Foundation
import PodiumCore
import PodiumExperiments
import PodiumLibrary
import PodiumStore
import PodiumTestSupport
import Testing

/// Every text of a job file, filled with what breaks careless programs: it is refused, or it is stored as it is.
@Suite(.database)
struct HostileJobFileTests {
    private struct Models: ModelSource {
        var knownNames = ["minilm-l6"]
        func isFetchable(_ name: String) -> Bool { false }
        func pull(_ name: String, report: (String) -> Void) async throws {}
    }

    private static let tricks = [
        "'; drop table runs; --", "\"; drop table runs; $$", "%s%n%1$s", "../../../../etc/passwd", "~root/.ssh", "..",
        "a\u{202E}b", "a\u{0}b", "a\nb", "$(touch /tmp/podium-hostile)", "--help",
        String(repeating: "x", count: 70_000),
    ]

    /// A job file for each text that a job file can hold, with `HERE` in its place.
    private static let files: [(field: String, yaml: String)] = [
        ("name", "name: HERE\nkind: finetune\nmodel: {preset: tiny}\ntask: MRPC\n"),
        ("kind", "name: a\nkind: HERE\nmodel: {preset: tiny}\ntask: MRPC\n"),
        ("model", "name: a\nkind: finetune\nmodel: HERE\ntask: MRPC\n"),
        ("model.preset", "name: a\nkind: finetune\nmodel: {preset: HERE}\ntask: MRPC\n"),
        ("model.path", "name: a\nkind: finetune\nmodel: {path: HERE}\ntask: MRPC\n"),
        ("task", "name: a\nkind: finetune\nmodel: {preset: tiny}\ntask: HERE\n"),
        ("tasks", "name: a\nkind: suite\nmodel: {preset: tiny}\ntasks: [HERE]\n"),
        ("data", "name: a\nkind: finetune\nmodel: {preset: tiny}\ntask: MRPC\ndata: HERE\n"),
        ("data.root", "name: a\nkind: finetune\nmodel: {preset: tiny}\ntask: MRPC\ndata: {root: HERE}\n"),
        ("systems.name", "name: a\nkind: suite\ntasks: [MRPC]\nsystems: [{name: HERE, model: {preset: tiny}}]\n"),
        ("systems.model", "name: a\nkind: suite\ntasks: [MRPC]\nsystems: [{name: b, model: HERE}]\n"),
        ("systems.model.run", "name: a\nkind: suite\ntasks: [MRPC]\nsystems: [{name: b, model: {run: HERE}}]\n"),
        (
            "pretrain.name",
            "name: a\nkind: suite\ntasks: [MRPC]\npretrain: [{name: HERE, model: {preset: tiny}, corpus: sample}]\nsystems: [{name: b, model: {preset: tiny}}]\n"
        ),
        ("corpus", "name: a\nkind: pretrain\nmodel: {preset: tiny}\ncorpus: HERE\n"),
        ("corpus.shards", "name: a\nkind: pretrain\nmodel: {preset: tiny}\ncorpus: {shards: HERE}\n"),
        (
            "finetune.name",
            "name: a\nkind: suite\ntasks: [MRPC]\nfinetune: [{name: HERE, model: {preset: tiny}, task: RTE}]\nsystems: [{name: b, model: {preset: tiny}}]\n"
        ),
        ("texts", "name: a\nkind: embed\nmodel: {preset: tiny}\ntexts: HERE\n"),
        ("vectors.pool", "name: a\nkind: embed\nmodel: {preset: tiny}\ntexts: x.txt\nvectors: {pool: HERE}\n"),
        ("resources.device", "name: a\nkind: finetune\nmodel: {preset: tiny}\ntask: MRPC\nresources: {device: HERE}\n"),
        ("resources.memory", "name: a\nkind: finetune\nmodel: {preset: tiny}\ntask: MRPC\nresources: {memory: HERE}\n"),
        (
            "training.precision",
            "name: a\nkind: finetune\nmodel: {preset: tiny}\ntask: MRPC\ntraining: {precision: HERE}\n"
        ),
        (
            "training.maxDuration",
            "name: a\nkind: finetune\nmodel: {preset: tiny}\ntask: MRPC\ntraining: {maxDuration: HERE}\n"
        ),
        ("select.metric", "name: a\nkind: suite\nmodel: {preset: tiny}\ntasks: [MRPC]\nselect: {metric: HERE}\n"),
        ("predict", "name: a\nkind: finetune\nmodel: {preset: tiny}\ntask: MRPC\npredict: [HERE]\n"),
        ("a key", "name: a\nkind: finetune\nmodel: {preset: tiny}\ntask: MRPC\nHERE: 1\n"),
    ]

    /// Text as YAML's double-quoted scalars have it.
    private static func quoted(_ text: String) -> String {
        "\""
            + text.unicodeScalars.map { scalar in
                switch scalar {
                case "\"", "\\": "\\\(scalar)"
                case " "..."~": String(scalar)
                default:
                    "\\U" + String(repeating: "0", count: 8 - String(scalar.value, radix: 16).count)
                        + String(scalar.value, radix: 16)
                }
            }.joined() + "\""
    }

    @Test func everyTextIsRefusedOrStoredAsItIs() async throws {
        let store = try await PostgresStore.open(try TestDatabase.current)
        let reader = SubmissionReader(models: Models(), presets: ["tiny"], home: "/home/user")
        var stored = 0
        var refused = 0
        for (field, yaml) in Self.files {
            for trick in Self.tricks {
                let text = yaml.replacing("HERE", with: Self.quoted(trick))
                let file = SubmissionReader.File(name: "job.yaml", folder: "/jobs", bytes: Array(text.utf8))
                let submission: Submission
                do {
                    submission = try reader.read(file)
                } catch {
                    let message = "\(error)"
                    #expect(message.contains("job.yaml"), "\(field): \(message.prefix(300))")
                    refused += 1
                    continue
                }
                stored += 1
                let suite = try await store.submit(submission)
                let record = try #require(try await store.suite(named: "\(suite.suite)"))
                #expect(record.source == submission.source.replacing("\0", with: "\u{FFFD}"), "\(field)")
                let runs = try await store.runs(suite: suite.suite, includingTerminal: true)
                #expect(runs.count == submission.runs.count)
                for (run, planned) in zip(runs, submission.runs) {
                    #expect(run.spec.name == planned.spec.name && run.spec.system == planned.spec.system, "\(field)")
                }
            }
        }
        // Every text can be wrong, and some texts are free.
        #expect(refused > Self.files.count && stored > Self.files.count)
        let count = try await store.suites().count
        #expect(count == stored)
        #expect(!FileManager.default.fileExists(atPath: "/tmp/podium-hostile"))
        await store.close()
    }

    @Test func namesToLookForAreTextAndNothingElse() async throws {
        let store = try await PostgresStore.open(try TestDatabase.current)
        let run = PlannedRun(spec: RunSpec(name: "r", system: "s", work: .report))
        _ = try await store.submit(Submission(name: "a", kind: .suite, source: "", runs: [run]))
        for trick in Self.tricks where !trick.contains("\0") {
            #expect(try await store.suite(named: trick) == nil)
            var filter = HistoryFilter()
            filter.system = NamePattern(trick)
            #expect(try await store.historyCount(filter) == 0)
        }
        #expect(try await store.suites().count == 1)
        await store.close()
    }
}
