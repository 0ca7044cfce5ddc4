internal import PodiumCore

/// Expands a file's keys into runs: pre-training runs, then systems × tasks × configurations × seeds, then the report.
struct SuitePlan {
    let reader: SpecReader
    let name: String
    let kind: SuiteKind
    let fields: [String: SpecNode]
    let top: SpecNode
    /// Which hyper-parameters of the file applied to a run.
    var use = KeyUse()
    /// Runs so far, the report left out.
    var count = 0
    /// The plan of seeds that the file asks for.
    private(set) var seedPlan: SeedPlan?

    init(reader: SpecReader, name: String, kind: SuiteKind, fields: [String: SpecNode], top: SpecNode) {
        (self.reader, self.name, self.kind, self.fields, self.top) = (reader, name, kind, fields, top)
    }

    mutating func runs() throws(SpecError) -> [PlannedRun] {
        let runs: [PlannedRun]
        switch kind {
        case .pretrain:
            runs = try pretraining(named: name, fields: fields, at: top, sweep: fields["sweep"])
            if let data = fields["data"], !runs.contains(where: { $0.spec.readsTaskText }) {
                throw data.error(.invalidValue, "data is for corpus: {task: …}, and the file has none", atKey: true)
            }
        case .finetune, .evaluate:
            guard let taskNode = fields["task"] else {
                throw top.error(.missingKey, "task is missing; write task: glue/MRPC")
            }
            let system = try system(fields, named: nil, at: top, pretrained: [])
            guard try reader.tasks(taskNode).count == 1 else {
                throw taskNode.error(.invalidValue, "task names several tasks; for those write kind: suite and tasks")
            }
            runs = withReport(try scored(system: system, taskNode: taskNode))
        case .embed: runs = [try embedding()]
        case .suite:
            runs = try suite()
        }
        try use.check()
        return runs
    }

    // MARK: Suites

    /// The systems marked `optional: true`.
    func optionalSystems() throws(SpecError) -> [String] {
        var result: [String] = []
        for item in fields["systems"]?.itemsOrSelf ?? [] {
            let own = try item.fields(SpecKey.system.names)
            if let name = own["name"], try own["optional"]?.bool() == true { result.append(try name.string()) }
        }
        return result
    }

    private mutating func suite() throws(SpecError) -> [PlannedRun] {
        var runs: [PlannedRun] = []
        var pretrained: [String] = []
        if fields["pretrain"] == nil, let field = fields["corpus"] ?? fields["budget"] {
            throw field.error(.invalidValue, "\(field.path) is for pretrain, and the file has none", atKey: true)
        }
        for item in fields["pretrain"]?.itemsOrSelf ?? [] {
            let own = try item.fields(SpecKey.pretrain.names)
            guard let nameNode = own["name"] else { throw item.error(.missingKey, "\(item.path) needs a name") }
            let runName = try checkedName(nameNode)
            guard !pretrained.contains(runName) else {
                throw nameNode.error(.invalidValue, "pre-training run \"\(runName)\" is given twice")
            }
            if let seed = own["seed"], try reader.seeds(seed).count > 1 {
                throw seed.error(
                    .invalidValue,
                    "\(seed.path): systems start from one run of \"\(runName)\"; give each seed an entry and a name"
                )
            }
            runs += try pretraining(named: runName, fields: own, at: item, sweep: nil, after: pretrained)
            pretrained.append(runName)
        }
        for item in fields["finetune"]?.itemsOrSelf ?? [] { runs.append(try start(item, &pretrained)) }
        guard let taskNode = fields["tasks"] else {
            guard !runs.isEmpty, fields["finetune"] == nil, fields["systems"] == nil, fields["model"] == nil else {
                throw top.error(.missingKey, "tasks is missing; write tasks: [glue, squad-v1.1]")
            }
            for key in [
                "training", "taskTraining", "sweep", "seed", "seeds", "select", "data", "predict", "similarity",
                "protocol",
            ] {
                if key == "data", runs.contains(where: { $0.spec.readsTaskText }) { continue }
                if let field = fields[key] {
                    throw field.error(.invalidValue, "\(key) is for tasks, and the file has none", atKey: true)
                }
            }
            return runs
        }
        let systems = try systems(pretrained: pretrained)
        seedPlan = try reader.seedPlan(fields, systems: systems.map(\.name), tasks: try reader.tasks(taskNode))
        for system in systems { runs += try scored(system: system, taskNode: taskNode) }
        if let node = fields["protocol"] {
            _ = try node.choice([SaneProtocol.name])
            for system in systems {
                if let complaint = SaneProtocol.complaint(about: runs.map(\.spec).filter { $0.system == system.name }) {
                    throw node.error(.invalidValue, "\(SaneProtocol.name): \(system.name): \(complaint)")
                }
            }
        }
        if let node = fields["similarity"] {
            for system in systems { runs.append(try similarity(node, of: system)) }
        }
        return withReport(runs)
    }

    /// A fine-tuning run that systems start from.
    private mutating func start(_ item: SpecNode, _ known: inout [String]) throws(SpecError) -> PlannedRun {
        let own = try item.fields(SpecKey.finetune.names)
        guard let nameNode = own["name"] else { throw item.error(.missingKey, "\(item.path) needs a name") }
        guard let modelNode = own["model"] else {
            throw item.error(.missingKey, "model is missing; write model: minilm-l6")
        }
        guard let taskNode = own["task"] else {
            throw item.error(.missingKey, "task is missing; write task: glue/MNLI")
        }
        let name = try checkedName(nameNode)
        guard !known.contains(name) else { throw nameNode.error(.invalidValue, "the run \"\(name)\" is given twice") }
        let tasks = try reader.tasks(taskNode)
        guard tasks.count == 1 else {
            throw taskNode.error(.invalidValue, "task names several tasks; a system starts from one run")
        }
        let seeds = try reader.seeds(own["seed"])
        guard seeds.count == 1 else {
            throw (own["seed"] ?? item).error(
                .invalidValue,
                "systems start from one run of \"\(name)\"; give each seed an entry and a name"
            )
        }
        let model = try reader.model(modelNode, pretrained: known)
        known.append(name)
        var work = Work.finetune(
            FineTuning(model: model, task: tasks[0], data: try reader.data(fields["data"]), seed: seeds[0])
        )
        work.examples?.predict = try reader.predict(nil, tasks: tasks)
        var draft = TrainingDraft(work)
        try draft.apply(fields["training"], &use)
        try applyTaskTraining(fields["taskTraining"], task: tasks[0], to: &draft)
        try draft.apply(own["training"], &use)
        count += 1
        return PlannedRun(
            spec: RunSpec(
                name: name,
                system: name,
                work: try draft.reconciled(at: own["training"] ?? item),
                resources: try reader.resources(own["resources"] ?? fields["resources"]),
                retry: try reader.retry(own["retry"] ?? fields["retry"])
            ),
            dependencies: model.parent.map { [Dependency(parent: $0, condition: .afterSuccess)] } ?? []
        )
    }

    /// One row of the leaderboard.
    struct System {
        var name: String
        var model: ModelReference
        /// What the system's own entry under `systems` says, over what the file says for all.
        var training: SpecNode?
        var taskTraining: SpecNode?
    }

    private func systems(pretrained: [String]) throws(SpecError) -> [System] {
        guard let list = fields["systems"] else {
            return [try system(fields, named: nil, at: top, pretrained: pretrained)]
        }
        if let model = fields["model"] {
            throw model.error(.invalidValue, "give either model or systems, not both", atKey: true)
        }
        var systems: [System] = []
        for item in list.itemsOrSelf {
            let own = try item.fields(SpecKey.system.names)
            guard let nameNode = own["name"] else { throw item.error(.missingKey, "\(item.path) needs a name") }
            let systemName = try checkedName(nameNode)
            guard !systems.contains(where: { $0.name == systemName }), !pretrained.contains(systemName) else {
                throw nameNode.error(.invalidValue, "the name \"\(systemName)\" is given twice")
            }
            let system = try system(own, named: systemName, at: item, pretrained: pretrained)
            if let optional = own["optional"], try optional.bool() {
                guard case .named = system.model else {
                    throw optional.error(
                        .invalidValue,
                        "optional is for models that are fetched by name, and \(system.model.description) is not",
                        atKey: true
                    )
                }
            }
            systems.append(system)
        }
        guard !systems.isEmpty else { throw list.error(.invalidValue, "systems is an empty list") }
        return systems
    }

    func system(
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
            case .named(let known): String((known.split(separator: "/").last ?? "model").map { $0 == "@" ? "-" : $0 })
            case .run(let run, _): run
            case .preset(let size): "fresh-\(size)"
            case .path(let path): String(path.split(separator: "/").last ?? "model")
            case .vectors(let path):
                String((path.split(separator: "/").last ?? "").filter { ParameterDomain.isName(String($0)) })
            }
        if case .preset(let size) = model, kind == .evaluate {
            throw modelNode.error(.invalidValue, "fresh \(size) weights have no trained head to evaluate")
        }
        return System(
            name: name ?? given,
            model: model,
            training: place.path.isEmpty ? nil : own["training"],
            taskTraining: place.path.isEmpty ? nil : own["taskTraining"]
        )
    }

    // MARK: Runs on tasks

    private mutating func scored(system: System, taskNode: SpecNode) throws(SpecError) -> [PlannedRun] {
        let data = try reader.data(fields["data"])
        let tasks = try reader.tasks(taskNode)
        let predict = try reader.predict(fields["predict"], tasks: tasks)
        let resources = try reader.resources(fields["resources"])
        let retry = try reader.retry(fields["retry"])
        let seeds: [UInt64]
        if let seedPlan {
            seeds = seedPlan.seeds(before: 1)
        } else {
            seeds = kind == .evaluate ? [] : try reader.sweepSeeds(fields)
        }
        let runsEach = seedPlan?.atMost ?? max(1, seeds.count)
        var runs: [PlannedRun] = []
        for task in tasks {
            var work: Work =
                kind == .evaluate
                ? .evaluate(Evaluating(model: system.model, task: task, data: data))
                : .finetune(FineTuning(model: system.model, task: task, data: data))
            work.examples?.predict = predict.filter { $0 != .ax || task == .mnli }
            var draft = TrainingDraft(work)
            try draft.apply(fields["training"], &use)
            try applyTaskTraining(fields["taskTraining"], task: task, to: &draft)
            try draft.apply(system.training, &use)
            try applyTaskTraining(system.taskTraining, task: task, to: &draft)
            let configurations = try Sweep(fields["sweep"]).configurations(
                of: draft,
                runsEach: runsEach,
                runsBefore: count,
                at: fields["training"] ?? taskNode,
                &use
            )
            for configuration in configurations {
                let base = [system.name, task.rawValue] + (configuration.label.map { [$0] } ?? [])
                for work in Self.seeded(configuration.work, seeds) {
                    let spec = RunSpec(
                        name: (base + (work.seed.map { ["seed-\($0)"] } ?? [])).joined(separator: "/"),
                        system: system.name,
                        work: work,
                        resources: resources,
                        retry: retry
                    )
                    let parents = system.model.parent.map { [Dependency(parent: $0, condition: .afterSuccess)] }
                    runs.append(PlannedRun(spec: spec, dependencies: parents ?? []))
                }
            }
            count += configurations.count * runsEach
        }
        return runs
    }

    /// The work once for each seed; itself where it has none.
    static func seeded(_ work: Work, _ seeds: [UInt64]) -> [Work] {
        guard work.seed != nil else { return [work] }
        return seeds.map { seed in
            var copy = work
            copy.seed = seed
            return copy
        }
    }

    /// Applies `taskTraining: {squad-v1.1: {…}, glue: {…}}` where it names the task.
    private mutating func applyTaskTraining(
        _ node: SpecNode?,
        task: BenchmarkTask,
        to draft: inout TrainingDraft
    ) throws(SpecError) {
        guard let node else { return }
        let names = ["glue", "squad-v1.1", "squad-v2.0"] + BenchmarkTask.trainable.map(\.rawValue)
        let fields = try node.fields(names)
        for name in names {
            guard let own = fields[name] else { continue }
            let applies = name == "glue" ? BenchmarkTask.glue.contains(task) : BenchmarkTask(named: name) == task
            use.note(own, applies: applies, message: "\(own.path): the file has no such task")
            if applies { try draft.apply(own, &use) }
        }
    }

    private func checkedName(_ node: SpecNode) throws(SpecError) -> String {
        let name = try node.string()
        guard name != "report", ParameterDomain.isName(name)
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
        if let sweep = fields["sweep"], let node = try sweep.fields(Sweep.keys)["seed"] {
            if let other = fields["seed"] {
                throw other.error(.invalidValue, "seed is given here and under sweep", atKey: true)
            }
            return try seeds(node)
        }
        return try seeds(fields["seed"])
    }
}

extension BenchmarkTask {
    /// All tasks with a training set.
    static let trainable = allCases.filter { $0 != .ax }
}

extension RunSpec {
    /// Whether it trains on the text of a task.
    fileprivate var readsTaskText: Bool {
        if case .task = work.pretraining?.corpus { true } else { false }
    }
}
