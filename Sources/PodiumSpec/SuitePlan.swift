internal import PodiumCore

/// Expands a file's keys into runs: pre-training runs, then systems × tasks × configurations × seeds, then the report.
struct SuitePlan {
    let reader: SpecReader
    let name: String
    let kind: String
    let fields: [String: SpecNode]
    let top: SpecNode

    func runs() throws(SpecError) -> [PlannedRun] {
        switch kind {
        case "pretrain":
            return [try pretraining(named: name, fields: fields, top: top)]
        case "finetune", "evaluate":
            guard let taskNode = fields["task"] else {
                throw top.error(.missingKey, "task is missing; write task: glue/MRPC")
            }
            return withReport(
                try scored(system: system(fields, named: name, at: top, pretrained: []), taskNode: taskNode)
            )
        default:
            return try suite()
        }
    }

    // MARK: Suites

    /// The systems marked `optional: true`.
    func optionalSystems() throws(SpecError) -> [String] {
        var result: [String] = []
        for item in fields["systems"]?.itemsOrSelf ?? [] {
            let own = try item.fields(Self.systemKeys)
            if let name = own["name"], try own["optional"]?.bool() == true { result.append(try name.string()) }
        }
        return result
    }

    private static let systemKeys = ["name", "model", "training", "taskTraining", "optional"]

    private func suite() throws(SpecError) -> [PlannedRun] {
        var pretraining: [PlannedRun] = []
        for item in fields["pretrain"]?.itemsOrSelf ?? [] {
            let keys = ["name", "model", "corpus", "training", "seed", "resources", "retry"]
            let own = try item.fields(keys)
            guard let nameNode = own["name"] else { throw item.error(.missingKey, "\(item.path) needs a name") }
            let runName = try checkedName(nameNode)
            guard !pretraining.contains(where: { $0.spec.name == runName }) else {
                throw nameNode.error(.invalidValue, "pre-training run \"\(runName)\" is given twice")
            }
            pretraining.append(try self.pretraining(named: runName, fields: own, top: item))
        }
        let pretrained = pretraining.map(\.spec.name)
        guard let taskNode = fields["tasks"] else {
            if !pretraining.isEmpty, fields["systems"] == nil, fields["model"] == nil { return pretraining }
            throw top.error(.missingKey, "tasks is missing; write tasks: [glue, squad-v1.1]")
        }
        var systems: [System] = []
        if let list = fields["systems"] {
            if let model = fields["model"] {
                throw model.error(.invalidValue, "give either model or systems, not both", atKey: true)
            }
            for item in list.itemsOrSelf {
                let own = try item.fields(Self.systemKeys)
                guard let nameNode = own["name"] else { throw item.error(.missingKey, "\(item.path) needs a name") }
                let systemName = try checkedName(nameNode)
                guard !systems.contains(where: { $0.name == systemName }), !pretrained.contains(systemName) else {
                    throw nameNode.error(.invalidValue, "the name \"\(systemName)\" is given twice")
                }
                systems.append(try system(own, named: systemName, at: item, pretrained: pretrained))
            }
            guard !systems.isEmpty else { throw list.error(.invalidValue, "systems is an empty list") }
        } else {
            systems = [try system(fields, named: nil, at: top, pretrained: pretrained)]
        }
        var runs = pretraining
        for system in systems { runs += try scored(system: system, taskNode: taskNode) }
        return withReport(runs)
    }

    /// One row of the leaderboard.
    private struct System {
        var name: String
        var model: ModelReference
        /// What the system's own entry under `systems` says, over what the file says for all.
        var training: SpecNode?
        var taskTraining: SpecNode?
    }

    private func system(
        _ own: [String: SpecNode],
        named name: String?,
        at place: SpecNode,
        pretrained: [String]
    ) throws(SpecError) -> System {
        guard let modelNode = own["model"] else {
            throw place.error(.missingKey, "model is missing; write model: minilm-l6, or model: {path: my-model}")
        }
        let model = try reader.model(modelNode, pretrained: pretrained)
        let given: String =
            switch model {
            case .named(let known): known
            case .run(let run): run
            case .preset(let size): "fresh-\(size)"
            case .path(let path): String(path.split(separator: "/").last ?? "model")
            }
        return System(
            name: kind == "suite" ? (name ?? given) : given,
            model: model,
            training: place.path.isEmpty ? nil : own["training"],
            taskTraining: place.path.isEmpty ? nil : own["taskTraining"]
        )
    }

    private func scored(system: System, taskNode: SpecNode) throws(SpecError) -> [PlannedRun] {
        if case .preset(let size) = system.model, kind == "evaluate" {
            throw taskNode.error(.invalidValue, "fresh \(size) weights have no trained head to evaluate")
        }
        let seeds = try reader.sweepSeeds(fields)
        var runs: [PlannedRun] = []
        for task in try reader.tasks(taskNode) {
            let configurations = try self.configurations(system: system, task: task)
            for configuration in configurations {
                for seed in kind == "evaluate" ? [1] : seeds {
                    var parts = [system.name, task.rawValue]
                    if configurations.count > 1 { parts.append(configuration.label) }
                    if kind != "evaluate" { parts.append("seed-\(seed)") }
                    let spec = RunSpec(
                        kind: kind == "evaluate" ? .evaluate : .finetune,
                        name: parts.joined(separator: "/"),
                        system: system.name,
                        model: system.model,
                        task: task,
                        data: try reader.data(fields["data"]),
                        training: configuration.training,
                        seed: seed,
                        resources: try reader.resources(fields["resources"]),
                        retry: try reader.retry(fields["retry"])
                    )
                    var dependencies: [Dependency] = []
                    if case .run(let parent) = system.model {
                        dependencies.append(Dependency(parent: parent, condition: .afterSuccess))
                    }
                    runs.append(PlannedRun(spec: spec, dependencies: dependencies))
                }
            }
        }
        return runs
    }

    // MARK: Hyper-parameters

    private struct Configuration {
        var label: String
        var training: TrainingOptions
    }

    /// The sweep's product for one task: file-wide values, then the system's, then the task's, then the sweep's.
    private func configurations(system: System, task: BenchmarkTask) throws(SpecError) -> [Configuration] {
        var options = TrainingOptions()
        if task.isSQuAD { options.maxSequenceLength = 384 }
        options = try SpecReader.training(fields["training"], over: options)
        options = try taskSpecific(fields["taskTraining"], task: task, over: options)
        options = try SpecReader.training(system.training, over: options)
        options = try taskSpecific(system.taskTraining, task: task, over: options)
        var result = [Configuration(label: "", training: options)]
        guard let sweep = fields["sweep"] else { return result }
        let axes = try sweep.fields(SpecReader.trainingKeys + ["seed"])
        for key in SpecReader.trainingKeys {
            guard let axis = axes[key] else { continue }
            guard let values = axis.items, !values.isEmpty else {
                throw axis.error(.wrongType, "\(axis.path) must be a list of values to try")
            }
            var wider: [Configuration] = []
            for configuration in result {
                for value in values {
                    var next = configuration
                    try SpecReader.set(key, to: value, in: &next.training)
                    let part = "\(key)=\(try value.string())"
                    next.label = next.label.isEmpty ? part : "\(next.label),\(part)"
                    wider.append(next)
                }
            }
            result = wider
        }
        return result
    }

    /// Applies `taskTraining: {squad-v1.1: {…}, glue: {…}}` where it names the task.
    private func taskSpecific(
        _ node: SpecNode?,
        task: BenchmarkTask,
        over options: TrainingOptions
    ) throws(SpecError) -> TrainingOptions {
        guard let node else { return options }
        let names = ["glue", "squad-v1.1", "squad-v2.0"] + BenchmarkTask.allCases.map(\.rawValue)
        var result = options
        let fields = try node.fields(names)
        for name in names {
            guard let own = fields[name] else { continue }
            let applies = name == "glue" ? BenchmarkTask.glue.contains(task) : BenchmarkTask(named: name) == task
            if applies { result = try SpecReader.training(own, over: result) }
        }
        return result
    }

    // MARK: Other kinds

    private func pretraining(
        named name: String,
        fields: [String: SpecNode],
        top: SpecNode
    ) throws(SpecError) -> PlannedRun {
        guard let modelNode = fields["model"] else {
            throw top.error(.missingKey, "model is missing; write model: {preset: tiny}")
        }
        var options = TrainingOptions()
        options.learningRate = 1e-4
        let spec = RunSpec(
            kind: .pretrain,
            name: name,
            system: name,
            model: try reader.model(modelNode, pretrained: []),
            corpus: try reader.corpus(fields["corpus"]),
            training: try SpecReader.training(fields["training"], over: options),
            seed: try SpecReader.seeds(fields["seed"])[0],
            resources: try reader.resources(fields["resources"] ?? self.fields["resources"]),
            retry: try reader.retry(fields["retry"] ?? self.fields["retry"])
        )
        return PlannedRun(spec: spec)
    }

    /// Adds the report, which waits until every other run is over, well or not.
    private func withReport(_ runs: [PlannedRun]) -> [PlannedRun] {
        let spec = RunSpec(
            kind: .report,
            name: "report",
            system: name,
            model: .preset("none"),
            resources: Resources(device: reportDevice(runs), threads: 1)
        )
        let all = runs.map { Dependency(parent: $0.spec.name, condition: .afterAny) }
        return runs + [PlannedRun(spec: spec, dependencies: all)]
    }

    /// A report is made on any machine: where the other runs are, so that one worker can do them all.
    private func reportDevice(_ runs: [PlannedRun]) -> String {
        let devices = runs.map(\.spec.resources.device)
        let cpu = ComputeDevice.cpu.rawValue
        return devices.contains(cpu) ? cpu : devices.first ?? cpu
    }

    private func checkedName(_ node: SpecNode) throws(SpecError) -> String {
        let name = try node.string()
        guard name != "report", name.utf8.count <= 100, name.unicodeScalars.allSatisfy({ SpecReader.allowed($0) })
        else {
            throw node.error(
                .invalidValue,
                "a name may hold letters, digits, '.', '_' and '-' (and not be \"report\"), not \"\(name)\""
            )
        }
        return name
    }
}

extension SpecReader {
    /// The seeds of a file: under `sweep`, or at the top.
    func sweepSeeds(_ fields: [String: SpecNode]) throws(SpecError) -> [UInt64] {
        if let sweep = fields["sweep"], let node = try sweep.fields(Self.trainingKeys + ["seed"])["seed"] {
            if let other = fields["seed"] {
                throw other.error(.invalidValue, "seed is given here and under sweep", atKey: true)
            }
            return try Self.seeds(node)
        }
        return try Self.seeds(fields["seed"])
    }
}
