internal import PodiumCore

extension SpecReader {
    /// An absolute path from the file's point of view: `~` and relative paths are resolved, and `.` and `..` are taken out.
    ///
    /// As in Python's `abspath` that is done to the words: a link whose name is before `..` is not followed.
    func resolve(_ path: String) -> String {
        if path == "~" { return home }
        let whole = path.hasPrefix("~/") ? home + path.dropFirst() : path.hasPrefix("/") ? path : folder + "/" + path
        var parts: [Substring] = []
        for part in whole.split(separator: "/" as Character) where part != "." {
            guard part == ".." else {
                parts.append(part)
                continue
            }
            // Above a relative folder nothing is known; above the root there is nothing.
            if let last = parts.last, last != ".." {
                parts.removeLast()
            } else if !whole.hasPrefix("/") {
                parts.append(part)
            }
        }
        return (whole.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    /// Reads `model:`, in one of its forms.
    ///
    /// `minilm-l6` · `google-bert/bert-base-uncased` · `./my-model` · `{run: pretrain-tiny}` · `{preset: tiny}` · `{path: my-model}`
    func model(_ node: SpecNode, pretrained names: [String]) throws(SpecError) -> ModelReference {
        guard node.isMapping else {
            let text = try node.string()
            if modelNames.contains(text) { return .named(text) }
            if text.contains("/") || text.hasPrefix(".") || text.hasPrefix("~") { return pathOrName(text) }
            if case .named(let name) = pathOrName(text) { return .named(name) }
            if presets.contains(text) {
                throw node.error(
                    .invalidValue,
                    "\"\(text)\" is a size, not a model with weights; write {preset: \(text)} for fresh weights"
                )
            }
            throw node.error(
                .invalidValue,
                "model \"\(text)\" is unknown\(Suggestion.clause(for: text, among: modelNames)) (a folder is written ./\(text))"
            )
        }
        let fields = try node.fields(SpecKey.model.names)
        let given = ["run", "preset", "path", "vectors"].filter { fields[$0] != nil }
        guard given.count == 1 else {
            throw node.error(
                given.isEmpty ? .missingKey : .invalidValue,
                "\(node.path) needs exactly one of run, preset, path and vectors"
            )
        }
        if let checkpoint = fields["checkpoint"], fields["run"] == nil {
            throw checkpoint.error(.invalidValue, "checkpoint chooses among the models of a run", atKey: true)
        }
        if let preset = fields["preset"] { return .preset(try preset.choice(presets)) }
        if let path = fields["path"] { return .path(resolve(try path.string())) }
        if let vectors = fields["vectors"] { return .vectors(resolve(try vectors.string())) }
        guard let run = fields["run"] else { preconditionFailure("one of the four keys is there") }
        let name = try run.string()
        guard names.contains(name) else {
            throw run.error(
                .invalidValue,
                names.isEmpty
                    ? "no run \"\(name)\" stands before this one in the file; runs start from those above them"
                    : "no run \"\(name)\" stands before this one in the file\(Suggestion.clause(for: name, among: names))"
            )
        }
        return .run(name, checkpoint: try checkpoint(fields["checkpoint"]))
    }

    private func checkpoint(_ node: SpecNode?) throws(SpecError) -> CheckpointSelector {
        guard let node else { return .last }
        let text = try node.string()
        guard text != "best" else {
            throw node.error(
                .invalidValue,
                "\(node.path): pre-training keeps no best checkpoint; write last, or a share of its training such as at 50 %"
            )
        }
        guard let selector = CheckpointSelector(text) else {
            throw node.error(
                .invalidValue,
                "\(node.path): \"\(text)\" is unknown; write last, or a share of the training such as at 50 %"
            )
        }
        return selector
    }

    /// Reads `data:`: `sample`, `{root: ~/data}`, or nothing for the sample.
    func data(_ node: SpecNode?) throws(SpecError) -> DataReference {
        guard let node else { return .sample }
        guard node.isMapping else {
            let text = try node.string()
            guard text == "sample" else {
                throw node.error(.invalidValue, "data must be sample or {root: FOLDER}, not \"\(text)\"")
            }
            return .sample
        }
        guard let root = try node.fields(SpecKey.data.names)["root"] else {
            throw node.error(.missingKey, "data needs a root, such as {root: ~/data}")
        }
        return .root(resolve(try root.string()))
    }

    /// Reads `predict:`, a list of sets.
    func predict(_ node: SpecNode?, tasks: [BenchmarkTask]) throws(SpecError) -> [PredictedSet] {
        guard let node else { return [.dev] }
        var sets: Set<PredictedSet> = []
        for item in node.itemsOrSelf {
            let word = try item.choice(PredictedSet.allCases.map(\.rawValue))
            guard let set = PredictedSet(rawValue: word) else { preconditionFailure("a choice of the sets is a set") }
            guard sets.insert(set).inserted else { throw item.error(.invalidValue, "\(node.path) has \(word) twice") }
            if set == .ax, !tasks.contains(.mnli) {
                throw item.error(
                    .invalidValue,
                    "ax is answered by the models of glue/MNLI, and the file has no such task"
                )
            }
        }
        guard sets.contains(.dev) else {
            throw node.error(.invalidValue, "\(node.path) must have dev, which every run is scored on")
        }
        return PredictedSet.allCases.filter { sets.contains($0) }
    }

    /// Reads `vectors:`.
    func vectors(_ node: SpecNode?) throws(SpecError) -> EmbeddingOptions {
        var options = EmbeddingOptions()
        guard let node else { return options }
        func word<Choice: RawRepresentable & CaseIterable>(
            _ node: SpecNode,
            _ type: Choice.Type
        ) throws(SpecError) -> Choice? where Choice.RawValue == String {
            Choice(rawValue: try node.choice(Choice.allCases.map(\.rawValue)))
        }
        let fields = try node.fields(SpecKey.vectors.names)
        if let pool = fields["pool"] { options.pool = try word(pool, Pooling.self) ?? options.pool }
        if let format = fields["format"] { options.format = try word(format, VectorFormat.self) ?? options.format }
        if let combine = fields["combine"] { options.combination = try word(combine, LayerCombination.self) }
        if let normalize = fields["normalize"] { options.normalize = try normalize.bool() }
        if let compare = fields["compare"] { options.compare = try compare.string() }
        if let layers = fields["layers"] {
            options.layers = []
            for item in layers.itemsOrSelf { options.layers.append(try item.integer(-1000 ... -1)) }
        }
        if let complaint = options.complaint { throw node.error(.invalidValue, complaint) }
        return options
    }

    /// Reads `corpus:`: `sample`, a file, a list of files, `{shards: FOLDER}`, or `{task: glue/CoLA}`.
    ///
    /// - Parameter data: where the file's tasks have their examples.
    func corpus(_ node: SpecNode?, data: SpecNode?) throws(SpecError) -> CorpusReference {
        guard let node else { return .sample }
        if node.isMapping {
            let fields = try node.fields(SpecKey.corpus.names)
            let given = ["shards", "task"].filter { fields[$0] != nil }
            guard given.count == 1 else {
                throw node.error(
                    given.isEmpty ? .missingKey : .invalidValue,
                    "\(node.path) needs either shards or task, such as {shards: ~/examples/0123456789abcdef} or {task: glue/CoLA}"
                )
            }
            if let folder = fields["shards"] { return .shards(resolve(try folder.string())) }
            guard let task = fields["task"], let known = try tasks(task).first, try tasks(task).count == 1 else {
                throw node.error(.invalidValue, "\(node.path): task names several tasks; a corpus is one's")
            }
            return .task(known, try self.data(data))
        }
        if node.items == nil, try node.string() == "sample" { return .sample }
        var files: [String] = []
        for item in node.itemsOrSelf { files.append(resolve(try item.string())) }
        guard !files.isEmpty else { throw node.error(.invalidValue, "corpus names no file") }
        return .files(files)
    }

    /// Reads tasks: names of tasks, and `glue` for all nine.
    func tasks(_ node: SpecNode) throws(SpecError) -> [BenchmarkTask] {
        let trainable = BenchmarkTask.allCases.filter { $0 != .ax }
        let names = ["glue", "squad-v1.1", "squad-v2.0"] + trainable.map(\.rawValue)
        var result: [BenchmarkTask] = []
        for item in node.itemsOrSelf {
            let text = try item.string()
            var found = text.lowercased() == "glue" ? BenchmarkTask.glue : []
            if found.isEmpty, let task = BenchmarkTask(named: text), task != .ax { found = [task] }
            guard !found.isEmpty else {
                throw item.error(
                    .invalidValue,
                    "task \"\(text)\" is unknown\(Suggestion.clause(for: text, among: names))"
                )
            }
            for task in found {
                guard !result.contains(task) else {
                    throw item.error(.invalidValue, "task \(task.rawValue) is listed twice")
                }
                result.append(task)
            }
        }
        guard !result.isEmpty else { throw node.error(.invalidValue, "tasks is an empty list") }
        return result
    }

    /// Reads `resources:`.
    func resources(_ node: SpecNode?) throws(SpecError) -> Resources {
        let result = try read(node, over: Resources(), Parameter<Resources>.all)
        if let node, result.machines > 1 {
            let place = try node.fields(Parameter<Resources>.all.map(\.key))["nodes"] ?? node
            let (nodes, ranks) = (result.machines, result.processes)
            guard result.device == .cpu else {
                throw place.error(
                    .invalidValue,
                    "nodes is \(nodes), but only ranks are on several machines, and they are of the device cpu"
                )
            }
            guard ranks % nodes == 0 else {
                throw place.error(
                    .invalidValue,
                    "nodes is \(nodes) and ranks is \(ranks), which they cannot share evenly; set nodes to a power of two and "
                        + "ranks to it or a multiple, such as {ranks: 4, nodes: 2}"
                )
            }
        }
        if let node, result.replicas > 1, result.device == .cpu {
            let place = try node.fields(Parameter<Resources>.all.map(\.key))["replicas"] ?? node
            throw place.error(
                .invalidValue,
                "replicas is \(result.replicas), but the device cpu is one; for several name xla-cpu, tpu or cuda"
            )
        }
        if let node, let ranks = result.ranks, ranks > 1 {
            let place = try node.fields(Parameter<Resources>.all.map(\.key))["ranks"] ?? node
            guard ranks & (ranks - 1) == 0 else {
                throw place.error(.invalidValue, "ranks is \(ranks); it must be a power of two, such as 2 or 4")
            }
            guard result.device == .cpu else {
                throw place.error(
                    .invalidValue,
                    "ranks is \(ranks), but ranks share a training on the device cpu; several devices of \(result.device.rawValue) "
                        + "are replicas"
                )
            }
        }
        return result
    }

    /// Reads `retry:`.
    func retry(_ node: SpecNode?) throws(SpecError) -> RetryPolicy {
        try read(node, over: RetryPolicy(), Parameter<RetryPolicy>.all)
    }

    /// The seeds of `seed: 7`, `seed: [1, 2, 3]` or `seed: {count: 5}` (1 to 5).
    func seeds(_ node: SpecNode?) throws(SpecError) -> [UInt64] {
        guard let node else { return [1] }
        if node.isMapping {
            let fields = try node.fields(SpecKey.seed.names)
            guard let count = fields["count"] else {
                throw node.error(.missingKey, "\(node.path) needs a count, such as {count: 5}")
            }
            let first = try fields["first"]?.integer(0...Int(Int32.max)) ?? 1
            let many = try count.integer(1...1000)
            return (0..<many).map { UInt64(first + $0) }
        }
        var result: [UInt64] = []
        for item in node.itemsOrSelf {
            let seed = UInt64(try item.integer(0...Int.max))
            guard !result.contains(seed) else { throw item.error(.invalidValue, "seed \(seed) is listed twice") }
            result.append(seed)
        }
        guard !result.isEmpty else { throw node.error(.invalidValue, "\(node.path) is an empty list") }
        return result
    }
}
