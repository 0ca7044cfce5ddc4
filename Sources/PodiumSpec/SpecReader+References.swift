internal import PodiumCore

extension SpecReader {
    /// An absolute path from the file's point of view: `~` and relative paths are resolved.
    func resolve(_ path: String) -> String {
        if path == "~" { return home }
        if path.hasPrefix("~/") { return home + path.dropFirst() }
        if path.hasPrefix("/") { return path }
        return folder + "/" + path
    }

    /// Reads `model:`, in one of its forms.
    ///
    /// `minilm-l6` · `./my-model` · `{run: pretrain-tiny}` · `{preset: tiny}` · `{path: my-model}`
    func model(_ node: SpecNode, pretrained names: [String]) throws(SpecError) -> ModelReference {
        guard node.isMapping else {
            let text = try node.string()
            if text.contains("/") || text.hasPrefix(".") || text.hasPrefix("~") { return .path(resolve(text)) }
            if modelNames.contains(text) { return .named(text) }
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
        let fields = try node.fields(["run", "checkpoint", "preset", "path"])
        let given = ["run", "preset", "path"].filter { fields[$0] != nil }
        guard given.count == 1 else {
            throw node.error(.invalidValue, "\(node.path) needs exactly one of run, preset and path")
        }
        if let preset = fields["preset"] { return .preset(try preset.choice(presets)) }
        if let path = fields["path"] { return .path(resolve(try path.string())) }
        guard let run = fields["run"] else { preconditionFailure("one of the three keys is there") }
        let name = try run.string()
        guard names.contains(name) else {
            throw run.error(
                .invalidValue,
                "no run \"\(name)\" in this file\(Suggestion.clause(for: name, among: names))"
            )
        }
        if let checkpoint = fields["checkpoint"] { _ = try checkpoint.choice(["best", "last"]) }
        return .run(name)
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
        guard let root = try node.fields(["root"])["root"] else {
            throw node.error(.missingKey, "data needs a root, such as {root: ~/data}")
        }
        return .root(resolve(try root.string()))
    }

    /// Reads `corpus:`: `sample`, a file, or a list of files.
    func corpus(_ node: SpecNode?) throws(SpecError) -> [String] {
        guard let node else { return [] }
        if node.items == nil, try node.string() == "sample" { return [] }
        var files: [String] = []
        for item in node.itemsOrSelf { files.append(resolve(try item.string())) }
        guard !files.isEmpty else { throw node.error(.invalidValue, "corpus names no file") }
        return files
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
        var result = Resources()
        guard let fields = try node?.fields(["device", "threads", "replicas", "memory", "timeLimit"]) else {
            return result
        }
        if let device = fields["device"] { result.device = try device.choice(ComputeDevice.allCases.map(\.rawValue)) }
        result.replicas = try fields["replicas"]?.integer(1...4096)
        if let threads = fields["threads"] { result.threads = try threads.integer(1...1024) }
        result.memory = try fields["memory"]?.bytes()
        result.timeLimitSeconds = try fields["timeLimit"]?.seconds()
        return result
    }

    /// Reads `retry:`.
    func retry(_ node: SpecNode?) throws(SpecError) -> RetryPolicy {
        var result = RetryPolicy()
        guard let fields = try node?.fields(["limit", "backoff"]) else { return result }
        if let limit = fields["limit"] { result.limit = try limit.integer(0...100) }
        if let backoff = fields["backoff"] { result.backoffSeconds = try backoff.seconds() }
        return result
    }
}
