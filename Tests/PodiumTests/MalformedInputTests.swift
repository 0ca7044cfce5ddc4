import Foundation
import Testing

/// What a user can get wrong: one clear message, the contract's exit status, nothing half-written.
@Suite(.serialized)
struct MalformedInputTests {
    /// Files that are refused before anything is queued: status 2, and where.
    @Test(arguments: [
        ("empty", "", "1"),
        ("no YAML", "name: [", "1:"),
        ("a list", "- name: x", "mapping"),
        ("unknown key", "name: x\nkind: finetune\nmodel: minilm-l6\ntask: glue/MRPC\nepoch: 3", "5:1"),
        ("unknown task", "name: x\nkind: finetune\nmodel: minilm-l6\ntask: glue/MPRC", "glue/MRPC"),
        ("wrong type", "name: x\nkind: finetune\nmodel: minilm-l6\ntask: glue/MRPC\ntraining: {epochs: many}", "5:20"),
        ("negative", "name: x\nkind: finetune\nmodel: minilm-l6\ntask: glue/MRPC\ntraining: {batchSize: -1}", "5:23"),
        ("unknown kind", "name: x\nkind: finetunes", "finetune"),
        ("missing model", "name: x\nkind: finetune\ntask: glue/MRPC", "model"),
        ("unknown run", "name: x\nkind: suite\nmodel: {run: nowhere}\ntasks: [glue]", "nowhere"),
        ("twice the same key", "name: x\nname: y\nkind: suite", "name"),
    ])
    func aBadJobFileIsRefused(name: String, text: String, hint: String) async throws {
        let place = try Place()
        defer { place.tearDown() }
        let outcome = try await place.binary.run("run", try place.write("bad.yaml", text))
        #expect(outcome.status == 2, "\(name): \(outcome.error)")
        #expect(outcome.error.contains("bad.yaml") && outcome.error.contains(hint), "\(outcome.error)")
        #expect(outcome.output.isEmpty)
    }

    @Test func filesThatAreNoneAreRefused() async throws {
        let place = try Place()
        defer { place.tearDown() }
        for (file, hint) in [("\(place.folder)/none.yaml", "no such file"), (place.folder, "folder")] {
            let outcome = try await place.binary.run("run", file)
            #expect(outcome.status == 2 && outcome.error.contains(hint), "\(outcome.error)")
        }
        let binary = try place.write("binary.yaml", "x")
        try Data([0xFF, 0xFE, 0x00]).write(to: URL(fileURLWithPath: binary))
        let outcome = try await place.binary.run("run", binary)
        #expect(outcome.status == 2 && outcome.error.contains("UTF-8"), "\(outcome.error)")
        let vocabulary = try await place.binary.run("tokenize", "--vocab", try place.write("v.txt", "[PAD]\nhello\n"))
        #expect(vocabulary.status == 2 && vocabulary.error.contains("[UNK]"), "\(vocabulary.error)")
        let both = try await place.binary.run("tokenize", "--model", "m", "--vocab", "v.txt")
        #expect(both.status == 2 && both.error.contains("give --model, or --vocab"), "\(both.error)")
    }

    /// What `submit` sees is refused before anything is queued; what only an engine sees fails its run at once.
    ///
    /// Either way the reason names the place.
    @Test func badDataAndModelsAreRefusedOrFailTheirRunAndSayWhy() async throws {
        let place = try Place()
        defer { place.tearDown() }
        _ = try await place.up()
        let good = try await makeGoodInput(place)
        var cases: [(name: String, yaml: String, hint: String, isSeen: Bool)] = []
        // Names and shapes of weights are looked at before they are queued, their numbers are not.
        let unseen = ["not a number"]
        func model(_ name: String, _ hint: String, _ change: (String) throws -> Void) throws {
            let path = try good.model(name.replacing(" ", with: "-"), change)
            let job = Self.job(model: path, task: "glue/CoLA", data: good.data)
            cases.append((name, job, hint, !unseen.contains(name)))
        }
        func data(_ name: String, _ task: String, _ file: String, _ hint: String, _ change: (String) -> String) throws {
            let root = try good.data(name.replacing(" ", with: "-"), file: file, change)
            // Whether an answer stands at its offset is known when its passage is tokenized.
            let isSeen = name != "wrong answer offset"
            cases.append((name, Self.job(model: good.model, task: task, data: root), hint, isSeen))
        }
        try addModels(model)
        try addData(data)
        cases.append(
            (
                "no data", Self.job(model: good.model, task: "glue/RTE", data: "\(place.folder)/nothing"),
                "glue/RTE train", true
            )
        )
        cases.append(("no model", Self.job(model: "/nowhere", task: "glue/RTE", data: good.data), "/nowhere", true))

        for (number, entry) in cases.enumerated() {
            let file = try place.write("case-\(number).yaml", "name: case-\(number)\n" + entry.yaml)
            let outcome = try await place.binary.run("submit", file, "--wait")
            if entry.isSeen {
                #expect(outcome.status == 2, "\(entry.name): \(outcome.error)")
                #expect(outcome.error.contains(entry.hint), "\(entry.name): \(outcome.error)")
                let queued = try await place.binary.run("queue", "--suite", "case-\(number)", "--all", "--json")
                #expect(!queued.output.contains("case-\(number)"), "\(entry.name) was queued")
                continue
            }
            #expect(outcome.status == 1, "\(entry.name): \(outcome.error)")
            let runs = try await place.runs(suite: "case-\(number)").filter { $0.spec.name != "report" }
            #expect(runs.count == 1 && runs[0].state == "failed" && runs[0].attempt == 1, "\(entry.name)")
            #expect(runs[0].reason?.contains(entry.hint) == true, "\(entry.name): \(runs[0].reason ?? "no reason")")
            let shown = try await place.show(runs[0].id)
            #expect(shown.result == nil)
            let artifacts = "\(place.binary.dataDirectory)/artifacts/run-\(runs[0].id)"
            let left = FileManager.default.enumerator(atPath: artifacts)?.allObjects.compactMap { $0 as? String } ?? []
            #expect(!left.contains { $0.hasSuffix(".safetensors") }, "\(entry.name) left \(left)")
        }
    }

    private static func job(model: String, task: String, data: String) -> String {
        """
        kind: finetune
        model: {path: \(model)}
        task: \(task)
        data: {root: \(data)}
        training: {maxSteps: 2, batchSize: 4}
        """
    }

    private func makeGoodInput(_ place: Place) async throws -> BadInput {
        let file = try place.write(
            "good.yaml",
            """
            name: good
            kind: pretrain
            model: {preset: tiny}
            corpus: sample
            training: {maxSteps: 2, batchSize: 4, maxSequenceLength: 32, vocabularySize: 500}
            """
        )
        let outcome = try await place.binary.run("submit", file, "--wait")
        try #require(outcome.status == 0, "\(outcome.error)")
        let run = try await place.runs(suite: "good")[0].id
        let model = try #require(try await place.show(run).model?.path)
        let samples = try FileManager.default.contentsOfDirectory(atPath: "\(place.binary.dataDirectory)/data")
        let sample = try #require(samples.first { $0.hasPrefix("sample-") })
        return BadInput(model: model, data: "\(place.binary.dataDirectory)/data/\(sample)", folder: place.folder)
    }

    private func addModels(_ add: (String, String, (String) throws -> Void) throws -> Void) throws {
        let weights = "model.safetensors"
        try add("weights missing", weights) { try FileManager.default.removeItem(atPath: "\($0)/\(weights)") }
        try add("weights empty", weights) { try BadInput.truncate("\($0)/\(weights)", to: 0) }
        try add("header cut off", weights) { try BadInput.truncate("\($0)/\(weights)", to: 100) }
        try add("data cut off", weights) { try BadInput.truncate("\($0)/\(weights)", to: 500_000) }
        try add("header length of the sun", weights) {
            try BadInput.overwrite("\($0)/\(weights)", at: 0, with: [255, 255, 255, 255, 255, 255, 255, 127])
        }
        try add("header no JSON", weights) { try BadInput.changeHeader("\($0)/\(weights)") { "[" + $0.dropFirst() } }
        try add("offsets outside", weights) {
            try BadInput.changeHeader("\($0)/\(weights)") {
                $0.replacing("\"data_offsets\":[0,", with: "\"data_offsets\":[9,")
            }
        }
        try add("unknown number type", weights) {
            try BadInput.changeHeader("\($0)/\(weights)") { $0.replacing("\"F32\"", with: "\"Q99\"") }
        }
        try add("tensor missing", "query") {
            try BadInput.changeHeader("\($0)/\(weights)") {
                $0.replacing("self.query.weight", with: "self.quarry.weight")
            }
        }
        try add("not a number", "not finite") {
            try BadInput.overwrite("\($0)/\(weights)", at: -400_000, with: [0, 0, 192, 127, 0, 0, 192, 127])
        }
        try add("other shape", "shape") {
            try BadInput.rewrite("\($0)/config.json") {
                $0.replacing(#/"intermediate_size" ?: ?512/#, with: "\"intermediate_size\": 256")
            }
        }
        try add("config no JSON", "config.json") {
            try BadInput.rewrite("\($0)/config.json") { _ in "hidden_size: 128" }
        }
        try add("config without size", "hidden_size") {
            try BadInput.rewrite("\($0)/config.json") { $0.replacing("hidden_size", with: "hidden_sighs") }
        }
        try add("heads that do not divide", "heads") {
            try BadInput.rewrite("\($0)/config.json") {
                $0.replacing(#/"num_attention_heads" ?: ?2/#, with: "\"num_attention_heads\": 3")
            }
        }
        try add("vocabulary without UNK", "[UNK]") {
            try BadInput.rewrite("\($0)/vocab.txt") { $0.replacing("[UNK]", with: "[UNC]") }
        }
        try add("vocabulary too long", "vocab_size") {
            try BadInput.rewrite("\($0)/vocab.txt") { $0 + (0..<9999).map { "word\($0)\n" }.joined() }
        }
    }

    private func addData(_ add: (String, String, String, String, (String) -> String) throws -> Void) throws {
        try add("column missing", "glue/MRPC", "glue/MRPC/train.tsv", "train.tsv:") {
            $0.replacing("Quality", with: "Quantity")
        }
        try add("row too short", "glue/SST-2", "glue/SST-2/dev.tsv", "dev.tsv:") { $0 + "only one field\n" }
        try add("label out of range", "glue/CoLA", "glue/CoLA/train.tsv", "train.tsv:1:") { text in
            text.replacing(#/^\S+\t[01]\t/#, with: "x\t7\t", maxReplacements: 1)
        }
        try add("label of another task", "glue/RTE", "glue/RTE/dev.tsv", "no label of RTE") {
            $0.replacing("not_entailment", with: "contradiction")
        }
        try add("empty table", "glue/RTE", "glue/RTE/train.tsv", "train.tsv") { _ in "" }
        try add("header only", "glue/QNLI", "glue/QNLI/train.tsv", "train.tsv") { $0.prefix { $0 != "\n" } + "\n" }
        try add("score above five", "glue/STS-B", "glue/STS-B/train.tsv", "number from 0") {
            $0.replacing(#/\t[0-5]\.[0-9]+\n/#, with: "\t7.5\n", maxReplacements: 1)
        }
        let squad = "squad/train-v1.1.json"
        try add("wrong answer offset", "squad-v1.1", squad, "answer_start") { text in
            text.replacing(#/"answer_start": ?[0-9]+/#, with: "\"answer_start\": 99999")
        }
        try add("no JSON", "squad-v1.1", squad, "expected ',' or ']'") { String($0.dropLast(20)) }
        try add("no questions", "squad-v1.1", squad, "qas") { $0.replacing("\"qas\"", with: "\"questions\"") }
    }
}
