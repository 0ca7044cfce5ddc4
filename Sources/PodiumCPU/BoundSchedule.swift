import PodiumGraph

/// A schedule with its memory: one arena, whose layout depends on the batch's sizes.
final class BoundSchedule {
    /// A step with its operands' addresses.
    struct Step {
        let operation: any CPUOperation
        let inputs: [TensorView]
        let outputs: [TensorView?]
        let scratch: (offset: Int, shared: Int, perWorker: Int)
    }

    /// A schedule with addresses for one batch's sizes.
    struct Layout {
        let steps: [Step]
        let feeds: [(name: String, view: TensorView)]
        let outputs: [(name: String, view: TensorView)]
        let copies: [(from: TensorView, to: TensorView)]
        /// What is summed over shards, by stage.
        let sums: [[ShardSum]]
    }

    /// Number of layouts that are cached.
    private static let keptLayouts = 64

    let graph: Graph
    let store: CPUVariables
    let device: CPUDevice
    let schedule: Schedule
    private var arena: FloatBuffer
    private var layouts: [[String: Int]: Layout] = [:]

    init(
        _ graph: Graph,
        variables: CPUVariables,
        device: CPUDevice,
        isDivided: Bool = false
    ) throws(GraphError) {
        self.graph = graph
        self.device = device
        store = variables
        for variable in graph.variables {
            try variables.declare(variable.name, shape: variable.value.shape.map(\.fixed))
        }
        schedule = try Schedule(graph, for: device.configuration, isDivided: isDivided)
        arena = try FloatBuffer(count: 0)
    }

    /// Copies what is fed to its place.
    func feed(_ feeds: [String: HostTensor], to layout: Layout) {
        for (name, view) in layout.feeds {
            if let tensor = feeds[name] { view.copy(from: tensor) }
        }
    }

    /// Computes one step.
    func run(_ bound: Step) throws(GraphError) {
        let step = KernelStep(
            inputs: bound.inputs,
            outputs: bound.outputs,
            scratch: arena.base.assumingMemoryBound(to: Float.self) + bound.scratch.offset,
            sharedScratch: bound.scratch.shared,
            workerScratch: bound.scratch.perWorker,
            pool: device.pool,
            matmul: device.matmul,
            kernels: device.kernels
        )
        guard let times = device.times else { return try bound.operation.run(step) }
        try times.measure(bound.operation.mnemonic) { () throws(GraphError) in try bound.operation.run(step) }
    }

    /// The graph's outputs, after which variables take over their next contents.
    func finish(_ layout: Layout) -> [String: HostTensor] {
        let results = layout.outputs.map { ($0.name, $0.view.host()) }
        for copy in layout.copies { copy.to.base.copyMemory(from: copy.from.base, byteCount: copy.to.count * 4) }
        return Dictionary(uniqueKeysWithValues: results)
    }

    /// Bytes of the arena and of optimizer state for these sizes of symbols.
    func memory(_ sizes: [String: Int]) -> Int {
        let plan = MemoryPlan(schedule, bindings: sizes, threads: device.pool.threads)
        let state = graph.variables.filter { $0.role == .slot }.reduce(0) { $0 + $1.value.type.count(in: [:]) }
        return 4 * (plan.total + state)
    }

    /// Addresses for sizes of symbols; other layouts' contents are lost.
    func layout(for bindings: [String: Int]) throws(GraphError) -> Layout {
        if let known = layouts[bindings] { return known }
        let plan = MemoryPlan(schedule, bindings: bindings, threads: device.pool.threads)
        if plan.total > arena.count {
            layouts = [:]
            // Free the old arena first: two at a time would be the peak of the whole training.
            arena = try FloatBuffer(count: 0)
            arena = try FloatBuffer(count: plan.total + plan.total / 8)
        }
        if layouts.count >= Self.keptLayouts { layouts = [:] }
        let made = try bind(plan, bindings)
        layouts[bindings] = made
        return made
    }

    private func bind(_ plan: MemoryPlan, _ bindings: [String: Int]) throws(GraphError) -> Layout {
        func view(_ value: Value) throws(GraphError) -> TensorView {
            switch schedule.storage[value] {
            case .variable(let name): return try store.view(name)
            case .slot(let slot):
                let base = arena.base + plan.offsets[slot] * 4
                return TensorView(
                    base: base,
                    type: value.type.element,
                    shape: value.type.dimensions(in: bindings),
                    isBFloat16: schedule.slots[slot].isBFloat16,
                    padding: schedule.slots[slot].padding
                )
            case nil: preconditionFailure("value \(value.id) has no storage")
            }
        }
        var steps: [Step] = []
        for (step, scratch) in zip(schedule.steps, plan.scratch) {
            var inputs: [TensorView] = []
            for value in step.inputs { inputs.append(try view(value)) }
            var outputs: [TensorView?] = []
            for value in step.outputs {
                if let value { outputs.append(try view(value)) } else { outputs.append(nil) }
            }
            steps.append(Step(operation: step.operation, inputs: inputs, outputs: outputs, scratch: scratch))
        }
        var copies: [(from: TensorView, to: TensorView)] = []
        for copy in schedule.copies { copies.append((try view(copy.value), try store.view(copy.variable))) }
        var feeds: [(name: String, view: TensorView)] = []
        for input in graph.inputs { feeds.append((input.name, try view(input.value))) }
        var outputs: [(name: String, view: TensorView)] = []
        for output in graph.outputs { outputs.append((output.name, try view(output.value))) }
        var sums: [[ShardSum]] = []
        for stage in schedule.stages?.sums ?? [] {
            var bound: [ShardSum] = []
            for sum in stage {
                switch sum.tensor {
                case .dense(let value): bound.append(.dense(try view(value)))
                case .sparse(let rows, let numbers): bound.append(.sparse(try view(rows), try view(numbers)))
                }
            }
            sums.append(bound)
        }
        return Layout(steps: steps, feeds: feeds, outputs: outputs, copies: copies, sums: sums)
    }
}
