import PodiumGraph

/// Runs a graph on a plug-in's devices, with one compiled program per bucket of sizes.
final class PJRTExecutor: GraphExecutor {
    private struct Step {
        let program: LoweredProgram
        let executable: LoadedExecutable
    }

    let graph: Graph
    private let store: PJRTVariables
    private let device: PJRTDevice
    private let layout: GraphLayout
    private var steps: [ProgramShape: Step] = [:]

    var variables: any VariableStore { store }

    init(_ graph: Graph, variables: PJRTVariables, device: PJRTDevice) throws(GraphError) {
        self.graph = graph
        self.device = device
        store = variables
        layout = try GraphLayout(graph)
        for variable in graph.variables {
            try variables.declare(variable.name, shape: variable.value.shape.map(\.fixed))
        }
    }

    func run(_ feeds: [String: HostTensor]) throws(GraphError) -> [String: HostTensor] {
        try submit(feeds).wait()
    }

    /// Copies the inputs to the devices and starts the step; the previous step may still be running.
    func submit(_ feeds: [String: HostTensor]) throws(GraphError) -> PendingOutputs {
        let bindings = try graph.bindings(for: feeds)
        try Placement.check(layout, feeds: feeds, bindings: bindings)
        let placement = try Placement(
            layout,
            feeds: feeds,
            bindings: bindings,
            buckets: device.configuration.buckets,
            replicas: device.configuration.replicas
        )
        let step = try step(placement.shape)
        let running = try start(step, arguments(step.program, placement, feeds))
        return PendingOutputs { () throws(GraphError) in
            try self.finish(running, step)
            return try self.outputs(running, of: step, placement, bindings)
        }
    }

    /// The graph's outputs of a step that is over.
    private func outputs(
        _ running: RunningStep,
        of step: Step,
        _ placement: Placement,
        _ bindings: [String: Int]
    ) throws(GraphError) -> [String: HostTensor] {
        var outputs: [String: HostTensor] = [:]
        for (index, result) in step.program.results.enumerated() {
            guard case .output(let name, let type) = result else { continue }
            let shape = type.dimensions(in: placement.shape.sizes)
            // An output without a row per example is the same on every replica.
            let count = type.shape.first?.symbol == nil ? 1 : device.configuration.replicas
            let computed = try forGraph { () throws(PJRTError) in
                var computed: [HostTensor] = []
                for list in running.results.prefix(count) {
                    computed.append(try list[index].read(type.element, shape: shape))
                }
                return computed
            }
            outputs[name] = placement.output(computed, type: type, bindings: bindings)
        }
        return outputs
    }

    private func arguments(
        _ program: LoweredProgram,
        _ placement: Placement,
        _ feeds: [String: HostTensor]
    ) throws(GraphError) -> [[DeviceBuffer]] {
        var lists: [[DeviceBuffer]] = []
        for replica in 0..<device.configuration.replicas {
            var list: [DeviceBuffer] = []
            for argument in program.arguments {
                if case .variable(let name) = argument {
                    list.append(try store.buffers(name)[replica])
                    continue
                }
                let tensor = try placement.argument(
                    argument,
                    replica: replica,
                    layout: layout,
                    graph: graph,
                    feeds: feeds
                )
                let client = device.client
                list.append(try forGraph { () throws(PJRTError) in try client.makeBuffer(tensor, on: replica) })
            }
            lists.append(list)
        }
        return lists
    }

    /// Starts the program; from now on the variables are its results.
    private func start(_ step: Step, _ arguments: [[DeviceBuffer]]) throws(GraphError) -> RunningStep {
        let running: RunningStep
        do {
            running = try step.executable.start(arguments)
        } catch {
            forgetVariables(of: step)
            throw error.asGraphError
        }
        for (index, result) in step.program.results.enumerated() {
            guard case .variable(let name) = result else { continue }
            store.replace(name, running.results.map { $0[index] })
        }
        return running
    }

    private func finish(_ running: RunningStep, _ step: Step) throws(GraphError) {
        do {
            try running.wait()
        } catch {
            forgetVariables(of: step)
            throw error.asGraphError
        }
    }

    /// A failed step leaves no variables: their memory was donated, and neither it nor a later step wrote new contents.
    private func forgetVariables(of step: Step) {
        for case .variable(let name) in step.program.results { store.replace(name, nil) }
    }

    private func step(_ shape: ProgramShape) throws(GraphError) -> Step {
        if let known = steps[shape] { return known }
        let configuration = device.configuration
        var options = LoweringOptions(precision: configuration.precision, replicas: configuration.replicas)
        options.multipliesBFloat16 = device.client.platformName != "cpu"
        options.movesColumnsByProducts =
            configuration.movesColumnsByProducts ?? (device.client.platformName != PluginKind.cuda.platform)
        let program = Lowering(graph, layout: layout, shape: shape, options: options).program()
        let device = device
        let executable = try forGraph { () throws(PJRTError) in try device.executable(program) }
        let made = Step(program: program, executable: executable)
        steps[shape] = made
        return made
    }
}
